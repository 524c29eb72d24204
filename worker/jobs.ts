import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { CHECKS } from '#checks/registry.ts'
import type { Clock } from '#core/clock.ts'
import type { Scan } from '#core/scan.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { readDeadLetters } from '#queue/dead-letters.ts'
import { runDispatcher } from '#queue/dispatcher.ts'
import type { Queue } from '#queue/queue.ts'
import { COLLECTORS } from '#resources/collectors.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import type { AccountDoorDeps } from './account-door.ts'
import { collect } from './collect.ts'
import { evaluate } from './evaluate.ts'
import { startLoop, type LoopState } from './loop.ts'
import type { WorkerMetrics } from './metrics.ts'
import { prepare } from './prepare.ts'
import { workOnMessage, type WorkDeps } from './work-on-message.ts'

export interface JobsDeps {
  readonly pool: Pool
  readonly queue: Queue
  readonly deadLetters: Queue
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: WorkerMetrics
  /** How the account of a scan is entered. */
  readonly doorOf: (scan: Scan) => AccountDoorDeps
  /** Jobs at once: each that judges needs two connections of the pool, and two more are needed beside them. */
  readonly concurrency: number
  /** Jobs of one target that are on the queue or under way at once. */
  readonly jobsPerTarget: number
  /** When a message that nobody took up is sent again the first time; default: as the dispatcher has it. */
  readonly resendAfterMs?: number
  readonly leaseSeconds: number
  /** A job whose lease was lost this often is failed. */
  readonly maxAttempts: number
  /** How long jobs may go on after `signal`; then they are given back. */
  readonly patienceMs: number
  /** Stops it: nothing more is received. */
  readonly signal: AbortSignal
  /** Called once, when messages can come. */
  readonly onReceiving?: () => void
  /** Called after each job, however it ended. */
  readonly onJobEnded?: () => void
}

export interface RunningJobs {
  readonly state: LoopState
  /** Resolves when `signal` has aborted and nothing is under way. Never rejects. */
  readonly ended: Promise<void>
}

/**
 * How long a message that was received stays hidden until its job's heartbeat takes over. An answer that is lost on its
 * way, to a worker that stops or whose connection breaks, hides its messages for this long and not for a lease.
 */
const HIDDEN_SECONDS = 30

/**
 * Works on jobs until `signal` aborts: dispatcher, loop and reader of dead letters over any queue, any database with the
 * schema in it, and any accounts that can be entered. The worker is this and its settings; so is a scan by hand.
 */
export function startJobs(deps: JobsDeps): RunningJobs {
  const { pool, queue, deadLetters, clock, log, metrics, signal } = deps
  const abandon = new AbortController()
  const dispatcher = runDispatcher({
    pool,
    queue,
    jobsPerTarget: deps.jobsPerTarget,
    ...(deps.resendAfterMs === undefined ? {} : { resendAfterMs: deps.resendAfterMs }),
    clock,
    log,
    signal,
  })
  const onLetter = (): void => metrics.deadLetters.inc()
  const letters = readDeadLetters({ deadLetters, sql: pool, clock, log, signal, onLetter })
  const hiddenSeconds = Math.min(deps.leaseSeconds, HIDDEN_SECONDS)
  const shared = { pool, clock, metrics, catalogue: CHECKS, types: RESOURCE_TYPES, collectors: COLLECTORS }
  const work: WorkDeps = {
    pool,
    queue,
    deadLetters,
    clock,
    log,
    metrics,
    worker: `${hostname()}/${randomBytes(4).toString('hex')}`,
    leaseMs: deps.leaseSeconds * 1000,
    hiddenMs: hiddenSeconds * 1000,
    maxAttempts: deps.maxAttempts,
    handlers: {
      prepare: (context) => prepare({ ...shared, door: deps.doorOf(context.scan) }, context),
      collect: (context) => collect({ ...shared, door: deps.doorOf(context.scan) }, context),
      evaluate: (context) => evaluate(shared, context),
    },
    onEnded: () => {
      dispatcher.wake()
      deps.onJobEnded?.()
    },
  }
  const loop = startLoop(
    {
      pool,
      queue,
      clock,
      log,
      concurrency: deps.concurrency,
      visibilitySeconds: hiddenSeconds,
      work: (message, place) => workOnMessage(work, message, place, abandon.signal),
      ...(deps.onReceiving === undefined ? {} : { onReceiving: deps.onReceiving }),
    },
    signal,
  )
  const end = async (): Promise<void> => {
    await stopped(signal)
    const patience = new AbortController()
    const outOfTime = clock.sleep(deps.patienceMs, patience.signal).catch(() => undefined)
    await Promise.race([loop.ended, outOfTime])
    patience.abort()
    abandon.abort(new Error('the worker stops'))
    await Promise.all([loop.ended, dispatcher.done, letters])
  }
  return {
    get state() {
      return loop.state
    },
    ended: end(),
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}
