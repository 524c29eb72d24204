import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#platform/system-clock.ts'
import { never } from '#test/builders/store.ts'
import { createFakeTime, type FakeTime } from '#test/harness/fake-time.ts'
import type { RunningProcess } from '#test/harness/process.ts'
import { startStage, type Stage } from '../../bench/support/stage.ts'
import { ended, eventually, furnish, request, watch } from '../support/accounts.ts'

// Worker processes whose clock jumps while they hold jobs, before an AWS that refuses what was signed by a wrong clock.
// Leases are judged from the database, by its clock, as often as it answers.

const LEASE_SECONDS = 6
const HOUR = 60 * 60_000
const JUMPS = [HOUR, -HOUR, 24 * HOUR, -24 * HOUR, 0]
const ACCOUNTS = ['111122223333', '222233334444']
let stage: Stage
const clocks: FakeTime[] = []

beforeAll(async () => {
  stage = await startStage()
  stage.aws.checkClocks(true)
  for (const _ of ACCOUNTS) clocks.push(await createFakeTime())
})
afterAll(async () => {
  await stage?.stop()
  await Promise.all(clocks.map((clock) => clock.remove()))
})

interface Held {
  readonly id: string
  readonly epoch: number
  readonly state: string
  readonly leftMs: number | null
}

/** Looks at all leases until told to stop; what is wrong with them. */
async function watchLeases(over: AbortSignal): Promise<readonly string[]> {
  const wrong: string[] = []
  let before = new Map<string, Held>()
  while (!over.aborted) {
    const { rows } = await stage.pool.query<Held>(
      `select id, lease_epoch as epoch, state,
         (extract(epoch from lease_until - clock_timestamp()) * 1000)::float8 as "leftMs" from jobs`,
    )
    for (const now of rows) {
      const then = before.get(now.id)
      if ((now.leftMs ?? 0) > LEASE_SECONDS * 1000) wrong.push(`job ${now.id} is held for ${now.leftMs} ms`)
      // It was held by somebody else and had much time left: nobody may have it by now.
      if (then?.state === 'Leased' && now.state === 'Leased' && now.epoch > then.epoch && (then.leftMs ?? 0) > 2000)
        wrong.push(`job ${now.id} was taken over with ${then.leftMs} ms left`)
    }
    before = new Map(rows.map((row) => [row.id, row]))
    await systemClock.sleep(50, never)
  }
  return wrong
}

async function startWorker(clock: number): Promise<RunningProcess> {
  const lease = { VEDETTE_JOB_LEASE_SECONDS: String(LEASE_SECONDS) }
  return stage.startWorker({ environment: { ...clocks[clock]?.environment, ...lease } })
}

test('no lease is lost to a clock that jumps, none is held past its time, and every scan ends well', async () => {
  const { pool, aws } = stage
  const targets = []
  for (const accountId of ACCOUNTS) targets.push(await watch(pool, accountId))
  for (const target of targets) await furnish(aws, target)
  const slow = aws.faults.add({ operation: 'DescribeInstances', fault: { kind: 'delay', ms: 1500 } })
  const [first, second] = [await startWorker(0), await startWorker(1)]
  const over = new AbortController()
  const watching = watchLeases(over.signal)
  try {
    for (const [index, jump] of JUMPS.entries()) {
      const hits = slow.hits()
      const asked = await request(pool, targets)
      await eventually(async () => (slow.hits() > hits ? true : undefined))
      // One of them only, and then both: neither may compare its clock with the other's.
      await clocks[index % 2]?.set(new Date(Date.now() + jump))
      await systemClock.sleep(500, never)
      await Promise.all(clocks.map((clock) => clock.set(new Date(Date.now() + jump))))
      const scans = await ended(pool, asked)
      expect(scans.map(({ state, coveragePercent }) => [state, coveragePercent])).toEqual(
        targets.map(() => ['Succeeded', 100]),
      )
    }
    expect(await lost()).toBe(0)

    // A worker that stands still loses its job by the database's clock, whatever both of theirs show.
    await second.stop()
    await clocks[0]?.set(new Date(Date.now() + 24 * HOUR))
    await clocks[1]?.set(new Date(Date.now() - HOUR))
    const hits = slow.hits()
    const asked = await request(pool, targets.slice(0, 1))
    await eventually(async () => (slow.hits() > hits ? true : undefined))
    first.kill('SIGSTOP')
    await startWorker(1)
    const scans = await ended(pool, asked)
    first.kill('SIGCONT')
    expect(scans).toMatchObject([{ state: 'Succeeded', coveragePercent: 100 }])
    expect(await lost()).toBe(1)
  } finally {
    over.abort()
    first.kill('SIGCONT')
    expect(await watching).toEqual([])
  }
})

async function lost(): Promise<number> {
  const { rows } = await stage.pool.query<{ lost: number }>('select sum(lost_leases)::int as lost from jobs')
  return rows[0]?.lost ?? 0
}
