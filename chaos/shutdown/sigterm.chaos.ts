import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStage, type Stage } from '../../bench/support/stage.ts'
import { systemClock } from '#platform/system-clock.ts'
import { COLLECTORS } from '#resources/collectors.ts'
import { never } from '#test/builders/store.ts'
import { seededRandom } from '#test/harness/aws/faults.ts'
import { ended, furnish, REGION, request, watch, type Watched } from '../support/accounts.ts'

// SIGTERM at a hundred seeded moments, to two workers that are never out of work. CHAOS_SEED=n repeats a run's moments.

const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 1e9))
const SIGNALS_EACH = Number(process.env['CHAOS_SIGNALS'] ?? 100) / 2
/** What a worker is told, and what a pod's grace period would leave beyond it. */
const SHUTDOWN_SECONDS = 1
const GRACE_MS = (SHUTDOWN_SECONDS + 6) * 1000
const ACCOUNTS = ['111122223333', '222233334444', '333344445555', '444455556666']
let stage: Stage

beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.stop())

/** Stops a worker at a random moment, and starts the next, so often. Resolves to how long each took to end, in ms. */
async function stopAgainAndAgain(random: () => number): Promise<readonly number[]> {
  const environment = {
    VEDETTE_SHUTDOWN_SECONDS: String(SHUTDOWN_SECONDS),
    // A lease that is left behind outlasts the patience with its scan.
    VEDETTE_JOB_LEASE_SECONDS: '600',
  }
  const took: number[] = []
  for (let n = 0; n < SIGNALS_EACH; n++) {
    const worker = await stage.startWorker({ environment })
    await systemClock.sleep(random() * 1500, never)
    const from = performance.now()
    const exit = await worker.stop(GRACE_MS + 5_000)
    took.push(performance.now() - from)
    expect(exit, worker.output()).toEqual({ code: 0, signal: null })
  }
  return took
}

/** Asks for a scan of this target whenever the last one has ended, until it is over. */
async function keepScanning(target: Watched, over: AbortSignal): Promise<readonly string[]> {
  const all: string[] = []
  while (!over.aborted) {
    const asked = await request(stage.pool, [target])
    all.push(...asked)
    await ended(stage.pool, asked, 240_000)
  }
  return all
}

/** Calls that list what this scan had listed already, all of it, when they were made. */
async function relisted(accountId: string, scanId: string): Promise<readonly string[]> {
  const { rows } = await stage.pool.query<{ type: string; at: Date; until: Date }>(
    `select l.type, l.created_at as at, s.finished_at as until from listings l join scans s on s.id = l.scan_id
     where l.scan_id = $1 and l.location = $2`,
    [scanId, REGION],
  )
  const done = new Map(rows.map(({ type, at }) => [type, at.getTime()]))
  const until = rows[0]?.until.getTime() ?? 0
  const calls = stage.aws.calls({ account: accountId, region: REGION, service: 'ec2' })
  return COLLECTORS.filter(({ listed }) => listed === 'region').flatMap(({ types, operations }) => {
    const doneAt = Math.max(...types.map(({ type }) => done.get(type) ?? Infinity))
    return calls
      .filter(({ operation }) => operations.includes(`ec2:${operation}`))
      .filter(({ time }) => Date.parse(time) > doneAt && Date.parse(time) < until)
      .map(({ operation, time }) => `${operation} at ${time}, of scan ${scanId}`)
  })
}

test(
  'SIGTERM a hundred times costs no attempt, leaves no lease, and nothing is listed twice',
  { timeout: 900_000 },
  async () => {
    const { pool, aws } = stage
    console.log(`shutdown: CHAOS_SEED=${SEED}`)
    const targets: Watched[] = []
    for (const accountId of ACCOUNTS) targets.push(await watch(pool, accountId))
    for (const target of targets) await furnish(aws, target)
    // Long enough that most jobs do not end within the patience of a worker that stops.
    aws.faults.add({ service: 'ec2', fault: { kind: 'delay', ms: 150 } })

    const over = new AbortController()
    const scanning = Promise.all(targets.map((target) => keepScanning(target, over.signal)))
    const took = await Promise.all([SEED, SEED + 1].map((seed) => stopAgainAndAgain(seededRandom(seed))))
    over.abort()
    // No worker is left: whatever was under way has been given back.
    expect(await pool.query(`select from jobs where state = 'Leased' or lease_until is not null`)).toMatchObject({
      rowCount: 0,
    })
    await stage.startWorker()
    const scans = (await scanning).flat()

    const { rows } = await pool.query<{ lost: number; released: number; states: readonly string[]; coverage: number }>(
      `select (select sum(lost_leases)::int from jobs) as lost, (select sum(delays)::int from jobs) as released,
       array_agg(distinct state) as states, min((summary ->> 'coveragePercent')::int) as coverage from scans`,
    )
    const longest = Math.round(Math.max(...took.flat()))
    console.log('shutdown:', { scans: scans.length, signals: took.flat().length, ...rows[0], longest })
    expect(rows).toEqual([{ lost: 0, released: expect.any(Number), states: ['Succeeded'], coverage: 100 }])
    expect(rows[0]?.released).toBeGreaterThan(SIGNALS_EACH / 2)
    expect(longest).toBeLessThan(GRACE_MS)
    const { rows: owners } = await pool.query<{ id: string; account: string }>(
      `select id, spec ->> 'accountId' as account from scans`,
    )
    const twice = await Promise.all(owners.map(({ id, account }) => relisted(account, id)))
    expect(twice.flat()).toEqual([])
  },
)
