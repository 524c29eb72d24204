import { describe, expect, it } from 'vitest'
import type { Lease } from '#core/scan.ts'
import { transaction } from '#platform/postgres/transaction.ts'
import {
  Box,
  box,
  finishedPrepare,
  jobOf,
  listed,
  never,
  newScan,
  newTarget,
  take,
  TYPES,
  useStore,
} from '#test/builders/store.ts'
import { delayJob, failJob, finishJob, releaseJob } from './job-ends.ts'
import { takeLease, type TakenLease } from './jobs.ts'
import { heartbeat, underLease } from './lease.ts'
import { doneListings } from './listings.ts'
import { savePage } from './resources.ts'
import { msUntilDeadline } from './scan-steps.ts'
import { cancelScan, readScan } from './scans.ts'
import { sweep } from './sweep.ts'

const store = useStore(40)

const lapse = (lease: Lease) =>
  store.pool.query(`update jobs set lease_until = now() - interval '1 ms' where id = $1`, [lease.jobId])
const attempt = (jobId: string, worker = 'other', maxAttempts = 3): Promise<TakenLease> =>
  takeLease(store.pool, { jobId, worker, leaseMs: 60_000, maxAttempts, isAlone: true, signal: never })
const started = async (regions: readonly string[] = ['eu-west-1']) => {
  const target = await newTarget(store.pool)
  const scanId = await newScan(store.pool, target)
  await finishedPrepare(store.pool, target, scanId, regions)
  return { target, scanId }
}
const row = async (jobId: string) => {
  const { rows } = await store.pool.query('select * from jobs where id = $1', [jobId])
  return rows[0] ?? {}
}
const outbox = async (scanId: string) => {
  const { rows } = await store.pool.query<{ kind: string; sent: boolean; due: boolean }>(
    `select j.kind, o.sent_at is not null as sent, o.available_at <= now() as due
     from outbox o join jobs j on j.id = o.job_id where j.scan_id = $1 order by j.kind, j.location`,
    [scanId],
  )
  return rows
}

