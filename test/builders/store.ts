import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import type { PairCount, Result } from '#core/evaluation.ts'
import { fingerprint } from '#core/finding.ts'
import type { Reason } from '#core/reason.ts'
import { defineResource, type Resource, type ResourceType } from '#core/resource.ts'
import type { Job, Lease, Scan, ScanSpec } from '#core/scan.ts'
import { flag, group, instant, list, orNull, text } from '#core/schema.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { transaction } from '#platform/postgres/transaction.ts'
import { finishJob, finishPrepare } from '#store/job-ends.ts'
import { takeLease } from '#store/jobs.ts'
import { completeListing, type ListingEnd } from '#store/listings.ts'
import { migrate } from '#store/migrate.ts'
import { savePage, SeenKeys } from '#store/resources.ts'
import { requestScan } from '#store/scans.ts'
import { ensureTarget } from '#store/targets.ts'
import { started, usePostgres } from '#test/harness/use.ts'

export const silent = pino({ level: 'silent' })
/** For tests that have nothing to abort. */
export const never: AbortSignal = new AbortController().signal

/** A migrated database of the test file's own, and a pool to it. */
export function useStore(max = 20): { readonly pool: Pool; readonly url: string } {
  const database = usePostgres({ name: 'store', prepare: prepareStore })
  const held: { pool?: Pool } = {}
  beforeAll(() => {
    held.pool = testPool(database.url, max)
  })
  afterAll(() => held.pool?.end())
  return {
    get pool() {
      return started(held.pool, 'useStore')
    },
    get url() {
      return database.url
    },
  }
}

export function testPool(connectionString: string, max = 20): Pool {
  return createPool({ connectionString, applicationName: 'test', max, log: silent })
}

async function prepareStore(url: string): Promise<void> {
  const pool = testPool(url, 2)
  await migrate(pool, { signal: never, log: silent })
  await pool.end()
}

/** A regional type with a volatile field and one that another call feeds. */
export const Box = defineResource({
  type: 'AWS::Test::Box',
  service: 'test',
  listed: 'region',
  operation: 'test:DescribeBoxes',
  fields: {
    lid: group({ locked: flag() }).from('test:GetLid'),
    colours: list(text()),
    shelf: orNull(text()),
    lastOpened: orNull(instant()).volatile(),
  },
})

/** Listed globally, lives in a region. */
export const Crate = defineResource({
  type: 'AWS::Test::Crate',
  service: 'test',
  listed: 'global',
  operation: 'test:ListCrates',
  fields: { sealed: flag() },
})

export const TYPES: ReadonlyMap<string, ResourceType> = new Map([Box, Crate].map((type) => [type.type, type]))

export const denied: Reason = {
  kind: 'denied',
  operation: 'test:GetLid',
  action: 'test:GetLid',
  by: 'identity_policy',
  explicit: false,
}

export function box(id: string, data: object = {}, rest: Partial<Resource> = {}): Resource {
  return {
    type: Box.type,
    id,
    arn: null,
    name: id,
    location: 'eu-west-1',
    tags: {},
    // Tests also store what the schema would not allow, as an older version may have done.
    data: { lid: { locked: true }, colours: ['red', 'blue'], shelf: null, lastOpened: null, ...data },
    ...rest,
  }
}

export function crate(id: string, location = 'eu-west-2'): Resource {
  return {
    type: Crate.type,
    id,
    arn: `arn:aws:test:::${id}`,
    name: id,
    location,
    tags: {},
    data: { sealed: true },
  }
}

export function scanSpec(changes: Partial<ScanSpec> = {}): ScanSpec {
  return {
    partition: 'aws',
    accountId: '111122223333',
    roleArn: 'arn:aws:iam::111122223333:role/VedetteScan',
    externalId: 'vedette-test',
    regions: null,
    services: null,
    checks: { include: ['test-box-locked', 'test-crate-sealed'], exclude: [], minSeverity: null, parameters: [] },
    deadlineSeconds: 3600,
    isWholeTarget: true,
    ...changes,
  }
}

let accounts = 0

export interface TestTarget {
  readonly targetId: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly accountId: string
}

/** A target of its own account. */
export async function newTarget(pool: Pool, namespace = 'team'): Promise<TestTarget> {
  const accountId = String(100_000_000_000 + ++accounts)
  const name = `account-${accounts}`
  const uid = randomUUID()
  const made = await ensureTarget(pool, {
    namespace,
    namespaceUid: `uid-of-${namespace}`,
    name,
    uid,
    partition: 'aws',
    accountId,
    signal: never,
  })
  if (made.kind !== 'ok') throw new Error(made.kind)
  return { targetId: made.targetId, namespace, name, uid, accountId }
}

let tokens = 0

/** Asks for a scan, as the annotation would. */
export async function newScan(
  pool: Pool,
  target: TestTarget,
  options: { readonly spec?: Partial<ScanSpec>; readonly generation?: number } = {},
): Promise<string> {
  const requested = await requestScan(pool, {
    targetId: target.targetId,
    spec: scanSpec({ accountId: target.accountId, ...options.spec }),
    generation: options.generation ?? 1,
    trigger: { kind: 'annotation', token: `token-${++tokens}` },
    signal: never,
  })
  if (requested.kind !== 'requested') throw new Error(requested.kind)
  return requested.scanId
}

