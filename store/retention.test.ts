import { describe, expect, it } from 'vitest'
import {
  box,
  collectedScan,
  never,
  newScan,
  newTarget,
  pairs,
  result,
  useStore,
  type TestTarget,
} from '#test/builders/store.ts'
import { recordDeadLetter } from './dead-letters.ts'
import { saveEvaluation } from './findings.ts'
import { createResultBuffer } from './result-buffer.ts'
import { retain } from './retention.ts'
import { readTargetStatus } from './target-facts.ts'
import { deleteTarget } from './targets.ts'

const store = useStore()

const scan = async (target: TestTarget, ids: readonly string[], spec = {}) => {
  const boxes = ids.map((id) => box(id))
  const { lease, scan } = await collectedScan(store.pool, target, { boxes, spec })
  await using buffer = await createResultBuffer(store.pool, { targetId: target.targetId, signal: never })
  await buffer.add(boxes.map((one) => result(target, one, { verdict: 'fail' })))
  await saveEvaluation(buffer, lease, { scan, counts: pairs(), signal: never })
  return scan.id
}
const TABLES = [
  'scans',
  'jobs',
  'listings',
  'check_counts',
  'finding_changes',
  'findings',
  'resources',
  'scan_triggers',
] as const
const counts = async (target: TestTarget): Promise<Record<string, number>> => {
  const columns = TABLES.map((table) => `(select count(*)::int from ${table} where target_id = $1) as ${table}`)
  const { rows } = await store.pool.query<Record<string, number>>(`select ${columns.join(', ')}`, [target.targetId])
  return rows[0] ?? {}
}
/** Makes all that a target has so many days older. */
const ageBy = async (target: TestTarget, days: number): Promise<void> => {
  for (const [table, column] of [
    ['scans', 'finished_at'],
    ['finding_changes', 'at'],
    ['findings', 'resolved_at'],
    ['resources', 'gone_at'],
  ]) {
    await store.pool.query(
      `update ${table} set ${column} = ${column} - make_interval(days => $2) where target_id = $1 and ${column} is not null`,
      [target.targetId, days],
    )
  }
}
const keep = (batch?: number) =>
  retain(store.pool, { days: 90, signal: never, ...(batch === undefined ? {} : { batch }) })

describe('retain', () => {
  it('removes what ended long ago, and keeps what status shows and what is still open', async () => {
    const target = await newTarget(store.pool)
    await scan(target, ['b-1', 'b-2'])
    await scan(target, ['b-1'])
    const last = await scan(target, ['b-1'])
    await ageBy(target, 91)
    const before = await readTargetStatus(store.pool, { targetId: target.targetId, generation: 1 })
    const removed = await keep(1)
    expect(removed).toMatchObject({ findings: 1, resources: 1, finding_changes: 3, scans: 2 })
    expect(await counts(target)).toEqual({
      scans: 1,
      jobs: 4,
      listings: 2,
      check_counts: 2,
      finding_changes: 0,
      findings: 1,
      resources: 1,
      scan_triggers: 1,
    })
    const after = await readTargetStatus(store.pool, { targetId: target.targetId, generation: 1 })
    expect(after).toEqual(before)
    expect(after?.lastScan?.id).toBe(last)
    const { rows } = await store.pool.query('select resource_id, state from findings where target_id = $1', [
      target.targetId,
    ])
    expect(rows).toEqual([{ resource_id: 'b-1', state: 'open' }])
  })

  it('keeps everything that is younger', async () => {
    const target = await newTarget(store.pool)
    await scan(target, ['b-1', 'b-2'])
    await scan(target, [])
    await ageBy(target, 89)
    const before = await counts(target)
    await keep()
    expect(await counts(target)).toEqual(before)
  })

  it('keeps the last whole scan, which coverage is of, behind newer narrow ones', async () => {
    const target = await newTarget(store.pool)
    const whole = await scan(target, ['b-1'])
    await scan(target, ['b-1'], { isWholeTarget: false })
    await scan(target, ['b-1'], { isWholeTarget: false })
    await ageBy(target, 91)
    await keep()
    const { rows } = await store.pool.query<{ id: string }>(
      'select id from scans where target_id = $1 order by finished_at',
      [target.targetId],
    )
    expect(rows).toHaveLength(2)
    expect(rows[0]?.id).toBe(whole)
  })

  it('never touches a scan that has not ended', async () => {
    const target = await newTarget(store.pool)
    const scanId = await newScan(store.pool, target)
    await store.pool.query(`update scans set created_at = now() - interval '1 year' where id = $1`, [scanId])
    await keep()
    expect((await counts(target))['scans']).toBe(1)
  })

  it('removes a target that was deleted long ago, with all it had, and one deleted lately not at all', async () => {
    const [old, young] = [await newTarget(store.pool), await newTarget(store.pool)]
    for (const target of [old, young]) {
      await scan(target, ['b-1'])
      await deleteTarget(store.pool, { uid: target.uid, signal: never })
    }
    const kept = await counts(young)
    await store.pool.query(`update targets set deleted_at = now() - interval '91 days' where id = $1`, [old.targetId])
    await keep()
    expect(Object.values(await counts(old)).every((rows) => rows === 0)).toBe(true)
    const { rows } = await store.pool.query('select id from targets where id in ($1, $2)', [
      old.targetId,
      young.targetId,
    ])
    expect(rows).toEqual([{ id: young.targetId }])
    expect(await counts(young)).toEqual(kept)
  })

  it('forgets dead letters', async () => {
    const letter = { messageId: 'm-1', body: '{', reason: 'the body is not JSON' }
    expect(await recordDeadLetter(store.pool, letter)).toBe(true)
    expect(await recordDeadLetter(store.pool, letter)).toBe(false)
    await store.pool.query(`update dead_letters set received_at = now() - interval '91 days'`)
    expect(await keep()).toMatchObject({ dead_letters: 1 })
  })
})