describe('takeLease', () => {
  it('gives a job to one of many workers; the others learn how long it is held', async () => {
    const scanId = await newScan(store.pool, await newTarget(store.pool))
    const jobId = await jobOf(store.pool, scanId, 'prepare')
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, n) => attempt(jobId, `worker-${n}`)))
    expect(outcomes.filter(({ kind }) => kind === 'taken')).toHaveLength(1)
    const held = outcomes.filter((outcome) => outcome.kind === 'held')
    expect(held).toHaveLength(11)
    for (const { remainingMs } of held) {
      expect(remainingMs).toBeGreaterThan(50_000)
      expect(remainingMs).toBeLessThanOrEqual(60_000)
    }
  })

  it('hands over what a worker needs, and starts the deadline with the first lease only', async () => {
    const target = await newTarget(store.pool)
    const scanId = await newScan(store.pool, target)
    const first = await take(store.pool, scanId, 'prepare')
    expect(first.scan).toMatchObject({
      id: scanId,
      namespace: 'team',
      targetName: target.name,
      generation: 1,
      spec: { accountId: target.accountId },
      prepared: null,
    })
    const deadline = async () => (await store.pool.query('select deadline_at from scans where id = $1', [scanId])).rows
    const before = await deadline()
    expect(Math.abs(((await msUntilDeadline(store.pool, scanId)) ?? 0) / 1000 - 3600)).toBeLessThan(30)
    await releaseJob(store.pool, first.lease, { signal: never })
    await take(store.pool, scanId, 'prepare')
    expect(await deadline()).toEqual(before)
  })

  it('tells what is missing, finished and cancelled', async () => {
    expect(await attempt('00000000-0000-4000-8000-000000000000')).toEqual({ kind: 'missing' })
    const { scanId } = await started()
    expect(await attempt(await jobOf(store.pool, scanId, 'prepare'))).toEqual({ kind: 'finished' })
    await cancelScan(store.pool, { scanId, signal: never })
    expect(await attempt(await jobOf(store.pool, scanId, 'collect', 'global'))).toEqual({ kind: 'cancelled' })
  })

  it('waits for a write that the last holder has under way, and then refuses its next one', async () => {
    const { scanId } = await started()
    const { lease } = await take(store.pool, scanId, 'collect', 'eu-west-1')
    const writing = Promise.withResolvers<void>()
    const mayCommit = Promise.withResolvers<void>()
    const order: string[] = []
    const write = underLease(store.pool, lease, never, async () => {
      writing.resolve()
      await mayCommit.promise
      order.push('written')
    })
    await writing.promise
    await lapse(lease)
    const takeover = attempt(lease.jobId).then((outcome) => {
      order.push(outcome.kind)
      return outcome
    })
    await waitingForLock()
    expect(order).toEqual([])
    mayCommit.resolve()
    expect(await write).toEqual({ kind: 'ok', value: undefined })
    expect(await takeover).toMatchObject({ kind: 'taken', lease: { epoch: lease.epoch + 1 } })
    expect(order).toEqual(['written', 'taken'])
    expect(await underLease(store.pool, lease, never, () => Promise.resolve())).toEqual({ kind: 'lost' })
  })

  it('counts attempts only for leases that were lost, and fails the job with the last of them', async () => {
    const { scanId } = await started()
    const jobId = await jobOf(store.pool, scanId, 'collect', 'eu-west-1')
    for (const lostLeases of [0, 1, 2]) {
      const { lease, job } = await take(store.pool, scanId, 'collect', 'eu-west-1')
      expect(job.lostLeases).toBe(lostLeases)
      await lapse(lease)
    }
    expect(await attempt(jobId)).toEqual({ kind: 'exhausted' })
    expect(await row(jobId)).toMatchObject({ state: 'Failed', reason: 'AttemptsExhausted' })
    expect(await attempt(jobId)).toEqual({ kind: 'finished' })
  })

  it('gives a job whose worker died only to a worker that does nothing else; giving it back does not make it one', async () => {
    const { scanId } = await started()
    const { lease } = await take(store.pool, scanId, 'collect', 'eu-west-1')
    const { jobId } = lease
    const beside = () =>
      takeLease(store.pool, { jobId, worker: 'b', leaseMs: 60_000, maxAttempts: 3, isAlone: false, signal: never })
    expect(await beside()).toMatchObject({ kind: 'held' })
    await lapse(lease)
    expect(await beside()).toEqual({ kind: 'suspect' })
    expect(await row(jobId)).toMatchObject({ state: 'Leased', lease_epoch: lease.epoch, lost_leases: 0 })
    const alone = await take(store.pool, scanId, 'collect', 'eu-west-1')
    expect(alone.job.lostLeases).toBe(1)
    await releaseJob(store.pool, alone.lease, { signal: never })
    expect(await beside()).toEqual({ kind: 'suspect' })

    const other = await take(store.pool, scanId, 'collect', 'global')
    await releaseJob(store.pool, other.lease, { signal: never })
    const again = { jobId: other.lease.jobId, worker: 'b', leaseMs: 60_000, maxAttempts: 3, isAlone: false }
    expect(await takeLease(store.pool, { ...again, signal: never })).toMatchObject({ kind: 'taken' })
  })

  it('is not stopped for ever by a worker that stands still in the middle of a write', async () => {
    const { scanId } = await started()
    const { lease } = await take(store.pool, scanId, 'collect', 'eu-west-1')
    const zombie = await store.pool.connect()
    await zombie.query('begin')
    await zombie.query(`set local idle_in_transaction_session_timeout = '300ms'`)
    await zombie.query('select from jobs where id = $1 for key share', [lease.jobId])
    await lapse(lease)
    expect(await attempt(lease.jobId)).toMatchObject({ kind: 'taken' })
    await expect(zombie.query('select 1')).rejects.toThrow()
    zombie.release(true)
  })
})

describe('a zombie', () => {
  it('can neither write, nor end the job, nor give it back, nor renew its lease', async () => {
    const { target, scanId } = await started()
    const { lease } = await take(store.pool, scanId, 'collect', 'eu-west-1')
    await lapse(lease)
    const successor = await take(store.pool, scanId, 'collect', 'eu-west-1')
    const lost = { kind: 'lost' }
    const resources = [box('b-1')]
    expect(
      await savePage(store.pool, lease, { resources, types: TYPES, listedAt: 'eu-west-1', signal: never }),
    ).toEqual(lost)
    expect(await finishJob(store.pool, lease, { signal: never })).toEqual(lost)
    expect(await failJob(store.pool, lease, { reason: 'X', message: 'x', signal: never })).toEqual(lost)
    expect(await releaseJob(store.pool, lease, { signal: never })).toEqual(lost)
    expect(await heartbeat(store.pool, lease)).toEqual({ kind: 'lost', because: 'taken' })
    const { rows } = await store.pool.query('select from resources where target_id = $1', [target.targetId])
    expect(rows).toHaveLength(0)
    expect(await finishJob(store.pool, successor.lease, { signal: never })).toEqual({ kind: 'ok', value: undefined })
    expect(await heartbeat(store.pool, successor.lease)).toEqual({ kind: 'lost', because: 'ended' })
  })
})

