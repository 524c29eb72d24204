import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Trigger } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import {
  finishedPrepare,
  jobOf,
  never,
  newScan,
  newTarget,
  scanSpec,
  take,
  testPool,
  useStore,
  type TestTarget,
} from '#test/builders/store.ts'
import { failJob } from './job-ends.ts'
import { heartbeat, underLease } from './lease.ts'
import { cancelOpenScans, cancelRequest, cancelScan, readScan, requestScan, startScheduledTime } from './scans.ts'
import { ensureSchedule, recordMissedTime, scheduleStatus } from './schedules.ts'
import { readScanByRequest, readTargetStatus } from './target-facts.ts'
import { deleteTarget } from './targets.ts'

const store = useStore()

const ask = async (pool: Pool, target: TestTarget, trigger: Trigger, changes: object = {}) => {
  const wish = { targetId: target.targetId, spec: scanSpec(), generation: 1, trigger, signal: never, ...changes }
  const requested = await requestScan(pool, wish)
  if (requested.kind !== 'requested') throw new Error(requested.kind)
  return requested
}
const token = (value: string): Trigger => ({ kind: 'annotation', token: value })
const request = (): Trigger & { requestUid: string } => ({
  kind: 'request',
  requestUid: randomUUID(),
  requestName: 'now',
})
const narrow = scanSpec({ isWholeTarget: false, regions: ['eu-west-1'] })
const count = async (text: string, values: readonly unknown[]): Promise<number> => {
  const { rows } = await store.pool.query<{ n: number }>(`select count(*)::int as n from ${text}`, values)
  return rows[0]?.n ?? 0
}

