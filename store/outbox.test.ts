import { describe, expect, it } from 'vitest'
import { transaction } from '#platform/postgres/transaction.ts'
import { finishedPrepare, never, newScan, newTarget, take, useStore } from '#test/builders/store.ts'
import { finishJob } from './job-ends.ts'
import { claimDue, markSent, outboxDepth, resendLost, type DueMessage } from './outbox.ts'

const store = useStore()

/** A target with `regions` + 1 collect jobs that are due. */
const withJobs = async (regions: number) => {
  const target = await newTarget(store.pool)
  const scanId = await newScan(store.pool, target)
  await finishedPrepare(
    store.pool,
    target,
    scanId,
    Array.from({ length: regions }, (_, n) => `eu-west-${n}`),
  )
  return { target, scanId }
}
const empty = () => store.pool.query('truncate outbox')
const claim = (limit = 100, perTarget = 4): Promise<readonly DueMessage[]> =>
  transaction(store.pool, never, async (tx) => {
    const due = await claimDue(tx, { limit, perTarget })
    await markSent(
      tx,
      due.map(({ jobId }) => jobId),
    )
    return due
  })

describe('claimDue', () => {
  it('keeps a few jobs per target on their way, and takes the next when one has ended', async () => {
    await empty()
    const big = await withJobs(9)
    const small = await withJobs(1)
    const first = await claim()
    expect(first.filter(({ scanId }) => scanId === big.scanId)).toHaveLength(4)
    expect(first.filter(({ scanId }) => scanId === small.scanId)).toHaveLength(2)
    expect(await claim()).toEqual([])
    const { rows } = await store.pool.query<{ location: string }>('select location from jobs where id = $1', [
      first.find(({ scanId }) => scanId === big.scanId)?.jobId,
    ])
    const { lease } = await take(store.pool, big.scanId, 'collect', rows[0]?.location)
    await finishJob(store.pool, lease, { signal: never })
    expect(await claim()).toHaveLength(1)
  })

  it('keeps to that however many dispatchers look at once, and none takes what another has', async () => {
    await empty()
    const targets = [await withJobs(9), await withJobs(9), await withJobs(9)]
    const all = (await Promise.all(Array.from({ length: 8 }, () => claim()))).flat()
    expect(new Set(all.map(({ jobId }) => jobId)).size).toBe(all.length)
    for (const { scanId } of targets) expect(all.filter((due) => due.scanId === scanId).length).toBeLessThanOrEqual(4)
    expect(all.length).toBeGreaterThan(0)
  })

  it('leaves what it has claimed to others when it dies before it has marked it', async () => {
    await empty()
    await withJobs(1)
    const dying = transaction(store.pool, never, async (tx) => {
      expect(await claimDue(tx, { limit: 10, perTarget: 4 })).toHaveLength(2)
      expect(await claim()).toEqual([])
      throw new Error('died')
    })
    await expect(dying).rejects.toThrow('died')
    expect(await claim()).toHaveLength(2)
  })

  it('lets no target that is full stand in the way of others', async () => {
    await empty()
    for (let n = 0; n < 3; n++) {
      await withJobs(9)
      await claim()
    }
    const late = await withJobs(1)
    expect((await claim(2)).map(({ scanId }) => scanId)).toEqual([late.scanId, late.scanId])
  })

  it('waits for what is not due', async () => {
    await empty()
    await withJobs(1)
    await store.pool.query(`update outbox set available_at = now() + interval '1 hour'`)
    expect(await claim()).toEqual([])
    expect(await outboxDepth(store.pool)).toEqual({ unsent: 0, sent: 0, oldestUnsentSeconds: 0 })
  })
})

describe('resendLost', () => {
  const lost = (minutes: number) =>
    store.pool.query('update outbox set sent_at = now() - make_interval(mins => $1)', [minutes])
  const resend = () => resendLost(store.pool, { afterMs: 15 * 60_000 })

  it('sends again what was purged from the queue, with growing patience', async () => {
    await empty()
    await withJobs(1)
    await claim()
    await lost(14)
    expect(await resend()).toBe(0)
    await lost(16)
    expect(await resend()).toBe(2)
    expect(await claim()).toHaveLength(2)
    await lost(29)
    expect(await resend()).toBe(0)
    await lost(31)
    expect(await resend()).toBe(2)
  })

  it('leaves alone what somebody works on, until that has been silent as long', async () => {
    await empty()
    const { scanId } = await withJobs(0)
    const { lease } = await take(store.pool, scanId, 'collect', 'global')
    await claim()
    await lost(600)
    expect(await resend()).toBe(0)
    await store.pool.query(`update jobs set lease_until = now() - interval '16 min' where id = $1`, [lease.jobId])
    expect(await resend()).toBe(1)
  })
})
