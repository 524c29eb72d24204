import type { Clock } from '#core/clock.ts'
import type { Job, JobKind, Lease, Scan } from '#core/scan.ts'
import type { Logger } from '#platform/log/logger.ts'
import { isDatabaseAway } from '#platform/postgres/errors.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { refuseMessage } from '#queue/dead-letters.ts'
import { LeaseLost, startHeartbeat } from '#queue/heartbeat.ts'
import { decodeMessage } from '#queue/message.ts'
import type { Queue, ReceivedMessage } from '#queue/queue.ts'
import { delayJob, failJob, releaseJob } from '#store/job-ends.ts'
import { takeLease, type TakenLease } from '#store/jobs.ts'
import type { UnderLease } from '#store/lease.ts'
import type { WorkerMetrics } from './metrics.ts'
import { LOST, type Outcome } from './outcome.ts'
import type { Place } from './places.ts'

/** One job, leased. */
export interface JobContext {
  readonly job: Job
  readonly scan: Scan
  readonly lease: Lease
  /** Aborts when the lease is lost, the scan is cancelled or the worker stops: nothing may be written after it. */
  readonly signal: AbortSignal
  readonly log: Logger
}

export type JobHandler = (context: JobContext) => Promise<Outcome>

export interface WorkDeps {
  readonly pool: Pool
  readonly queue: Queue
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: WorkerMetrics
  /** Shown beside leases: which worker has a job. */
  readonly worker: string
  readonly leaseMs: number
  /** How long a message is hidden when it is received. */
  readonly hiddenMs: number
  /** A job whose lease was lost this often is failed. */
  readonly maxAttempts: number
  readonly handlers: Readonly<Record<JobKind, JobHandler>>
  /** Where messages go that nobody understands. */
  readonly deadLetters: Queue
  /** Called when a job has ended: the next ones may be in the outbox. */
  readonly onEnded?: () => void
}

/**
 * Takes what a message is about as far as this worker can: decodes it, takes the lease, runs the job, writes the
 * outcome. A message is deleted only when its job needs none any more; a duplicate changes nothing. A job whose worker
 * died is done alone, so that only its own deaths can be laid at its door.
 *
 * `abandon` gives back what is under way: the lease is released and the message shows at once, at no attempt's cost.
 */
export async function workOnMessage(
  deps: WorkDeps,
  message: ReceivedMessage,
  place: Pick<Place, 'alone'>,
  abandon: AbortSignal,
): Promise<void> {
  const { pool, queue, log } = deps
  const decoded = decodeMessage(message.body)
  if (decoded.kind === 'refused') {
    log.warn({ messageId: message.messageId, reason: decoded.reason }, 'message that cannot be understood')
    return refuseMessage(deps, { message, reason: decoded.reason, signal: abandon })
  }

  if (abandon.aborted) {
    // Nobody has begun: another worker may do so at once.
    await queue.changeVisibility(message, 0, AbortSignal.timeout(RELEASE_MS))
    return
  }
  const { jobId } = decoded.message
  const { worker, leaseMs, maxAttempts } = deps
  // A lease that is being given is waited for: broken off during its commit it may be ours, and nobody would return it.
  const take = (isAlone: boolean): Promise<TakenLease> =>
    beyond(abandon, RELEASE_MS, (signal) => takeLease(pool, { jobId, worker, leaseMs, maxAttempts, isAlone, signal }))
  let taken = await take(false)
  if (taken.kind === 'suspect' && (await becomeAlone(deps, message, place, abandon))) taken = await take(true)
  switch (taken.kind) {
    case 'suspect':
      // The worker stops, or another one has the message.
      return
    case 'held':
      // Its holder may die: then this duplicate is what brings the job back.
      await queue.changeVisibility(message, taken.remainingMs / 1000, abandon)
      return
    case 'finished':
    case 'cancelled':
    case 'missing':
      return queue.delete(message, abandon)
    case 'exhausted':
      log.error({ job: jobId }, 'job failed: its workers died over it too often')
      return queue.delete(message, abandon)
    case 'taken':
      return workOnJob(deps, message, taken, abandon)
    default:
      return taken satisfies never
  }
}

/** Does something that is broken off only when `signal` has been aborted for so long. */
async function beyond<T>(signal: AbortSignal, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    timer = setTimeout(() => late.abort(signal.reason), ms)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await work(late.signal)
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearTimeout(timer)
  }
}

