import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStage, type Stage } from '../../bench/support/stage.ts'
import type { RunningProcess } from '#test/harness/process.ts'
import { ended, furnish, request, watch } from '../support/accounts.ts'

// An account whose answer is larger than a worker's memory: the worker dies over it as often as it is started, as a pod
// would be. Nothing in the product knows of this: the heap is V8's, the page is AWS's. What was under way beside it dies
// with it, and must not be blamed.

const ATTEMPTS = 3
const LEASE_SECONDS = 4
const POISON = '111122223333'
const NEIGHBOURS = ['222233334444', '333344445555', '444455556666', '555566667777']
let stage: Stage

beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.stop())

/** Keeps one worker running, as a ReplicaSet would, until it is over. Resolves to how each that died did so. */
async function keepAlive(over: AbortSignal): Promise<readonly string[]> {
  const deaths: string[] = []
  while (!over.aborted) {
    const worker: RunningProcess = await stage.startWorker({
      environment: {
        NODE_OPTIONS: '--max-old-space-size=96',
        VEDETTE_JOB_LEASE_SECONDS: String(LEASE_SECONDS),
        VEDETTE_JOB_ATTEMPTS: String(ATTEMPTS),
      },
    })
    const stop = (): void => void worker.stop()
    over.addEventListener('abort', stop, { once: true })
    const { code, signal } = await worker.exited
    over.removeEventListener('abort', stop)
    if (!over.aborted) deaths.push(/heap out of memory/.test(worker.output()) ? 'out of memory' : `${signal ?? code}`)
  }
  return deaths
}

test('a job that its workers die over fails with its reason after the attempts; the neighbours are scanned', async () => {
  const { pool, aws } = stage
  const targets = []
  for (const accountId of [POISON, ...NEIGHBOURS]) targets.push(await watch(pool, accountId))
  for (const target of targets) await furnish(aws, target)
  const item = '<item><instancesSet><item><instanceId>i-0</instanceId></item></instancesSet></item>'
  aws.faults.add({
    operation: 'DescribeInstances',
    account: POISON,
    fault: {
      kind: 'malformed',
      contentType: 'text/xml',
      body: `<DescribeInstancesResponse><reservationSet>${item.repeat(800_000)}</reservationSet></DescribeInstancesResponse>`,
    },
  })
  // So that neighbours are under way whenever the worker dies.
  aws.faults.add({ service: 'ec2', fault: { kind: 'delay', ms: 250 } })

  const over = new AbortController()
  const living = keepAlive(over.signal)
  const scans = await ended(pool, await request(pool, targets), 180_000)
  over.abort()
  const deaths = await living
  const { rows: jobs } = await pool.query(
    `select j.kind, j.state, j.reason, j.message, j.lost_leases from jobs j join scans s on s.id = j.scan_id
     where s.spec ->> 'accountId' = $1 and j.state = 'Failed'`,
    [POISON],
  )
  const { rows: gaps } = await pool.query(`select source, reason ->> 'detail' as detail from gaps where source = 'job'`)
  const { rows: lost } = await pool.query<{ account: string; lost: number }>(
    `select s.spec ->> 'accountId' as account, max(j.lost_leases) as lost from jobs j join scans s on s.id = j.scan_id group by 1 order by 1`,
  )
  console.log(
    'deaths:',
    deaths,
    scans.map(({ accountId, state, ms }) => `${accountId} ${state} ${Math.round(ms)} ms`),
    lost,
  )
  expect(deaths).toEqual(Array.from({ length: ATTEMPTS }, () => 'out of memory'))
  expect(jobs).toMatchObject([{ kind: 'collect', state: 'Failed', reason: 'AttemptsExhausted' }])
  expect(jobs[0]).toMatchObject({ message: expect.stringContaining('memory') })
  expect(gaps).toEqual([{ source: 'job', detail: expect.stringMatching(/^AttemptsExhausted: 3 workers ended/) }])
  const states = new Map(scans.map(({ accountId, state, coveragePercent }) => [accountId, { state, coveragePercent }]))
  expect(states.get(POISON)).toEqual({ state: 'PartiallySucceeded', coveragePercent: 0 })
  for (const neighbour of NEIGHBOURS) {
    expect(states.get(neighbour), neighbour).toEqual({ state: 'Succeeded', coveragePercent: 100 })
    // Nobody knows yet who killed the first worker; from then on it is plain.
    expect(lost.find(({ account }) => account === neighbour)?.lost, neighbour).toBeLessThanOrEqual(1)
  }
})
