import { beforeEach, expect, it } from 'vitest'
import type { ScanTargetObject } from '#operator/kinds.ts'
import { newScan, newTarget, useStore, type TestTarget } from '#test/builders/store.ts'
import type { ControlPlane } from '#test/harness/controlplane/start.ts'
import { onlyNonsenseIsDead, statusesTellTheTruth } from './invariants.ts'

// What a storm compares with the database when all is over: each look is shown what it has to find.

const store = useStore()
let target: TestTarget
let scanId = ''
beforeEach(async () => {
  await store.pool.query('truncate targets, dead_letters cascade')
  target = await newTarget(store.pool)
  scanId = await newScan(store.pool, target)
  await store.pool.query(
    `update scans set state = 'Succeeded', finished_at = now(), summary = '{"coveragePercent": 100}' where id = $1`,
    [scanId],
  )
})

type Status = NonNullable<ScanTargetObject['status']>
const honest = (): Status => ({
  observedGeneration: 1,
  conditions: [{ type: 'Ready', status: 'True', reason: 'Scanned', message: '', lastTransitionTime: '' }],
  // As much of it as is looked at.
  lastScan: { id: scanId, result: 'Succeeded' } as NonNullable<Status['lastScan']>,
  coveragePercent: 100,
  findings: { critical: 0, high: 0, medium: 0, low: 0, excepted: 0 },
})

const look = async (
  status: Status,
  requests: readonly object[] = [],
  homes: readonly TestTarget[] = [target],
): Promise<readonly string[]> => {
  const metadata = { uid: target.uid, namespace: target.namespace, name: target.name, generation: 1 }
  const request = (_: string, path: string) =>
    Promise.resolve({ body: { items: path.endsWith('/scantargets') ? [{ metadata, status }] : requests } })
  // Only this is asked of it.
  const cluster = { request } as unknown as ControlPlane
  return (await statusesTellTheTruth({ parts: { databaseUrl: store.url, cluster }, homes })).violations
}

it('believes a status that says what the database knows', async () => {
  expect(await look(honest())).toEqual([])
})

it('finds a status that tells of another scan, result, coverage or count', async () => {
  const findings = { critical: 0, high: 1, medium: 0, low: 0, excepted: 0 }
  expect(await look({ ...honest(), findings })).toHaveLength(1)
  expect(await look({ ...honest(), coveragePercent: 99 })).toHaveLength(1)
  const { lastScan: _, ...silent } = honest()
  expect(await look(silent)).toHaveLength(1)
})

it('finds a status that answers an older spec, is not ready, or ends with less than a whole scan', async () => {
  expect(await look({ ...honest(), observedGeneration: 0 })).toHaveLength(1)
  expect(await look({ ...honest(), conditions: [] })).toHaveLength(1)
  await store.pool.query(`update scans set state = 'PartiallySucceeded' where id = $1`, [scanId])
  expect(await look(honest())).toHaveLength(1)
})

it('finds a target that is missing, and a ScanRequest without an end', async () => {
  expect(await look(honest(), [], [target, target])).toEqual(['1 targets of 2'])
  const request = (status: string) => ({
    metadata: { namespace: 'team', name: 'one' },
    status: { conditions: [{ type: 'Finished', status }] },
  })
  expect(await look(honest(), [request('True')])).toEqual([])
  expect(await look(honest(), [request('False')])).toHaveLength(1)
})

it('lets nothing be a dead letter but what was planted', async () => {
  const dead = async (planted: number): Promise<readonly string[]> =>
    (await onlyNonsenseIsDead({ parts: { databaseUrl: store.url } }, planted)).violations
  await store.pool.query(
    `insert into dead_letters (message_id, body, reason) values ('1', 'nobody understands 1', 'x')`,
  )
  expect(await dead(1)).toEqual([])
  expect(await dead(0)).toEqual(['1 dead letters of 0 planted'])
  await store.pool.query(`insert into dead_letters (message_id, body, reason) values ('2', '{"job":"lost"}', 'x')`)
  expect(await dead(2)).toEqual(['{"job":"lost"}'])
})
