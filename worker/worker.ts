import type { AwsCredentialIdentityProvider } from '@smithy/types'
import type { Clock } from '#core/clock.ts'
import { createBaseCredentials } from '#platform/aws/base-credentials.ts'
import type { CallCounter } from '#platform/aws/call-metrics.ts'
import { createRateLimits } from '#platform/aws/rate-limit.ts'
import { createSqsClient } from '#platform/aws/sqs-client.ts'
import type { Settings } from '#platform/config/settings.ts'
import type { HealthCheck } from '#platform/http/health-check.ts'
import { startHttpServer } from '#platform/http/server.ts'
import type { Logger } from '#platform/log/logger.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { createPool } from '#platform/postgres/pool.ts'
import type { Queue } from '#queue/queue.ts'
import { createSqsQueue } from '#queue/sqs.ts'
import { startJobs, type RunningJobs } from './jobs.ts'
import { workerMetrics, type WorkerMetrics } from './metrics.ts'
import { waitForSchema } from './wait-for-schema.ts'

export interface WorkerDeps {
  readonly settings: Settings<'worker'>
  readonly log: Logger
  readonly clock: Clock
  /** Aborts when the worker is to stop: it receives no more, and gives back what has not ended in time. */
  readonly signal: AbortSignal
  /** Who the process is; default: what the SDK's chain finds (IRSA, Pod Identity, a task role, the environment). */
  readonly baseCredentials?: AwsCredentialIdentityProvider
}

/**
 * Runs a worker until `signal` aborts: HTTP first (`/healthz` answers, `/readyz` says what is waited for), then the
 * schema, then jobs, the dispatcher and the reader of dead letters. Rejects only when it cannot start.
 */
export async function runWorker(deps: WorkerDeps): Promise<void> {
  const { settings, log, clock, signal } = deps
  const metrics = createMetrics()
  const own = workerMetrics(metrics)
  const pool = createPool({
    connectionString: settings.databaseUrl,
    applicationName: 'vedette-worker',
    max: Math.max(CONNECTIONS_FOR_ONE_JOB, settings.databasePoolSize),
    log,
    idleInTransactionMs: Math.min(10_000, (settings.jobLeaseSeconds * 1000) / 2),
  })
  const region = settings.awsRegion
  const endpoint = settings.awsEndpointUrl ?? undefined
  const baseCredentials = deps.baseCredentials ?? createBaseCredentials({ region })
  const sqs = createSqsClient({ region, credentials: baseCredentials, endpoint })
  const queue = createSqsQueue({ client: sqs, url: settings.queueUrl })
  const deadLetters = createSqsQueue({ client: sqs, url: settings.deadLetterQueueUrl })

  let jobs: RunningJobs | undefined
  const receives: HealthCheck = {
    name: 'receives',
    check: () =>
      jobs?.state.isReceiving === true
        ? { ok: true }
        : { ok: false, message: 'database, schema or queue are not there yet; see the log' },
  }
  const http = await startHttpServer({
    host: settings.httpHost,
    port: settings.httpPort,
    metrics,
    healthz: [{ name: 'event-loop', check: () => ({ ok: true }) }],
    readyz: [receives],
  })
  try {
    await waitForSchema({ pool, clock, log, signal })
    const door = {
      baseCredentials,
      region,
      endpoint,
      clock,
      limits: createRateLimits({ clock }),
      calls: countingThrottles(own),
      principalArn: settings.workerPrincipalArn,
    }
    jobs = startJobs({
      pool,
      queue,
      deadLetters,
      clock,
      log,
      metrics: own,
      doorOf: () => door,
      concurrency: concurrencyOf(settings, log),
      jobsPerTarget: settings.jobsPerTarget,
      resendAfterMs: settings.resendSeconds * 1000,
      leaseSeconds: settings.jobLeaseSeconds,
      maxAttempts: settings.jobAttempts,
      patienceMs: settings.shutdownSeconds * 1000,
      signal,
      onReceiving: () => log.info({ port: http.port }, 'ready'),
    })
    await Promise.all([jobs.ended, watchQueue({ queue, clock, log, signal, metrics: own })])
    log.info({}, 'stopped')
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await http.close(500)
    sqs.destroy()
    await pool.end()
  }
}

/** A job that judges has two connections; the heartbeat and the dispatcher need theirs beside it. */
const CONNECTIONS_FOR_ONE_JOB = 4

/** As many jobs as there are connections for: a job that waits for one may lose its lease. */
function concurrencyOf(settings: Settings<'worker'>, log: Logger): number {
  const most = Math.max(1, Math.floor((settings.databasePoolSize - 2) / 2))
  if (settings.jobConcurrency <= most) return settings.jobConcurrency
  log.warn(
    { jobConcurrency: settings.jobConcurrency, databasePoolSize: settings.databasePoolSize, used: most },
    'too few database connections for so many jobs at once: two per job and two more are needed',
  )
  return most
}

function countingThrottles(metrics: WorkerMetrics): CallCounter {
  return {
    inc: (labels) => {
      metrics.awsCalls.inc(labels)
      const { service, operation, outcome } = labels
      if (outcome === 'throttled') metrics.awsThrottles.inc({ service, operation })
    },
  }
}

const DEPTH_EVERY_MS = 30_000

/** Keeps the metric of the queue's depth; a queue that does not answer is the loop's to report. */
async function watchQueue(deps: {
  readonly queue: Queue
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  readonly metrics: WorkerMetrics
}): Promise<void> {
  const { queue, clock, log, signal, metrics } = deps
  while (!signal.aborted) {
    try {
      const { waiting, delayed, inFlight } = await queue.depth(signal)
      metrics.queueMessages.set({ state: 'waiting' }, waiting)
      metrics.queueMessages.set({ state: 'delayed' }, delayed)
      metrics.queueMessages.set({ state: 'in_flight' }, inFlight)
    } catch (error) {
      if (!signal.aborted) log.debug({ error }, 'the depth of the queue is not known')
    }
    await clock.sleep(DEPTH_EVERY_MS, signal).catch(() => undefined)
  }
}
