import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pool } from '#platform/postgres/pool.ts'
import { usePostgres } from '../harness/use.ts'
import {
  condition,
  eventually,
  migratedPool,
  root,
  scansOf,
  startOperator,
  useOwnVedette,
  type TestOperator,
} from './operator-fixture.ts'

// Objects that were stored while the CRDs took anything, met by an operator after the CRDs of today were applied.
const cluster = useOwnVedette()
const database = usePostgres()
const scans = scansOf(() => pool)
let pool: Pool
let operator: TestOperator
let namespace = ''

const KINDS = ['scantarget', 'scanschedule', 'scanrequest'] as const
type Body = Readonly<Record<string, unknown>>
const ok = { schedule: '@daily', targetSelector: {} }
const request = { request: { targetName: 'a' } }

/** Kind, name, what is stored beside metadata, and what its condition has to say. */
const JUNK: readonly (readonly [(typeof KINDS)[number], string, Body, string])[] = [
  ['scantarget', 'five-digits', { spec: { accountId: '12345' } }, 'accountId takes the 12 digits of an AWS account'],
  ['scantarget', 'text-regions', { spec: { accountId: '200000000001', regions: 'eu-west-1' } }, 'spec.regions: '],
  ['scantarget', 'out-of-bounds', { spec: { accountId: '200000000002', deadlineSeconds: 5 } }, 'spec.deadlineSeconds'],
  ['scantarget', 'target-without-spec', {}, 'kubectl explain scantargets.spec'],
  ['scantarget', 'text-for-spec', { spec: 'scan it' }, 'kubectl explain scantargets.spec'],
  ['scanschedule', 'bad-cron', { spec: { ...ok, schedule: 'every day' } }, 'schedule takes five fields'],
  ['scanschedule', 'no-such-minute', { spec: { ...ok, schedule: '99 * * * *' } }, 'such as "0 3 * * *"'],
  ['scanschedule', 'unknown-zone', { spec: { ...ok, timeZone: 'Mars/Olympus' } }, 'IANA'],
  ['scanschedule', 'list-for-selector', { spec: { ...ok, targetSelector: [] } }, 'spec.targetSelector: '],
  ['scanschedule', 'schedule-without-spec', {}, 'kubectl explain scanschedules.spec'],
  ['scanrequest', 'without-target', { spec: { request: {} } }, 'spec.request.targetName: '],
  ['scanrequest', 'text-for-ttl', { spec: { ...request, ttlSecondsAfterFinished: '600' } }, 'spec.ttlSecondsAfterFin'],
  ['scanrequest', 'request-without-spec', {}, 'kubectl explain scanrequests.spec'],
]

/** What no rule of the schema can be evaluated on: the API server then refuses the object as a whole, its status too. */
const REFUSED: readonly (readonly [(typeof KINDS)[number], string, Body, string])[] = [
  ['scantarget', 'number-for-account', { spec: { accountId: 200000000009 } }, 'spec.accountId'],
  ['scanschedule', 'number-for-schedule', { spec: { ...ok, schedule: 5 } }, 'spec.schedule'],
  ['scanrequest', 'text-for-request', { spec: { request: 'prod' } }, 'spec.request'],
]

/** Statuses that another schema wrote, on targets that are well. */
const STATUSES: readonly (readonly [string, unknown])[] = [
  ['text-for-status', 'ok'],
  ['text-for-conditions', { conditions: 'Ready', externalId: 'mine' }],
  ['other-fields', { findings: 5, topGaps: {}, conditions: [{ type: 'Ready' }] }],
]

const pathOf = (kind: string, name = ''): string =>
  `/apis/vedette.dev/v1alpha1/namespaces/${namespace}/${kind}s/${name}`.replace(/\/$/, '')

async function store(kind: string, name: string, body: Body): Promise<number> {
  const object = { apiVersion: 'vedette.dev/v1alpha1', kind: kindOf(kind), metadata: { name }, ...body }
  return (await cluster.access.request('POST', pathOf(kind), { body: object })).status
}
const kindOf = (kind: string): string => kind.replace(/^scan(.)/, (_, first: string) => `Scan${first.toUpperCase()}`)

async function applyLaxDefinitions(): Promise<void> {
  for (const kind of KINDS) {
    const definition = parse(await readFile(`${root}crds/${kind}s.yaml`, 'utf8'))
    const [version] = definition.spec.versions
    version.schema.openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    delete version.selectableFields
    const { code, stderr } = await cluster.access.kubectl(['replace', '-f', '-'], { input: JSON.stringify(definition) })
    if (code !== 0) throw new Error(stderr)
  }
}

