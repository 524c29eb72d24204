import { describe, expect, test } from 'vitest'
import { createLogger } from '#platform/log/logger.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { systemClock } from '#platform/system-clock.ts'
import { dispatchOnce } from '#queue/dispatcher.ts'
import { cancelScan } from '#store/scans.ts'
import { startFaultProxy } from '#test/harness/fault-proxy.ts'
import { startProcess } from '#platform/process/child-process.ts'
import { workerMetrics } from '#worker/metrics.ts'
import { createPlaces } from '#worker/places.ts'
import { workOnMessage, type WorkDeps } from '#worker/work-on-message.ts'
import { ACCOUNT, REGION, seed, SMALL, useWorker, type WorkerFixture } from './worker-fixture.ts'

const fixture = useWorker()
const LONG = { timeout: 90_000 }
const never = new AbortController().signal

interface JobRow {
  readonly state: string
  readonly reason: string | null
  readonly delays: number
  readonly lost_leases: number
}

async function regionJob({ pool }: WorkerFixture): Promise<JobRow | undefined> {
  const { rows } = await pool.query<JobRow>(
    `select state, reason, delays, lost_leases from jobs where kind = 'collect' and location = $1`,
    [REGION],
  )
  return rows[0]
}

test(
  'a database that goes away in the middle of a scan is waited for; nothing is lost and no attempt is counted',
  LONG,
  async () => {
    const now = fixture.now
    await seed(now)
    const network = await startFaultProxy(now.environment['VEDETTE_DATABASE_URL'] ?? '')
    try {
      const slow = now.aws.faults.add({ operation: 'DescribeInstances', fault: { kind: 'delay', ms: 1500 } })
      const worker = now.startWorker({
        VEDETTE_DATABASE_URL: network.through(now.environment['VEDETTE_DATABASE_URL'] ?? ''),
      })
      const scanId = await now.request(SMALL)
      await now.eventually(async () => (slow.hits() > 0 ? true : undefined))
      await network.refuse()
      network.reset()
      // The job has met it by then, and so has the loop.
      await systemClock.sleep(2500, never)
      await network.heal()
      expect(await now.ended(scanId)).toMatchObject({ state: 'Succeeded', summary: { coveragePercent: 100 } })
      expect(await regionJob(now)).toMatchObject({ state: 'Succeeded', lost_leases: 0, delays: 1 })
      await worker.stop()
    } finally {
      await network.stop()
    }
  },
)

test('a region that cannot be reached delays its job; what was listed stays', LONG, async () => {
  const now = fixture.now
  await seed(now)
  const away = now.aws.faults.add({ operation: 'DescribeInstances', fault: { kind: 'reset' } })
  now.startWorker()
  const scanId = await now.request(SMALL)
  const job = await now.eventually(async () => {
    const row = await regionJob(now)
    return row !== undefined && row.delays > 0 ? row : undefined
  })
  expect(job).toEqual({ state: 'Queued', reason: 'AwsUnreachable', delays: 1, lost_leases: 0 })
  away.remove()
  now.aws.clearCalls()
  await now.pool.query('update outbox set available_at = now() where sent_at is null')
  expect(await now.ended(scanId)).toMatchObject({ state: 'Succeeded' })
  expect(now.aws.counts({ account: ACCOUNT, region: REGION })).toMatchObject({ 'ec2:DescribeInstances': 1 })
  expect(now.aws.counts({ account: ACCOUNT, region: REGION })).not.toHaveProperty('ec2:DescribeSubnets')
})

test('a job whose message was lost is sent again after VEDETTE_RESEND_SECONDS', LONG, async () => {
  const now = fixture.now
  await seed(now)
  const scanId = await now.request(SMALL)
  // Sent to a queue that loses it, longer ago than the setting says.
  const lost = { ...now.queue, send: async (bodies: readonly string[]) => ({ sent: [...bodies.keys()], refused: [] }) }
  const log = createLogger({ process: 'test', level: 'silent' })
  expect(await dispatchOnce({ pool: now.pool, queue: lost, jobsPerTarget: 4, log, signal: never })).toBe(1)
  await now.pool.query(`update outbox set sent_at = now() - interval '6 seconds'`)
  const worker = now.startWorker({ VEDETTE_RESEND_SECONDS: '5' })
  expect(await now.ended(scanId, 10_000)).toMatchObject({ state: 'Succeeded' })
  await worker.stop()
})

