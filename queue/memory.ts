import { randomUUID } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { attributeText, hiddenSeconds, MOST_MESSAGES, type Queue, type ReceivedMessage } from './queue.ts'

export interface MemoryQueueOptions {
  readonly clock: Clock
  /** Where a message goes that was received so often and never deleted; without it, it comes for ever. */
  readonly redrive?: { readonly deadLetters: Queue; readonly maxReceiveCount: number }
}

interface Message {
  readonly id: string
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  readonly sentAt: Date
  receiveCount: number
  /** Of the last reception: the only one that is good. */
  receiptHandle: string | null
  /** Monotonic: seen again from then on. */
  hiddenUntil: number
}

/**
 * A queue in the memory of this process, for a program that is operator and worker in one. It behaves as SQS does, and
 * ends with the process: what was on it comes back through the outbox. Cost of a call: one look at each message.
 */
export function createMemoryQueue({ clock, redrive }: MemoryQueueOptions): Queue {
  // In order of arrival, which a Map keeps.
  const messages = new Map<string, Message>()
  let change = new AbortController()
  const changed = (): void => {
    change.abort()
    change = new AbortController()
  }

  const put = (body: string, attributes: Readonly<Record<string, string>>): void => {
    const id = randomUUID()
    messages.set(id, {
      id,
      body,
      attributes,
      sentAt: clock.now(),
      receiveCount: 0,
      receiptHandle: null,
      hiddenUntil: -Infinity,
    })
    changed()
  }

  const take = async (max: number, hideSeconds: number, signal: AbortSignal): Promise<readonly ReceivedMessage[]> => {
    const now = clock.monotonicMs()
    const taken: ReceivedMessage[] = []
    for (const message of messages.values()) {
      if (taken.length === max) break
      if (message.hiddenUntil > now) continue
      if (redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
        messages.delete(message.id)
        await redrive.deadLetters.sendOne(message.body, message.attributes, signal)
        continue
      }
      message.receiveCount++
      message.receiptHandle = randomUUID()
      message.hiddenUntil = now + hideSeconds * 1000
      const { id: messageId, body, receiptHandle, receiveCount, sentAt, attributes } = message
      taken.push({ messageId, body, receiptHandle, receiveCount, sentAt, attributes })
    }
    return taken
  }

  const byReceipt = (receiptHandle: string): Message | undefined =>
    [...messages.values()].find((message) => message.receiptHandle === receiptHandle)

  return {
    send: async (bodies, signal) => {
      signal.throwIfAborted()
      for (const body of bodies) put(body, {})
      return { sent: bodies.map((_, index) => index), refused: [] }
    },
    sendOne: async (body, attributes, signal) => {
      signal.throwIfAborted()
      put(body, Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attributeText(value)])))
    },
    receive: async ({ max, waitSeconds, visibilitySeconds, signal }) => {
      const until = clock.monotonicMs() + waitSeconds * 1000
      for (;;) {
        signal.throwIfAborted()
        // Before the look, so that what comes during it is not slept over.
        const woken = change.signal
        const taken = await take(Math.min(max, MOST_MESSAGES), hiddenSeconds(visibilitySeconds), signal)
        const now = clock.monotonicMs()
        if (taken.length > 0 || now >= until) return taken
        const next = Math.min(until, ...[...messages.values()].map(({ hiddenUntil }) => hiddenUntil))
        // All of them only end the sleep; the signal is asked at the top.
        await clock.sleep(next - now, AbortSignal.any([signal, woken])).catch(() => undefined)
      }
    },
    changeVisibility: async ({ receiptHandle }, seconds, signal) => {
      signal.throwIfAborted()
      const message = byReceipt(receiptHandle)
      const now = clock.monotonicMs()
      if (message === undefined || message.hiddenUntil <= now) return false
      message.hiddenUntil = now + hiddenSeconds(seconds) * 1000
      changed()
      return true
    },
    delete: async ({ receiptHandle }, signal) => {
      signal.throwIfAborted()
      const message = byReceipt(receiptHandle)
      if (message !== undefined) messages.delete(message.id)
    },
    depth: async (signal) => {
      signal.throwIfAborted()
      const now = clock.monotonicMs()
      const hidden = [...messages.values()].filter(({ hiddenUntil }) => hiddenUntil > now).length
      return { waiting: messages.size - hidden, delayed: 0, inFlight: hidden }
    },
  }
}