beforeAll(async () => {
  pool = await migratedPool(database.url)
  namespace = await cluster.access.createNamespace('older')
  await applyLaxDefinitions()
  // A moment passes until the server follows its own CRDs.
  for (const [kind, name, body] of [...JUNK, ...REFUSED]) {
    await eventually(
      () => store(kind, name, body),
      (status) => status === 201,
    )
  }
  for (const [index, [name, status]] of STATUSES.entries()) {
    await store('scantarget', name, { spec: { accountId: `20000000001${index}` } })
    const patched = await cluster.access.request('PATCH', `${pathOf('scantarget', name)}/status`, {
      body: { status },
      contentType: 'application/merge-patch+json',
    })
    expect(patched.status).toBe(200)
  }
  await cluster.objects.kubectl('replace', ...KINDS.flatMap((kind) => ['-f', `${root}crds/${kind}s.yaml`]))
  for (const kind of KINDS)
    await eventually(
      () => store(kind, 'refused', {}),
      (status) => status === 422,
    )
  operator = await startOperator({ access: cluster.access, pool, databaseUrl: database.url })
})
afterAll(async () => {
  await operator?.stop()
  await pool?.end()
})

describe('an object that an older schema let through', () => {
  it.each(JUNK)('%s %s is told what to do, in a condition', async (kind, name, _, message) => {
    const type = kind === 'scanrequest' ? 'Finished' : 'Stalled'
    const told = await eventually(
      () => cluster.objects.get(namespace, kind, name),
      (one) => condition(one, type) !== undefined,
    )
    expect(condition(told, type)).toMatchObject({ status: 'True', message: expect.stringContaining(message) })
  })

  it.each(REFUSED)('%s %s, whose status is refused, is told it by an Event', async (_, name, __, field) => {
    const [told] = await eventually(
      () => cluster.objects.events(namespace, name),
      (events) => events.length > 0,
    )
    expect(told).toMatchObject({ reason: 'StatusRefused', note: expect.stringContaining(field) })
    expect(told?.note).toContain('delete the object and create it anew')
  })

  it.each(STATUSES)('with %s gets a status of today, and is scanned', async (name) => {
    const target = await eventually(
      () => cluster.objects.get(namespace, 'scantarget', name),
      (one) => one.status?.activeScan !== undefined,
    )
    expect(target.status.externalId).toMatch(/^vedette-/)
    await scans.finish(await scans.active(namespace, name))
    const scanned = await eventually(
      () => cluster.objects.get(namespace, 'scantarget', name),
      (one) => one.status?.lastScan !== undefined,
    )
    expect(scanned.status.findings).toMatchObject({ critical: 1 })
    expect(condition(scanned, 'Ready')).toMatchObject({ status: 'True' })
  })

  it('is mended by an edit', async () => {
    await cluster.objects.apply(namespace, 'ScanTarget', 'text-regions', {
      accountId: '200000000001',
      regions: ['eu-west-1'],
    })
    await eventually(
      () => cluster.objects.get(namespace, 'scantarget', 'text-regions'),
      (one) => one.status?.activeScan !== undefined && condition(one, 'Stalled') === undefined,
    )
  })

  it('does not disturb those beside it, and costs a few reconciles, not a loop', async () => {
    await cluster.objects.apply(namespace, 'ScanTarget', 'healthy', { accountId: '200000000020' })
    await cluster.objects.apply(namespace, 'ScanRequest', 'healthy', { request: { targetName: 'healthy' } })
    await eventually(
      () => cluster.objects.get(namespace, 'scantarget', 'healthy'),
      (one) => one.status?.activeScan !== undefined,
    )
    await scans.finish(await scans.active(namespace, 'healthy'))
    await cluster.objects.kubectl(
      'wait',
      '--for=condition=Ready',
      '--timeout=20s',
      'scantarget/healthy',
      '-n',
      namespace,
    )

    // An apply that is refused, and what is tried instead; twice for the one that was mended.
    const names = [...JUNK, ...REFUSED].map(([, name]) => name)
    expect(Math.max(...names.map((name) => operator.statusWrites(name)))).toBeLessThanOrEqual(4)
    const objects = JUNK.length + REFUSED.length + STATUSES.length + 1
    for (const controller of ['scan-target', 'scan-schedule', 'scan-request']) {
      expect(await operator.reconciles(controller)).toBeLessThanOrEqual(3 * objects)
      expect(await operator.metrics.value('controller_runtime_reconcile_panics_total', { controller })).toBe(0)
    }
  })
})
