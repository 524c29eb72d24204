import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import { describePostgresError } from '#platform/postgres/errors.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { transaction } from '#platform/postgres/transaction.ts'
import { claimDue, markSent, resendLost } from '#store/outbox.ts'
import { sweep, type Swept } from '#store/sweep.ts'
import { encodeMessage } from './message.ts'
import type { Queue } from './queue.ts'

export interface DispatcherOptions {
  readonly pool: Pool
  readonly queue: Queue
  /** Jobs of one target that are on the queue or under way at once. */
  readonly jobsPerTarget: number
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  /** How often the outbox is looked at when nobody calls `wake`. Default: 1 s. */
  readonly pollMs?: number
  /** How often scans past their deadline and lost messages are looked for. Default: 15 s. */
  readonly sweepMs?: number
  /** When a message that nobody took up is sent again the first time. Default: 15 min. */
  readonly resendAfterMs?: number
  /** For metrics. */
  readonly onSent?: (count: number) => void
  readonly onSwept?: (swept: Swept & { readonly resent: number }) => void
}

export interface Dispatcher {
  /** Looks at the outbox now: for whoever has just put something there. */
  wake(): void
  /** Resolves when `signal` has aborted and nothing is under way. Never rejects. */
  readonly done: Promise<void>
}

const MOST_AT_ONCE = 100
/** Below the server's limit for idle transactions: rows are locked while the queue is called. */
const SEND_MS = 5000

/**
 * Sends what is in the outbox, and marks it sent after the queue has taken it: a message may come twice, and never not
 * at all. Also ends what would never end (`sweep`) and sends lost messages again. Every process runs one; they share
 * the work row by row. Waits while the database or the queue is away.
 */
export function runDispatcher(options: DispatcherOptions): Dispatcher {
  const { clock, log, signal, pollMs = 1000, sweepMs = 15_000 } = options
  let woken = new AbortController()
  let failures = 0
  let sweptAt = -Infinity

  const turn = async (): Promise<boolean> => {
    if (clock.monotonicMs() - sweptAt >= sweepMs) {
      sweptAt = clock.monotonicMs()
      await tidy(options)
    }
    return (await dispatchOnce(options)) === MOST_AT_ONCE
  }
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      // Before the look, so that what is put there during it is not slept over.
      woken = new AbortController()
      try {
        const isMore = await turn()
        failures = 0
        if (isMore) continue
      } catch (error) {
        if (signal.aborted) return
        failures++
        log.warn({ error: describePostgresError(error), failures }, 'dispatching interrupted')
      }
      const ms = Math.min(30_000, pollMs * 2 ** Math.min(failures, 6)) * (0.75 + Math.random() / 2)
      // Both only end the sleep.
      await clock.sleep(ms, AbortSignal.any([signal, woken.signal])).catch(() => undefined)
    }
  }
  return { wake: () => woken.abort(), done: loop() }
}

/** One look at the outbox: how many messages were sent. */
export async function dispatchOnce(
  options: Pick<DispatcherOptions, 'pool' | 'queue' | 'jobsPerTarget' | 'log' | 'signal' | 'onSent'>,
): Promise<number> {
  const { pool, queue, log, signal } = options
  const sent = await transaction(pool, signal, async (tx) => {
    const due = await claimDue(tx, { limit: MOST_AT_ONCE, perTarget: options.jobsPerTarget })
    if (due.length === 0) return 0
    const answer = await queue.send(due.map(encodeMessage), AbortSignal.any([signal, AbortSignal.timeout(SEND_MS)]))
    for (const { code, message } of answer.refused) log.warn({ code, reason: message }, 'the queue refused a message')
    const taken = answer.sent.flatMap((index) => due[index]?.jobId ?? [])
    await markSent(tx, taken)
    if (taken.length === 0) throw new Error(`the queue refused all of ${due.length} messages`)
    return taken.length
  })
  if (sent > 0) options.onSent?.(sent)
  return sent
}

async function tidy(options: DispatcherOptions): Promise<void> {
  const swept = await sweep(options.pool, { signal: options.signal })
  const resent = await resendLost(options.pool, { afterMs: options.resendAfterMs ?? 15 * 60_000 })
  if (resent > 0) options.log.warn({ resent }, 'messages that nobody took up are sent again')
  options.onSwept?.({ ...swept, resent })
}