/** The id of a job that is there. */
export async function jobOf(pool: Pool, scanId: string, kind: string, location = ''): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from jobs where scan_id = $1 and kind = $2 and location = $3',
    [scanId, kind, location],
  )
  if (rows[0] === undefined) throw new Error(`scan ${scanId} has no ${kind} job "${location}"`)
  return rows[0].id
}

export interface TakenJob {
  readonly lease: Lease
  readonly job: Job
  readonly scan: Scan
}

/** Takes a job that nobody has. */
export async function take(
  pool: Pool,
  scanId: string,
  kind: string,
  location = '',
  leaseMs = 60_000,
): Promise<TakenJob> {
  const jobId = await jobOf(pool, scanId, kind, location)
  const taken = await takeLease(pool, { jobId, worker: 'test', leaseMs, maxAttempts: 3, isAlone: true, signal: never })
  if (taken.kind !== 'taken') throw new Error(`the job is ${taken.kind}`)
  return taken
}

export async function finishedPrepare(
  pool: Pool,
  target: TestTarget,
  scanId: string,
  regions: readonly string[] = ['eu-west-1'],
): Promise<void> {
  const { lease } = await take(pool, scanId, 'prepare')
  await finishPrepare(pool, lease, {
    accountId: target.accountId,
    identityArn: 'arn:aws:sts::111122223333:assumed-role/VedetteScan/vedette',
    regions,
    regionsLeftOut: [],
    gaps: [],
    signal: never,
  })
}

/** Lists one type at one place: pages, then the end. */
export async function listed(
  pool: Pool,
  lease: Lease,
  type: ResourceType,
  location: string,
  resources: readonly Resource[],
  end: ListingEnd = { complete: true },
): Promise<void> {
  const seen = new SeenKeys()
  for (const resource of resources) seen.add(resource)
  await savePage(pool, lease, { resources, types: TYPES, listedAt: location, signal: never })
  await completeListing(pool, lease, { type, location, end, seen: seen.keys, signal: never })
}

/** A scan up to its evaluate job: boxes in eu-west-1, crates globally. */
export async function collectedScan(
  pool: Pool,
  target: TestTarget,
  found: {
    readonly boxes?: readonly Resource[]
    readonly crates?: readonly Resource[]
    readonly boxesEnd?: ListingEnd
    readonly spec?: Partial<ScanSpec>
    readonly generation?: number
    readonly regions?: readonly string[]
  } = {},
): Promise<TakenJob> {
  const scanId = await newScan(pool, target, {
    ...(found.spec === undefined ? {} : { spec: found.spec }),
    ...(found.generation === undefined ? {} : { generation: found.generation }),
  })
  const regions = found.regions ?? ['eu-west-1']
  await finishedPrepare(pool, target, scanId, regions)
  for (const region of regions) {
    const { lease } = await take(pool, scanId, 'collect', region)
    await listed(
      pool,
      lease,
      Box,
      region,
      (found.boxes ?? []).filter(({ location }) => location === region),
      found.boxesEnd,
    )
    await finishJob(pool, lease, { signal: never })
  }
  const { lease } = await take(pool, scanId, 'collect', 'global')
  await listed(pool, lease, Crate, 'global', found.crates ?? [])
  await finishJob(pool, lease, { signal: never })
  return take(pool, scanId, 'evaluate')
}

export function result(
  target: TestTarget,
  resource: Resource,
  changes: Partial<Result> & { readonly verdict: 'fail' | 'unknown' },
): Result {
  const isCrate = resource.type === Crate.type
  const checkId = changes.checkId ?? (isCrate ? 'test-crate-sealed' : 'test-box-locked')
  return {
    checkId,
    severity: 'high',
    listedAt: isCrate ? 'global' : resource.location,
    resource,
    fingerprint: fingerprint({ partition: 'aws', accountId: target.accountId, checkId, resource }),
    evidence: [{ field: 'lid.locked', value: false, basis: 'observed' }],
    missing: [],
    ...changes,
  }
}

/** The pairs of both checks in the usual places. */
export function pairs(
  changes: {
    readonly unknownBoxes?: number
    readonly regions?: readonly string[]
    readonly checks?: readonly string[]
  } = {},
): readonly PairCount[] {
  const counts = { pass: 1, fail: 0, unknown: 0, not_applicable: 0 }
  const all: readonly PairCount[] = [
    ...(changes.regions ?? ['eu-west-1']).map((location) => ({
      checkId: 'test-box-locked',
      severity: 'high' as const,
      location,
      counts: { ...counts, unknown: changes.unknownBoxes ?? 0 },
    })),
    { checkId: 'test-crate-sealed', severity: 'high', location: 'global', counts },
  ]
  return all.filter(({ checkId }) => changes.checks?.includes(checkId) ?? true)
}

/** Moves the columns of rows into the past. */
export async function age(pool: Pool, text: string, values: readonly unknown[] = []): Promise<void> {
  await transaction(pool, never, (tx) => tx.query(text, values))
}