describe('requestScan', () => {
  it('starts at once, with its prepare job and outbox row', async () => {
    const target = await newTarget(store.pool)
    const asked = await ask(store.pool, target, token('a'))
    expect(asked).toMatchObject({ state: 'Running', absorbed: false })
    expect(await count('outbox o join jobs j on j.id = o.job_id where j.scan_id = $1', [asked.scanId])).toBe(1)
  })

  it('is answered with the same scan when it is asked again, also after that ended', async () => {
    const target = await newTarget(store.pool)
    const first = await ask(store.pool, target, token('a'))
    expect(await ask(store.pool, target, token('a'))).toMatchObject({ scanId: first.scanId, state: 'Running' })
    await cancelScan(store.pool, { scanId: first.scanId, signal: never })
    expect(await ask(store.pool, target, token('a'))).toMatchObject({ scanId: first.scanId, state: 'Cancelled' })
    expect(await ask(store.pool, target, { kind: 'spec', generation: 1, attempt: 1 })).not.toMatchObject({
      scanId: first.scanId,
    })
  })

  it('has one active scan per target, however many ask at once; the others wait and run one after another', async () => {
    const target = await newTarget(store.pool)
    const specs = Array.from({ length: 8 }, (_, n) => scanSpec({ isWholeTarget: false, regions: [`eu-west-${n}`] }))
    const asked = await Promise.all(specs.map((spec, n) => ask(store.pool, target, token(`t${n}`), { spec })))
    expect(asked.filter(({ state }) => state === 'Running')).toHaveLength(1)
    expect(asked.filter(({ state }) => state === 'Pending')).toHaveLength(7)
    for (let ended = 0; ended < 8; ended++) {
      const running = await store.pool.query<{ id: string }>(
        `select id from scans where target_id = $1 and state = 'Running'`,
        [target.targetId],
      )
      expect(running.rows).toHaveLength(1)
      await cancelScan(store.pool, { scanId: running.rows[0]?.id ?? '', signal: never })
    }
    expect(await count(`scans where target_id = $1 and state in ('Pending', 'Running')`, [target.targetId])).toBe(0)
  })

  it('takes along what is asked while it waits, and what is asked before anybody has looked', async () => {
    const target = await newTarget(store.pool)
    const running = await ask(store.pool, target, token('a'))
    expect(await ask(store.pool, target, token('b'))).toMatchObject({ scanId: running.scanId, absorbed: true })
    await take(store.pool, running.scanId, 'prepare')
    const waiting = await ask(store.pool, target, token('c'))
    expect(waiting).toMatchObject({ state: 'Pending', absorbed: false })
    const uid = request()
    expect(await ask(store.pool, target, uid)).toMatchObject({
      scanId: waiting.scanId,
      state: 'Pending',
      absorbed: true,
    })
    expect(await readScanByRequest(store.pool, uid.requestUid)).toMatchObject({
      scanId: waiting.scanId,
      state: 'Pending',
    })
    const facts = await readTargetStatus(store.pool, { targetId: target.targetId, generation: 1 })
    expect(facts?.handledScanNow).toBe('c')
  })

  it('does not take along another scope', async () => {
    const target = await newTarget(store.pool)
    const running = await ask(store.pool, target, token('a'))
    const other = await ask(store.pool, target, token('b'), { spec: narrow })
    expect(other).toMatchObject({ state: 'Pending', absorbed: false })
    expect(other.scanId).not.toBe(running.scanId)
    expect(await ask(store.pool, target, token('c'), { spec: narrow })).toMatchObject({ scanId: other.scanId })
  })

  it('runs a waiting whole-target scan by the newest generation that it took along', async () => {
    const target = await newTarget(store.pool)
    const running = await ask(store.pool, target, token('a'))
    await take(store.pool, running.scanId, 'prepare')
    await ask(
      store.pool,
      target,
      { kind: 'spec', generation: 2 },
      { generation: 2, spec: scanSpec({ regions: ['eu-west-2'] }) },
    )
    const waiting = await ask(
      store.pool,
      target,
      { kind: 'spec', generation: 3 },
      { generation: 3, spec: scanSpec({ regions: ['eu-west-3'] }) },
    )
    await ask(store.pool, target, token('late'), { generation: 2, spec: scanSpec({ regions: ['eu-west-2'] }) })
    expect(await readScan(store.pool, waiting.scanId)).toMatchObject({
      generation: 3,
      spec: { regions: ['eu-west-3'] },
    })
  })

  it('brings a scan forward that waited for its jitter', async () => {
    const target = await newTarget(store.pool)
    const delayed = await ask(store.pool, target, token('a'), { delaySeconds: 600 })
    const due = 'outbox where target_id = $1 and available_at <= now()'
    expect(await count(due, [target.targetId])).toBe(0)
    expect(await ask(store.pool, target, token('b'))).toMatchObject({ scanId: delayed.scanId })
    expect(await count(due, [target.targetId])).toBe(1)
  })

  it('takes a spec with characters that jsonb refuses', async () => {
    const target = await newTarget(store.pool)
    const checks = {
      ...scanSpec().checks,
      parameters: [{ check: 'test-box-locked', name: 'a\u0000', value: '\ud83d' }],
    }
    const scanId = await newScan(store.pool, target, { spec: { checks } })
    expect((await readScan(store.pool, scanId))?.spec.checks.parameters).toMatchObject([{ name: 'a\uFFFD' }])
  })

  it('says that the target is deleted', async () => {
    const target = await newTarget(store.pool)
    await deleteTarget(store.pool, { uid: target.uid, signal: never })
    const wish = { targetId: target.targetId, spec: scanSpec(), generation: 1, trigger: token('a'), signal: never }
    expect(await requestScan(store.pool, wish)).toEqual({ kind: 'target-deleted' })
  })

  it('loses no scan that is asked for while the running one ends', async () => {
    const target = await newTarget(store.pool)
    for (let round = 0; round < 20; round++) {
      const running = await ask(store.pool, target, token(`first-${round}`))
      await take(store.pool, running.scanId, 'prepare')
      await Promise.all([
        cancelScan(store.pool, { scanId: running.scanId, signal: never }),
        ask(store.pool, target, token(`second-${round}`)),
      ])
      const { rows } = await store.pool.query<{ id: string }>(
        `select id from scans where target_id = $1 and state = 'Running'`,
        [target.targetId],
      )
      expect(rows).toHaveLength(1)
      await cancelScan(store.pool, { scanId: rows[0]?.id ?? '', signal: never })
    }
  })
})