describe('heartbeat', () => {
  it('does not wait for a write of its own job, however long that takes', async () => {
    const { scanId } = await started()
    const { lease } = await take(store.pool, scanId, 'collect', 'eu-west-1')
    await underLease(store.pool, lease, never, async () => {
      // Inside the transaction: it would never end if the heartbeat waited for it.
      expect(await heartbeat(store.pool, lease)).toMatchObject({ kind: 'held', deadlineAt: expect.any(Date) })
    })
  })

  it('renews by the whole lease', async () => {
    const { scanId } = await started()
    const { lease } = await take(store.pool, scanId, 'collect', 'eu-west-1', 30_000)
    await store.pool.query(`update jobs set lease_until = now() + interval '1 s' where id = $1`, [lease.jobId])
    await heartbeat(store.pool, lease)
    const { rows } = await store.pool.query<{ s: number }>(
      'select extract(epoch from lease_until - now())::float8 as s from jobs where id = $1',
      [lease.jobId],
    )
    expect(rows[0]?.s).toBeGreaterThan(25)
  })
})

describe('delayJob and releaseJob', () => {
  it('cost no attempt, put the job back into the outbox, and keep it until it is due', async () => {
    const { scanId } = await started([])
    const jobId = await jobOf(store.pool, scanId, 'collect', 'global')
    await store.pool.query('update outbox set sent_at = now() where job_id = $1', [jobId])
    for (let time = 0; time < 5; time++) {
      const { lease, job } = await take(store.pool, scanId, 'collect', 'global')
      expect(job.lostLeases).toBe(0)
      await releaseJob(store.pool, lease, { signal: never })
    }
    expect(await outbox(scanId)).toEqual([{ kind: 'collect', sent: false, due: true }])

    const { lease } = await take(store.pool, scanId, 'collect', 'global')
    await delayJob(store.pool, lease, { seconds: 90, reason: 'Throttled', signal: never })
    expect(await outbox(scanId)).toEqual([{ kind: 'collect', sent: false, due: false }])
    const early = await attempt(jobId)
    expect(early).toMatchObject({ kind: 'held' })
    expect(early.kind === 'held' && early.remainingMs).toBeGreaterThan(80_000)
  })
})

describe('the last collect job', () => {
  it('puts evaluate on its way, exactly once, when all end at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const regions = Array.from({ length: 15 }, (_, n) => `eu-west-${n}`)
      const { scanId } = await started(regions)
      const taken = await Promise.all(['global', ...regions].map((at) => take(store.pool, scanId, 'collect', at)))
      await Promise.all(
        taken.map(({ lease }, n) =>
          n % 4 === 0
            ? failJob(store.pool, lease, { reason: 'Broken', message: 'broken', signal: never })
            : finishJob(store.pool, lease, { signal: never }),
        ),
      )
      const { rows } = await store.pool.query(
        `select open_jobs, (select count(*)::int from jobs where scan_id = $1 and kind = 'evaluate') as evaluates
         from scans where id = $1`,
        [scanId],
      )
      expect(rows).toEqual([{ open_jobs: 1, evaluates: 1 }])
      expect(await outbox(scanId)).toEqual([{ kind: 'evaluate', sent: false, due: true }])
    }
  })
})

describe('failJob', () => {
  it('of a region is a gap, and the others go on; the gap goes when the region is collected again', async () => {
    const target = await newTarget(store.pool)
    const gaps = async () => {
      const { rows } = await store.pool.query('select source, location, reason from gaps where target_id = $1', [
        target.targetId,
      ])
      return rows
    }
    for (const fails of [true, false]) {
      const scanId = await newScan(store.pool, target)
      await finishedPrepare(store.pool, target, scanId)
      const { lease } = await take(store.pool, scanId, 'collect', 'eu-west-1')
      if (fails) await failJob(store.pool, lease, { reason: 'Broken', message: 'it broke', signal: never })
      else await finishJob(store.pool, lease, { signal: never })
      expect((await readScan(store.pool, scanId))?.state).toBe('Running')
      expect(await gaps()).toEqual(
        fails
          ? [{ source: 'job', location: 'eu-west-1', reason: { kind: 'not_collected', detail: 'Broken: it broke' } }]
          : [],
      )
      await cancelScan(store.pool, { scanId, signal: never })
    }
  })

  it('of prepare or evaluate fails the scan, with the reason, and leaves nothing in the outbox', async () => {
    for (const kind of ['prepare', 'evaluate']) {
      const target = await newTarget(store.pool)
      const scanId = await newScan(store.pool, target)
      if (kind === 'evaluate') {
        await finishedPrepare(store.pool, target, scanId, [])
        const { lease } = await take(store.pool, scanId, 'collect', 'global')
        await finishJob(store.pool, lease, { signal: never })
      }
      const { lease } = await take(store.pool, scanId, kind)
      await failJob(store.pool, lease, { reason: 'Broken', message: 'it broke', signal: never })
      const { rows } = await store.pool.query('select state, reason, message from scans where id = $1', [scanId])
      expect(rows).toEqual([{ state: 'Failed', reason: 'Broken', message: 'it broke' }])
      expect(await outbox(scanId)).toEqual([])
    }
  })
})

