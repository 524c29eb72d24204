import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import { describePostgresError } from '#platform/postgres/errors.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { MOST_MESSAGES, type Queue, type ReceivedMessage } from '#queue/queue.ts'
import { createPlaces, type Place } from './places.ts'

export interface LoopDeps {
  readonly pool: Pool
  readonly queue: Queue
  readonly clock: Clock
  readonly log: Logger
  /** Jobs at once. */
  readonly concurrency: number
  /** How long a message stays hidden until its heartbeat takes over. */
  readonly visibilitySeconds: number
  /** Works on one message to its end, alone if it asks its place for that. Whatever it throws ends with this message. */
  readonly work: (message: ReceivedMessage, place: Pick<Place, 'alone'>) => Promise<void>
  /** Called once, when the first receive is about to wait for messages. */
  readonly onReceiving?: () => void
}

/** AWS's own bounds: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const LONGEST_POLL_SECONDS = 20
const LONGEST_WAIT_MS = 30_000

/** What the loop is about, for `/readyz`. */
export interface LoopState {
  readonly active: number
  /** False while the database or the queue does not answer. */
  readonly isReceiving: boolean
}

export interface Loop {
  readonly state: LoopState
  /** Resolves once it receives no more and everything that was under way has ended. */
  readonly ended: Promise<void>
}

/**
 * Receives messages for as many jobs as there are free places, until `signal` aborts, and gives each to `work`; jobs do
 * not wait for each other, but for one that is to be alone. While the database does not answer nothing is received: a
 * message that is not received costs nothing.
 */
export function startLoop(deps: LoopDeps, signal: AbortSignal): Loop {
  const { pool, queue, clock, log, concurrency } = deps
  const active = new Set<Promise<void>>()
  const places = createPlaces()
  let change = Promise.withResolvers<void>()
  const changed = (): void => {
    change.resolve()
    change = Promise.withResolvers<void>()
  }
  signal.addEventListener('abort', changed, { once: true })
  let isReceiving = false
  let wasReceiving = false
  let failures = 0

  const begin = (message: ReceivedMessage): void => {
    const place = places.enter()
    const job = deps
      .work(message, place)
      .catch((error: unknown) => log.error({ error, messageId: message.messageId }, 'message could not be worked on'))
      .finally(() => {
        place.leave()
        active.delete(job)
        changed()
      })
    active.add(job)
  }

  const receive = async (): Promise<void> => {
    // Nothing is received that could not be leased.
    await pool.query('select')
    isReceiving = true
    if (!wasReceiving) deps.onReceiving?.()
    wasReceiving = true
    const messages = await queue.receive({
      max: Math.min(MOST_MESSAGES, concurrency - active.size),
      waitSeconds: LONGEST_POLL_SECONDS,
      visibilitySeconds: deps.visibilitySeconds,
      signal,
    })
    // One that is to be alone came up while this was asked: they are for other workers, or for later.
    if (places.isClosed) await Promise.all(messages.map((message) => queue.changeVisibility(message, 0, signal)))
    else for (const message of messages) begin(message)
    failures = 0
  }

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      if (active.size >= concurrency || places.isClosed) {
        await change.promise
        continue
      }
      try {
        await receive()
      } catch (error) {
        if (signal.aborted) break
        isReceiving = false
        failures++
        log.warn(
          { error: describePostgresError(error), failures },
          'receiving paused: database or queue does not answer',
        )
        const ms = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random() / 2)
        await clock.sleep(ms, signal).catch(() => undefined)
      }
    }
    isReceiving = false
    await Promise.all(active)
  }

  return {
    ended: run(),
    get state() {
      return { active: active.size, isReceiving }
    },
  }
}
