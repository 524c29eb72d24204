import type { Clock } from '#core/clock.ts'
import type { Lease } from '#core/scan.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { heartbeat } from '#store/lease.ts'
import type { Queue, Receipt } from './queue.ts'

/** Why a job must stop: the reason of its aborted signal. */
export class LeaseLost extends Error {
  readonly because:
    /** Another worker has the job. */
    | 'taken'
    /** It has ended: by its deadline, or under another worker. */
    | 'ended'
    | 'cancelled'
    /** Its message is gone, or somebody else's. */
    | 'message_lost'
    /** Database or queue have not answered for a whole lease. */
    | 'unconfirmed'

  constructor(because: LeaseLost['because'], cause?: unknown) {
    super(`the lease of the job was lost: ${because}`, cause === undefined ? undefined : { cause })
    this.name = 'LeaseLost'
    this.because = because
  }
}

export interface HeartbeatOptions {
  readonly queue: Pick<Queue, 'changeVisibility'>
  readonly message: Receipt
  /** How long the message is hidden until the first beat. */
  readonly hiddenMs: number
  /** Absent while a job waits to be taken: then only its message is kept. */
  readonly held?: { readonly sql: Sql; readonly lease: Lease }
  readonly clock: Clock
  /** Stops the beats, and the job with this reason. */
  readonly signal: AbortSignal
}

export interface RunningHeartbeat {
  /** Aborts with a `LeaseLost`, or with the reason of the signal that came in. */
  readonly signal: AbortSignal
  /** Ends the beats, before the job is finished or given back. Resolves when none is under way. */
  stop(): Promise<void>
}

/**
 * Keeps a job: renews its lease and hides its message together, every third of the lease, and first within a third of
 * the time that the message is hidden. When either is lost, the job's signal aborts. A beat that gets no answer is tried
 * again, until the last answer is a whole lease old.
 */
export function startHeartbeat(options: HeartbeatOptions): RunningHeartbeat {
  const { clock, signal } = options
  const keptMs = keptFor(options)
  const lost = new AbortController()
  const stopped = new AbortController()
  let everyMs = thirdOf(Math.min(keptMs, options.hiddenMs))
  const ended = AbortSignal.any([signal, lost.signal, stopped.signal])
  let confirmedMs = clock.monotonicMs()

  const loop = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, ended)
      const sentMs = clock.monotonicMs()
      try {
        const because = await beat(options, AbortSignal.any([ended, AbortSignal.timeout(everyMs)]))
        if (because !== undefined) return lost.abort(new LeaseLost(because))
        confirmedMs = sentMs
        everyMs = thirdOf(keptMs)
      } catch (error) {
        if (ended.aborted) return
        if (clock.monotonicMs() - confirmedMs >= keptMs) return lost.abort(new LeaseLost('unconfirmed', error))
      }
    }
  }
  // The sleep rejects when it is all over.
  const done = loop().catch(() => undefined)
  return {
    signal: AbortSignal.any([signal, lost.signal]),
    stop: async () => {
      stopped.abort()
      await done
    },
  }
}

/** AbortSignal.timeout takes whole milliseconds only. */
function thirdOf(ms: number): number {
  return Math.floor(ms / 3)
}

/** How long each beat keeps what it renews. */
function keptFor({ held, hiddenMs }: Pick<HeartbeatOptions, 'held' | 'hiddenMs'>): number {
  return held?.lease.leaseMs ?? hiddenMs
}

async function beat(options: HeartbeatOptions, signal: AbortSignal): Promise<LeaseLost['because'] | undefined> {
  const { queue, message, held } = options
  if (held !== undefined) {
    const renewed = await unless(signal, heartbeat(held.sql, held.lease))
    if (renewed.kind === 'lost') return renewed.because
  }
  const isOurs = await queue.changeVisibility(message, keptFor(options) / 1000, signal)
  return isOurs ? undefined : 'message_lost'
}

/** A statement cannot be called back; its answer is not waited for any more. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(new Error('no answer in time', { cause: signal.reason }))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  work.catch(() => undefined)
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
