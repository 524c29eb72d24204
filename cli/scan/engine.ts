import type { Clock } from '#core/clock.ts'
import type { Scan } from '#core/scan.ts'
import type { Logger } from '#platform/log/logger.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { openEmbeddedPostgres } from '#platform/postgres/embedded.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { createMemoryQueue } from '#queue/memory.ts'
import { migrate, SchemaTooNew } from '#store/migrate.ts'
import { retain } from '#store/retention.ts'
import { cancelOpenScans } from '#store/scans.ts'
import type { AccountDoorDeps } from '#worker/account-door.ts'
import { startJobs } from '#worker/jobs.ts'
import { workerMetrics } from '#worker/metrics.ts'

/** Jobs at once: on two cores more of them only wait for each other. */
const JOBS = 6
/** Each job that judges has two connections; heartbeats, the dispatcher and the progress need theirs beside them. */
const CONNECTIONS = 2 * JOBS + 4
const LEASE_SECONDS = 60
/** There is one worker, so a job is lost to nothing but a defect of its own. */
const ATTEMPTS = 2
const LEAVE_MS = 3_000
/** As the operator does by default. */
const RETAINED_DAYS = 90

/** Operator and worker in this process, over a database and a queue of its own. */
export interface ScanEngine {
  readonly pool: Pool
  /** Stops what is under way, leaves a sound state behind and ends the database. */
  close(): Promise<void>
}

export interface EngineDeps {
  /** Where findings are kept; null: nowhere. */
  readonly state: string | null
  readonly clock: Clock
  readonly log: Logger
  readonly doorOf: (scan: Scan) => AccountDoorDeps
  readonly onJobEnded: () => void
  readonly signal: AbortSignal
}

/**
 * Starts the same jobs as the workers run, without a cluster: an embedded Postgres with the newest schema, a queue in
 * memory, the dispatcher, the loop. `refused` is a sentence for whoever gave the state folder. Cost: under a second.
 */
export async function startEngine(
  deps: EngineDeps,
): Promise<
  { readonly kind: 'started'; readonly engine: ScanEngine } | { readonly kind: 'refused'; readonly message: string }
> {
  const { clock, log, signal } = deps
  const opened = await openEmbeddedPostgres({ state: deps.state, signal }).catch((error: unknown) => {
    signal.throwIfAborted()
    return { kind: 'refused', message: `The embedded Postgres cannot be started: ${messageOf(error)}` } as const
  })
  if (opened.kind === 'refused') return opened
  const { postgres } = opened
  const pool = createPool({
    connectionString: postgres.url,
    applicationName: 'vedette',
    max: CONNECTIONS,
    log,
  })
  const end = async (): Promise<void> => {
    await pool.end()
    await postgres.close()
  }
  try {
    await migrate(pool, { signal, log })
    await cancelOpenScans(pool, { message: 'The process that scanned was ended.', signal })
    await retain(pool, { days: RETAINED_DAYS, signal })
  } catch (error) {
    await end()
    if (!(error instanceof SchemaTooNew)) throw error
    const message = `${deps.state} was written by a newer version of Vedette: scan with that one, or choose another state folder.`
    return { kind: 'refused', message }
  }
  const stop = new AbortController()
  const deadLetters = createMemoryQueue({ clock })
  const running = startJobs({
    pool,
    queue: createMemoryQueue({ clock }),
    deadLetters,
    clock,
    log,
    metrics: workerMetrics(createMetrics({ processMetrics: false })),
    doorOf: deps.doorOf,
    concurrency: JOBS,
    jobsPerTarget: JOBS,
    leaseSeconds: LEASE_SECONDS,
    maxAttempts: ATTEMPTS,
    patienceMs: 0,
    signal: AbortSignal.any([signal, stop.signal]),
    onJobEnded: deps.onJobEnded,
  })
  const close = async (): Promise<void> => {
    stop.abort()
    await running.ended
    // A state folder that is left in a hurry is put in order by whoever opens it next.
    await cancelOpenScans(pool, {
      message: 'The scan was interrupted.',
      signal: AbortSignal.timeout(LEAVE_MS),
    }).catch((error: unknown) => log.warn({ error }, 'scans that were under way could not be cancelled'))
    await end()
  }
  return { kind: 'started', engine: { pool, close } }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