describe('a redelivered job', () => {
  it('goes on after the listings that were done', async () => {
    const { scanId } = await started()
    const first = await take(store.pool, scanId, 'collect', 'eu-west-1')
    await listed(store.pool, first.lease, Box, 'eu-west-1', [box('b-1'), box('b-2')])
    await lapse(first.lease)
    const second = await take(store.pool, scanId, 'collect', 'eu-west-1')
    expect(await doneListings(store.pool, second.lease, 'eu-west-1')).toEqual(
      new Map([[Box.type, { complete: true, count: 2 }]]),
    )
    expect(await doneListings(store.pool, second.lease, 'global')).toEqual(new Map())
  })
})

describe('sweep', () => {
  const overdue = (scanId: string, minutes: number) =>
    store.pool.query('update scans set deadline_at = now() - make_interval(mins => $2) where id = $1', [
      scanId,
      minutes,
    ])

  it('fails what is not collected by the deadline, and what is there is judged', async () => {
    const { scanId } = await started(['eu-west-1', 'eu-west-2'])
    const slow = await take(store.pool, scanId, 'collect', 'eu-west-1')
    const quick = await take(store.pool, scanId, 'collect', 'eu-west-2')
    await finishJob(store.pool, quick.lease, { signal: never })
    await overdue(scanId, 1)
    const swept = await Promise.all([1, 2, 3].map(() => sweep(store.pool, { signal: never })))
    expect(swept.reduce((sum, { expiredJobs }) => sum + expiredJobs, 0)).toBe(2)
    expect(await row(slow.lease.jobId)).toMatchObject({ state: 'Failed', reason: 'DeadlineExceeded' })
    expect(await heartbeat(store.pool, slow.lease)).toEqual({ kind: 'lost', because: 'ended' })
    expect(await outbox(scanId)).toEqual([{ kind: 'evaluate', sent: false, due: true }])
    expect(await sweep(store.pool, { signal: never })).toMatchObject({ expiredJobs: 0, expiredScans: 0 })
  })

  it('fails a scan that has not even been judged ten minutes later, and starts the next', async () => {
    const { target, scanId } = await started([])
    const { lease } = await take(store.pool, scanId, 'collect', 'global')
    await finishJob(store.pool, lease, { signal: never })
    const evaluate = await take(store.pool, scanId, 'evaluate')
    const next = await newScan(store.pool, target)
    await overdue(scanId, 9)
    expect(await sweep(store.pool, { signal: never })).toMatchObject({ expiredScans: 0 })
    await overdue(scanId, 11)
    expect(await sweep(store.pool, { signal: never })).toMatchObject({ expiredScans: 1 })
    expect((await readScan(store.pool, scanId))?.state).toBe('Failed')
    expect((await readScan(store.pool, next))?.state).toBe('Running')
    expect(await underLease(store.pool, evaluate.lease, never, () => Promise.resolve())).toEqual({ kind: 'lost' })
  })

  it('fails a job whose workers keep dying, also when its message never comes again', async () => {
    const { scanId } = await started()
    for (let time = 0; time < 3; time++) {
      const { lease } = await take(store.pool, scanId, 'collect', 'eu-west-1')
      expect(await sweep(store.pool, { signal: never })).toMatchObject({ exhaustedJobs: 0 })
      await lapse(lease)
    }
    expect(await sweep(store.pool, { signal: never })).toMatchObject({ exhaustedJobs: 1 })
    expect(await row(await jobOf(store.pool, scanId, 'collect', 'eu-west-1'))).toMatchObject({ state: 'Failed' })
  })

  it('starts a scan that waits for nothing', async () => {
    const target = await newTarget(store.pool)
    const scanId = await newScan(store.pool, target)
    await take(store.pool, scanId, 'prepare')
    const waiting = await newScan(store.pool, target)
    await store.pool.query(`update scans set state = 'Failed', finished_at = now() where id = $1`, [scanId])
    expect(await sweep(store.pool, { signal: never })).toMatchObject({ started: 1 })
    expect((await readScan(store.pool, waiting))?.state).toBe('Running')
  })
})

/** Resolves when somebody in this database waits for a lock. */
async function waitingForLock(): Promise<void> {
  for (;;) {
    const waits = await transaction(store.pool, never, async (tx) => {
      const { rows } = await tx.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rows[0]?.n ?? 0
    })
    if (waits > 0) return
  }
}