describe('startScheduledTime', () => {
  const scheduledAt = new Date('2026-11-24T03:00:00Z')
  const schedule = async (): Promise<string> => {
    const uid = randomUUID()
    await ensureSchedule(store.pool, { uid, namespace: 'team', name: 'nightly', generation: 1, now: new Date() })
    return uid
  }
  const wishes = (targets: readonly TestTarget[], delaySeconds = 0) =>
    targets.map(({ targetId, accountId }) => ({ targetId, spec: scanSpec({ accountId }), generation: 1, delaySeconds }))

  it('is started once when ten race for it, each over a connection of its own', async () => {
    const targets = [await newTarget(store.pool), await newTarget(store.pool)]
    const scheduleUid = await schedule()
    const pools = Array.from({ length: 10 }, () => testPool(store.url, 1))
    const outcomes = await Promise.all(
      pools.map((pool) =>
        startScheduledTime(pool, { scheduleUid, scheduledAt, targets: wishes(targets), signal: never }),
      ),
    )
    await Promise.all(pools.map((pool) => pool.end()))
    expect(outcomes.map(({ started }) => started).sort((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    expect(await count('scans where target_id = any($1::uuid[])', [targets.map(({ targetId }) => targetId)])).toBe(2)
    expect(await scheduleStatus(store.pool, scheduleUid)).toMatchObject({ lastScheduleTime: scheduledAt, active: 2 })
  })

  it('is one minute, whatever the seconds', async () => {
    const targets = [await newTarget(store.pool)]
    const scheduleUid = await schedule()
    await startScheduledTime(store.pool, { scheduleUid, scheduledAt, targets: wishes(targets), signal: never })
    const again = new Date(scheduledAt.getTime() + 59_000)
    expect(
      await startScheduledTime(store.pool, {
        scheduleUid,
        scheduledAt: again,
        targets: wishes(targets),
        signal: never,
      }),
    ).toEqual({ started: 0, skipped: [] })
  })

  it('what a clock that was ahead left behind holds up no time, and starts none again', async () => {
    const target = await newTarget(store.pool)
    const scheduleUid = await schedule()
    const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 24, hour))
    const start = (hour: number) =>
      startScheduledTime(store.pool, {
        scheduleUid,
        scheduledAt: at(hour),
        targets: wishes([target]),
        signal: never,
      })
    const known = (hour: number, generation = 1) =>
      ensureSchedule(store.pool, { uid: scheduleUid, namespace: 'team', name: 'nightly', generation, now: at(hour) })
    await known(1, 2)
    await start(3)
    await recordMissedTime(store.pool, { scheduleUid, missedAt: at(15) })
    await start(16)
    await known(17, 3)
    expect(await known(17, 3)).toMatchObject({ since: at(17), lastScheduleTime: at(16), lastMissedTime: at(15) })
    expect(await known(4, 3)).toMatchObject({ since: at(4), lastScheduleTime: at(3), lastMissedTime: null })
    expect(await start(16)).toEqual({ started: 0, skipped: [] })
    expect(await known(2, 3)).toMatchObject({ since: at(2), lastScheduleTime: null })
    expect(await start(3)).toEqual({ started: 0, skipped: [] })
  })

  it('skips a target whose scan of this schedule has not ended, and only that', async () => {
    const [slow, quick, busy] = [await newTarget(store.pool), await newTarget(store.pool), await newTarget(store.pool)]
    const scheduleUid = await schedule()
    await startScheduledTime(store.pool, { scheduleUid, scheduledAt, targets: wishes([slow]), signal: never })
    const asked = await newScan(store.pool, busy)
    await take(store.pool, asked, 'prepare')
    const next = new Date(scheduledAt.getTime() + 60_000)
    expect(
      await startScheduledTime(store.pool, {
        scheduleUid,
        scheduledAt: next,
        targets: wishes([slow, quick, busy]),
        signal: never,
      }),
    ).toEqual({ started: 2, skipped: [slow.targetId] })
    // The one that somebody else asked for is waited for.
    expect(await count(`scans where target_id = $1 and state = 'Pending'`, [busy.targetId])).toBe(1)
  })

  it('delays each target by its own jitter', async () => {
    const targets = [await newTarget(store.pool)]
    const scheduleUid = await schedule()
    await startScheduledTime(store.pool, { scheduleUid, scheduledAt, targets: wishes(targets, 300), signal: never })
    const { rows } = await store.pool.query<{ seconds: number }>(
      'select extract(epoch from available_at - now())::int as seconds from outbox where target_id = $1',
      [targets[0]?.targetId],
    )
    expect(rows[0]?.seconds).toBeGreaterThan(290)
  })

  it('takes a few statements for 10,000 targets', async () => {
    const accounts = Array.from({ length: 10_000 }, (_, n) => String(500_000_000_000 + n))
    const { rows } = await store.pool.query<{ id: string }>(
      `insert into targets (namespace, name, uid, partition, account_id)
       select 'team', 'bulk-' || a, 'bulk-' || a, 'aws', a from unnest($1::text[]) a returning id`,
      [accounts],
    )
    const scheduleUid = await schedule()
    const counting = testPool(store.url, 1)
    let statements = 0
    const connect = counting.connect.bind(counting)
    const pool: Pool = {
      ...counting,
      connect: async () => {
        const connection = await connect()
        const query: typeof connection.query = (text, values) => {
          statements++
          return connection.query(text, values)
        }
        return { ...connection, query }
      },
    }
    const targets = rows.map(({ id }) => ({ targetId: id, spec: scanSpec(), generation: 1, delaySeconds: 1 }))
    expect(await startScheduledTime(pool, { scheduleUid, scheduledAt, targets, signal: never })).toEqual({
      started: 10_000,
      skipped: [],
    })
    await counting.end()
    expect(statements).toBeLessThan(20)
    expect(
      await count(
        `outbox o join scans s on s.id = o.scan_id where s.trigger_kind = 'schedule' and s.target_id = any($1::uuid[])`,
        [rows.map(({ id }) => id)],
      ),
    ).toBe(10_000)
    await store.pool.query('delete from scans where target_id = any($1::uuid[])', [rows.map(({ id }) => id)])
  })
})

describe('cancelScan', () => {
  it('takes the lease away, so that nothing more is written, and starts the scan that waits', async () => {
    const target = await newTarget(store.pool)
    const running = await ask(store.pool, target, token('a'))
    const { lease } = await take(store.pool, running.scanId, 'prepare')
    const waiting = await ask(store.pool, target, token('b'))
    expect(await cancelScan(store.pool, { scanId: running.scanId, signal: never })).toBe(true)
    expect(await heartbeat(store.pool, lease)).toEqual({ kind: 'lost', because: 'cancelled' })
    expect(await underLease(store.pool, lease, never, () => Promise.resolve(1))).toEqual({ kind: 'lost' })
    expect((await readScan(store.pool, waiting.scanId))?.state).toBe('Running')
    expect(await count('outbox where scan_id = $1', [running.scanId])).toBe(0)
    expect(await cancelScan(store.pool, { scanId: running.scanId, signal: never })).toBe(false)
  })

  it('leaves a scan that waits alone when another is cancelled before it starts', async () => {
    const target = await newTarget(store.pool)
    const running = await ask(store.pool, target, token('a'))
    await take(store.pool, running.scanId, 'prepare')
    const waiting = await ask(store.pool, target, token('b'))
    expect(await cancelScan(store.pool, { scanId: waiting.scanId, signal: never })).toBe(true)
    expect((await readScan(store.pool, running.scanId))?.state).toBe('Running')
  })
})

describe('cancelOpenScans', () => {
  it('cancels what runs and what waits, of every target, and starts nothing in its place', async () => {
    await cancelOpenScans(store.pool, { message: 'before', signal: never })
    const [one, two] = [await newTarget(store.pool), await newTarget(store.pool)]
    const asked = [
      await ask(store.pool, one, token('a')),
      await ask(store.pool, one, token('b'), { spec: narrow }),
      await ask(store.pool, two, token('a')),
    ]
    expect(await cancelOpenScans(store.pool, { message: 'interrupted', signal: never })).toBe(3)
    for (const { scanId } of asked) expect((await readScan(store.pool, scanId))?.state).toBe('Cancelled')
    expect(await cancelOpenScans(store.pool, { message: 'interrupted', signal: never })).toBe(0)
  })
})

describe('cancelRequest', () => {
  it('cancels a scan that nobody else asked for', async () => {
    const target = await newTarget(store.pool)
    const only = request()
    const asked = await ask(store.pool, target, only)
    expect(await cancelRequest(store.pool, { requestUid: only.requestUid, signal: never })).toBe(true)
    expect((await readScan(store.pool, asked.scanId))?.state).toBe('Cancelled')
  })

  it('leaves a scan to the others who asked for it, and is over all the same', async () => {
    const target = await newTarget(store.pool)
    const asked = await ask(store.pool, target, token('a'))
    const one = request()
    await ask(store.pool, target, one)
    expect(await cancelRequest(store.pool, { requestUid: one.requestUid, signal: never })).toBe(true)
    expect((await readScan(store.pool, asked.scanId))?.state).toBe('Running')
    expect(await readScanByRequest(store.pool, one.requestUid)).toMatchObject({ state: 'Cancelled' })
  })
})

describe('deleteTarget', () => {
  it('cancels what runs and what waits, and starts nothing', async () => {
    const target = await newTarget(store.pool)
    const running = await ask(store.pool, target, token('a'))
    await take(store.pool, running.scanId, 'prepare')
    const waiting = await ask(store.pool, target, token('b'))
    await deleteTarget(store.pool, { uid: target.uid, signal: never })
    expect((await readScan(store.pool, running.scanId))?.state).toBe('Cancelled')
    expect((await readScan(store.pool, waiting.scanId))?.state).toBe('Cancelled')
    expect(await count('outbox where target_id = $1', [target.targetId])).toBe(0)
  })
})

describe('readTargetStatus', () => {
  it('counts refusals in a row, until a prepare job goes through', async () => {
    const target = await newTarget(store.pool)
    for (const failures of [1, 2]) {
      const scanId = await newScan(store.pool, target)
      const { lease } = await take(store.pool, scanId, 'prepare')
      await failJob(store.pool, lease, {
        reason: 'AssumeRoleDenied',
        message: 'sts:AssumeRole was denied',
        signal: never,
      })
      const facts = await readTargetStatus(store.pool, { targetId: target.targetId, generation: 1 })
      expect(facts).toMatchObject({
        identity: 'unproven',
        refusal: { reason: 'AssumeRoleDenied', failures, firstAt: expect.any(Date) },
        lastScan: { id: scanId, state: 'Failed', message: 'sts:AssumeRole was denied' },
      })
    }
    const scanId = await newScan(store.pool, target)
    await finishedPrepare(store.pool, target, scanId, ['eu-west-1', 'eu-west-2'])
    const facts = await readTargetStatus(store.pool, { targetId: target.targetId, generation: 1 })
    expect(facts).toMatchObject({
      identity: 'proven',
      refusal: null,
      activeScan: { id: scanId, trigger: 'annotation', jobs: { total: 4, done: 1, failed: 0 } },
    })
    expect(await readTargetStatus(store.pool, { targetId: target.targetId, generation: 2 })).toMatchObject({
      identity: 'unproven',
    })
  })

  it('refuses to prove another account than the target names', async () => {
    const target = await newTarget(store.pool)
    const scanId = await newScan(store.pool, target)
    await expect(finishedPrepare(store.pool, { ...target, accountId: '000000000000' }, scanId)).rejects.toThrow(
      /opens account 000000000000/,
    )
    await expect(jobOf(store.pool, scanId, 'collect', 'global')).rejects.toThrow()
  })
})
