import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import { SCAN_NOW_ANNOTATION } from '#core/kinds/scan-target.ts'
import type { ScanTargetObject } from '#operator/kinds.ts'
import { parseTargetSpec, resolveScan } from '#operator/scan-target/resolve.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { readTargetIdentities } from '#store/lookups.ts'
import { startScheduledTime } from '#store/scans.ts'
import { usePostgres } from '../harness/use.ts'
import {
  eventually,
  migratedPool,
  scansOf,
  startOperator,
  useSharedVedette,
  type TestOperator,
} from './operator-fixture.ts'

// The operator writes 20 statuses a second. When a scheduled time has begun scans of all targets, a person who edits one
// of them does not wait until that is told of all others; nor when the edit was made while no operator was there.
const cluster = useSharedVedette()
const database = usePostgres()
const { signal } = new AbortController()
const TARGETS = 200
let pool: Pool
let namespace = ''
let operator: TestOperator

const path = (): string => `/apis/vedette.dev/v1alpha1/namespaces/${namespace}/scantargets`
const targets = async (): Promise<readonly ScanTargetObject[]> => {
  const { body } = await cluster.access.request('GET', path())
  return (body as { readonly items: readonly ScanTargetObject[] }).items // a ScanTargetList
}
const scanning = async (): Promise<number> =>
  (await targets()).filter(({ status }) => status?.activeScan !== undefined).length

const start = (): Promise<TestOperator> =>
  startOperator({ access: cluster.access, pool, databaseUrl: database.url, options: { namespace } })
/** One in twenty, all over whatever order the operator has. */
const some = (all: readonly ScanTargetObject[]): readonly string[] =>
  all.map(({ metadata }) => metadata.name).filter((_, index) => index % 20 === 0)
const patch = (name: string, body: object) =>
  cluster.access.request('PATCH', `${path()}/${name}`, { body, contentType: 'application/merge-patch+json' })

beforeAll(async () => {
  pool = await migratedPool(database.url)
  namespace = await cluster.access.createNamespace('busy')
  for (let index = 0; index < TARGETS; index++) {
    // Suspended: nothing is scanned but what the test begins.
    const body = {
      apiVersion: 'vedette.dev/v1alpha1',
      kind: 'ScanTarget',
      metadata: { name: `target-${index}`, namespace },
      spec: { accountId: String(600_000_000_000 + index), suspend: true },
    }
    expect(await cluster.access.request('POST', path(), { body })).toMatchObject({ status: 201 })
  }
  operator = await start()
  await eventually(targets, (all) => all.every(({ status }) => status?.externalId !== undefined), 60_000)
}, 120_000)
afterAll(async () => {
  await operator?.stop()
  await pool?.end()
})

it('answers an edit before it has told of all scans that a scheduled time began', { timeout: 60_000 }, async () => {
  const all = await targets()
  const identities = await readTargetIdentities(
    pool,
    all.map(({ metadata }) => metadata.uid),
  )
  const wishes = all.flatMap(({ metadata, spec }) => {
    const [identity, parsed] = [identities.get(metadata.uid), parseTargetSpec(spec)]
    if (identity === undefined || !parsed.ok) throw new Error(`${metadata.name} was not taken up`)
    const resolved = resolveScan(parsed.spec, { catalogue: CHECKS, externalId: identity.externalId })
    return resolved.ok ? [{ targetId: identity.targetId, generation: 1, spec: resolved.spec }] : []
  })
  await startScheduledTime(pool, { scheduleUid: randomUUID(), scheduledAt: new Date(), targets: wishes, signal })
  await eventually(scanning, (count) => count > 0)

  const edited = some(all)
  for (const name of edited) await patch(name, { spec: { deadlineSeconds: 1000 } })
  const answered = async (): Promise<number> =>
    (await targets()).filter(({ status }) => status?.observedGeneration === 2).length
  await eventually(answered, (count) => count === edited.length, 30_000)
  const told = await scanning()
  expect(told).toBeLessThan((TARGETS * 2) / 3)
  expect(await eventually(scanning, (count) => count === TARGETS, 30_000)).toBe(TARGETS)
})

it('answers what was asked while no operator was there before it tells of all else', { timeout: 60_000 }, async () => {
  await operator.stop()
  const { rows } = await pool.query<{ id: string }>(`select id from scans where state = 'Running'`)
  for (const { id } of rows) await scansOf(() => pool).finish(id)
  const [first, ...edited] = some(await targets())
  for (const name of edited) await patch(name, { spec: { deadlineSeconds: 2000 } })
  await patch(first ?? '', { metadata: { annotations: { [SCAN_NOW_ANNOTATION]: 'asked' } } })

  operator = await start()
  const answered = async (): Promise<number> =>
    (await targets()).filter(({ status }) => status?.observedGeneration === 3 || status?.lastHandledScanNow === 'asked')
      .length
  await eventually(answered, (count) => count === edited.length + 1, 30_000)
  expect(await scanning()).toBeGreaterThan(TARGETS / 3)
  // The scan that was asked for goes on.
  await eventually(scanning, (count) => count === 1, 30_000)
})