test('a scan that is cancelled stops its jobs, and nothing is judged', LONG, async () => {
  const now = fixture.now
  await seed(now)
  const slow = now.aws.faults.add({ operation: 'DescribeInstances', fault: { kind: 'hang' } })
  const worker = now.startWorker({ VEDETTE_JOB_LEASE_SECONDS: '2' })
  const scanId = await now.request(SMALL)
  await now.eventually(async () => (slow.hits() > 0 ? true : undefined))
  await cancelScan(now.pool, { scanId, signal: never })
  // The heartbeat tells it; without it the job would wait for AWS until it gives up.
  const outcomes = () => worker.lines.filter((line) => line['message'] === 'job ended' && line['location'] === REGION)
  await now.eventually(async () => (outcomes().length > 0 ? true : undefined), 10_000)
  expect(outcomes()).toMatchObject([{ outcome: { kind: 'lost' } }])
  expect(await now.ended(scanId)).toMatchObject({ state: 'Cancelled', summary: null })
  const { rows } = await now.pool.query('select from findings union all select from check_counts')
  expect(rows).toEqual([])

  slow.remove()
  expect(await now.ended(await now.request(SMALL))).toMatchObject({ state: 'Succeeded' })
})

describe('a job that crashes', () => {
  test('costs an attempt each time, is logged with its scan and account, and fails in the end', LONG, async () => {
    const now = fixture.now
    const lines: string[] = []
    const deps: WorkDeps = {
      pool: now.pool,
      queue: now.queue,
      deadLetters: now.deadLetters,
      clock: systemClock,
      log: createLogger({ process: 'worker', level: 'info', destination: { write: (line) => void lines.push(line) } }),
      metrics: workerMetrics(createMetrics({ processMetrics: false })),
      worker: 'test',
      leaseMs: 1000,
      hiddenMs: 1000,
      maxAttempts: 2,
      handlers: {
        prepare: () => Promise.reject(new Error('a defect')),
        collect: () => Promise.reject(new Error('not reached')),
        evaluate: () => Promise.reject(new Error('not reached')),
      },
    }
    const scanId = await now.request(SMALL)
    await dispatchOnce({ ...deps, jobsPerTarget: 4, signal: never })
    const receive = { max: 1, waitSeconds: 10, visibilitySeconds: 1, signal: never }
    const attempts: number[] = []
    const ended = await now.eventually(async () => {
      const [message] = await now.queue.receive(receive)
      if (message !== undefined) {
        attempts.push(message.receiveCount)
        await workOnMessage(deps, message, createPlaces().enter(), never)
      }
      const { rows } = await now.pool.query<{ state: string; reason: string }>(
        'select state, reason from scans where id = $1',
        [scanId],
      )
      return rows[0]?.state === 'Running' ? undefined : rows[0]
    }, 30_000)
    expect(ended).toEqual({ state: 'Failed', reason: 'AttemptsExhausted' })
    const crashes = lines
      .map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
      .filter(({ level, kind }) => level === 'error' && kind !== undefined)
    expect(crashes).toHaveLength(2)
    expect(crashes[0]).toMatchObject({ scan: scanId, account: ACCOUNT, error: { message: 'a defect' } })
  })
})

test(
  'the process is ready once it receives, shows its metrics without naming anybody, and ends in order',
  LONG,
  async () => {
    const now = fixture.now
    const { instanceId } = await seed(now)
    const root = new URL('../../', import.meta.url).pathname
    const worker = await startProcess({
      name: 'worker',
      command: process.execPath,
      args: [`${root}worker/main.ts`],
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        ...now.aws.env({ region: REGION }),
        ...now.environment,
      },
      ready: { line: /"message":"ready"/ },
    })
    try {
      const { port }: { readonly port: number } = JSON.parse(await worker.line(/"message":"ready"/))
      expect(await now.ended(await now.request(SMALL))).toMatchObject({ state: 'Succeeded' })
      const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
      expect(ready.status).toBe(200)
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      expect(metrics).toMatch(/^vedette_scan_duration_seconds_count\{outcome="Succeeded"\} 1$/m)
      expect(metrics).toMatch(/^vedette_scan_coverage_percent_sum 100$/m)
      expect(metrics).toMatch(/^vedette_findings_changes_total\{severity="\w+",change="opened"\} 1$/m)
      expect(metrics).toMatch(
        /^vedette_aws_calls_total\{service="ec2",operation="DescribeInstances",outcome="ok"\} 1$/m,
      )
      expect(metrics).not.toContain(ACCOUNT)
      expect(metrics).not.toContain(instanceId)
      expect(await worker.stop()).toEqual({ code: 0, signal: null })
      expect(worker.output()).not.toContain('"level":"error"')
    } finally {
      await worker.stop()
    }
  },
)
