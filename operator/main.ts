import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { CHECKS } from '#checks/registry.ts'
import { createSqsClient } from '#platform/aws/sqs-client.ts'
import { parseSettings, SettingsRefused } from '#platform/config/parse.ts'
import type { Settings } from '#platform/config/settings.ts'
import { startHttpServer } from '#platform/http/server.ts'
import { Manager, type ManagerEnd } from '#platform/kube/manager.ts'
import { createKubeMetrics } from '#platform/kube/metrics.ts'
import { PooledKubeConfig } from '#platform/kube/pooled-kube-config.ts'
import { createLogger, type Logger } from '#platform/log/logger.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { describePostgresError, isDatabaseAway } from '#platform/postgres/errors.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { systemClock } from '#platform/system-clock.ts'
import { runDispatcher } from '#queue/dispatcher.ts'
import { createSqsQueue } from '#queue/sqs.ts'
import { migrate } from '#store/migrate.ts'
import { addControllers } from './controllers.ts'
import { databaseCheck } from './database-away.ts'
import { showFleet } from './metrics.ts'
import { retainHourly } from './retention.ts'

/** Owns Events and names the Lease. */
const COMPONENT = 'vedette-operator'

/**
 * Composes the operator and runs it until it is told to stop, loses its lease or cannot go on. Returns the code to exit
 * with at once: what is still open then is left to the end of the process.
 */
async function run(settings: Settings<'operator'>, log: Logger, signal: AbortSignal): Promise<number> {
  const clock = systemClock
  const metrics = createMetrics()
  const pool = createPool({
    connectionString: settings.databaseUrl,
    applicationName: COMPONENT,
    max: settings.databasePoolSize,
    log,
  })
  const kubeConfig = new PooledKubeConfig()
  kubeConfig.loadFromDefault()
  const instance = `${hostname()}-${randomUUID().slice(0, 8)}`
  const manager = new Manager(
    {
      component: `vedette.dev/operator`,
      instance,
      leaderElection: { namespace: settings.namespace, name: COMPONENT, identity: instance },
      gracefulStopMs: settings.shutdownSeconds * 1000,
    },
    { kubeConfig, clock, log, metrics: createKubeMetrics(metrics) },
  )
  const sqs = createSqsClient({ region: settings.awsRegion, endpoint: settings.awsEndpointUrl ?? undefined })
  addControllers({ manager, pool, databaseUrl: settings.databaseUrl, clock, log, catalogue: CHECKS })
  const queue = createSqsQueue({ client: sqs, url: settings.queueUrl })
  manager.addTask({
    name: 'dispatcher',
    runs: 'always',
    run: async (stop) =>
      runDispatcher({
        pool,
        queue,
        clock,
        log,
        jobsPerTarget: settings.jobsPerTarget,
        resendAfterMs: settings.resendSeconds * 1000,
        signal: stop,
      }).done,
  })
  manager.addTask({
    name: 'retention',
    runs: 'leader',
    run: async (stop) => retainHourly({ pool, clock, log, days: settings.retentionDays }, stop),
  })
  manager.addTask({
    name: 'fleet metrics',
    runs: 'leader',
    run: async (stop) => showFleet({ pool, clock, metrics, log }, stop),
  })

  // First of all, so that a process that waits for its database is alive and says so.
  const http = await startHttpServer({
    host: settings.httpHost,
    port: settings.httpPort,
    metrics,
    healthz: manager.healthz,
    readyz: [databaseCheck(pool), ...manager.readyz],
  })
  await migrateWhenThere(pool, log, signal)
  signal.throwIfAborted()
  const running = manager.start()
  signal.addEventListener('abort', () => void running.stop(), { once: true })
  log.info({ port: http.port, instance }, 'ready')
  const end = await running.done
  // Otherwise nothing is waited for: another replica may be at work, or a connection may never answer.
  if (end.type === 'stopped') {
    await http.close()
    sqs.destroy()
    await pool.end()
    await kubeConfig.close()
  }
  return exitCode(end, log)
}

/** Waits for a database that is not there yet: a process that restarts meanwhile helps nobody. */
async function migrateWhenThere(pool: Pool, log: Logger, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await migrate(pool, { signal, log })
      return
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      log.warn({ error: describePostgresError(error) }, 'the database cannot be reached; trying again')
      await systemClock.sleep(2000, signal)
    }
  }
}

function exitCode(end: ManagerEnd, log: Logger): number {
  switch (end.type) {
    case 'stopped':
      log.info('stopped')
      return 0
    case 'lost-lease':
      log.error('lost the lease: ending at once, another replica may be at work')
      return 1
    case 'failed':
      log.error({ error: end.error }, 'cannot go on')
      return 1
    default:
      return end satisfies never
  }
}

async function main(): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort(new Error(`got ${signal}`)))
  let settings: Settings<'operator'>
  try {
    settings = parseSettings('operator', process.env)
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
  const log = createLogger({ process: 'operator', level: settings.logLevel })
  // Whatever nobody handled has left something half done: a restart is safer than going on.
  process.on('unhandledRejection', (error) => {
    log.error({ error }, 'unhandled rejection')
    process.exit(1)
  })
  try {
    process.exit(await run(settings, log, stop.signal))
  } catch (error) {
    if (stop.signal.aborted) process.exit(0)
    log.error({ error }, 'the operator failed')
    process.exit(1)
  }
}

await main()