/** Keeps a message until nothing else is under way here. False when it was given back, or is somebody else's by then. */
async function becomeAlone(
  { queue, clock, hiddenMs }: WorkDeps,
  message: ReceivedMessage,
  place: Pick<Place, 'alone'>,
  abandon: AbortSignal,
): Promise<boolean> {
  const heartbeat = startHeartbeat({ queue, message, hiddenMs, clock, signal: abandon })
  const isAlone = await place.alone(heartbeat.signal)
  await heartbeat.stop()
  if (!isAlone && abandon.aborted) await queue.changeVisibility(message, 0, AbortSignal.timeout(RELEASE_MS))
  return isAlone
}

type Taken = Extract<TakenLease, { kind: 'taken' }>

/** How it ended for this worker. */
type Ended =
  | Outcome
  /** The worker stops: the job was given back. */
  | { readonly kind: 'released' }
  /** A defect: the lease runs out, which costs an attempt, and somebody tries again. */
  | { readonly kind: 'crashed' }

async function workOnJob(
  deps: WorkDeps,
  message: ReceivedMessage,
  { job, scan, lease }: Taken,
  abandon: AbortSignal,
): Promise<void> {
  const { pool: sql, queue, hiddenMs, clock, metrics } = deps
  const log = deps.log.child({
    job: job.id,
    kind: job.kind,
    location: job.location,
    scan: scan.id,
    account: scan.spec.accountId,
    target: `${scan.namespace}/${scan.targetName}`,
  })
  const started = clock.monotonicMs()
  metrics.jobsActive.inc()
  const heartbeat = startHeartbeat({ queue, message, hiddenMs, held: { sql, lease }, clock, signal: abandon })
  try {
    const ended = await run(deps, { job, scan, lease, signal: heartbeat.signal, log })
    // No beat may renew what is given back.
    await heartbeat.stop()
    const settled = await settle(deps, message, lease, ended, log)
    const seconds = (clock.monotonicMs() - started) / 1000
    metrics.jobs.inc({ kind: job.kind, outcome: settled.kind })
    metrics.jobDuration.observe({ kind: job.kind }, seconds)
    log.info({ outcome: settled, seconds: Math.round(seconds * 1000) / 1000 }, 'job ended')
  } finally {
    await heartbeat.stop()
    metrics.jobsActive.dec()
    deps.onEnded?.()
  }
}

async function run(deps: WorkDeps, context: JobContext): Promise<Ended> {
  const { job, signal, log } = context
  try {
    return await deps.handlers[job.kind](context)
  } catch (error) {
    if (signal.aborted) return signal.reason instanceof LeaseLost ? LOST : { kind: 'released' }
    if (isDatabaseAway(error)) return { kind: 'delayed', seconds: DATABASE_AWAY_SECONDS, reason: 'DatabaseAway' }
    log.error({ error }, 'job crashed: a defect; it is tried again when its lease has run out')
    return { kind: 'crashed' }
  }
}

const DATABASE_AWAY_SECONDS = 5
/** How long giving back may take while the worker stops. */
const RELEASE_MS = 5_000

/** Writes the outcome, and deletes the message where the job needs it no more. While the database is away it waits. */
async function settle(
  deps: WorkDeps,
  message: ReceivedMessage,
  lease: Lease,
  ended: Ended,
  log: Logger,
): Promise<Ended> {
  // After that the lease has run out, and whoever takes it decides.
  const signal = AbortSignal.timeout(ended.kind === 'released' ? RELEASE_MS : lease.leaseMs)
  for (let failures = 1; ; failures++) {
    try {
      const written = await write(deps.pool, lease, ended, signal)
      if (written === 'lost') return LOST
      if (written === 'written') await deps.queue.delete(message, signal)
      return ended
    } catch (error) {
      if (signal.aborted || !isDatabaseAway(error)) {
        log.warn({ error }, 'the outcome of the job could not be written or its message not deleted; the lease decides')
        return ended
      }
      await deps.clock.sleep(Math.min(5_000, 200 * 2 ** failures), signal).catch(() => undefined)
    }
  }
}

async function write(
  pool: Pool,
  lease: Lease,
  ended: Ended,
  signal: AbortSignal,
): Promise<'written' | 'lost' | 'nothing'> {
  switch (ended.kind) {
    case 'finished':
      // The handler has written it together with what it found.
      return 'written'
    case 'failed':
      return writtenOrLost(await failJob(pool, lease, { reason: ended.reason, message: ended.message, signal }))
    case 'delayed':
      return writtenOrLost(await delayJob(pool, lease, { seconds: ended.seconds, reason: ended.reason, signal }))
    case 'released':
      return writtenOrLost(await releaseJob(pool, lease, { signal }))
    case 'lost':
    case 'crashed':
      return 'nothing'
    default:
      return ended satisfies never
  }
}

function writtenOrLost({ kind }: UnderLease<void>): 'written' | 'lost' {
  return kind === 'ok' ? 'written' : 'lost'
}
