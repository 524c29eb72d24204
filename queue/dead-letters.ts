import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import { describePostgresError } from '#platform/postgres/errors.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { recordDeadLetter } from '#store/dead-letters.ts'
import type { Queue, ReceivedMessage } from './queue.ts'

const REASON = 'reason'

/** Puts a message that cannot be understood aside, with what is wrong with it, so that the others go on. */
export async function refuseMessage(
  queues: { readonly queue: Queue; readonly deadLetters: Queue },
  refused: { readonly message: ReceivedMessage; readonly reason: string; readonly signal: AbortSignal },
): Promise<void> {
  const { message, reason, signal } = refused
  // In this order it may be there twice, and never not at all.
  await queues.deadLetters.sendOne(message.body, { [REASON]: reason, messageId: message.messageId }, signal)
  await queues.queue.delete(message, signal)
}

export interface DeadLetterReaderOptions {
  readonly deadLetters: Queue
  readonly sql: Sql
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  /** For metrics: one per letter that was not known. */
  readonly onLetter?: () => void
}

/**
 * Moves dead letters into the table of their name, with their reasons, until `signal` aborts. Waits while queue or
 * database are away. Never rejects.
 */
export async function readDeadLetters(options: DeadLetterReaderOptions): Promise<void> {
  const { clock, log, signal } = options
  let failures = 0
  while (!signal.aborted) {
    try {
      await readOnce(options, 20)
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      failures++
      log.warn({ error: describePostgresError(error), failures }, 'reading dead letters interrupted')
      await clock.sleep(Math.min(60_000, 1000 * 2 ** Math.min(failures, 6)), signal).catch(() => undefined)
    }
  }
}

/** One look: how many letters were there. */
export async function readOnce(options: DeadLetterReaderOptions, waitSeconds: number): Promise<number> {
  const { deadLetters, sql, log, signal } = options
  const messages = await deadLetters.receive({ max: 10, waitSeconds, visibilitySeconds: 60, signal })
  for (const message of messages) {
    const reason = message.attributes[REASON] ?? 'the queue gave up on it: it was received too often and never deleted'
    const messageId = message.attributes['messageId'] ?? message.messageId
    if (await recordDeadLetter(sql, { messageId, body: message.body, reason })) {
      log.warn({ messageId, reason }, 'a message could not be understood and was put aside')
      options.onLetter?.()
    }
    await deadLetters.delete(message, signal)
  }
  return messages.length
}
