import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Queue, ReceivedMessage } from '#queue/queue.ts'
import type { Broker, TestQueue } from './brokers.ts'

const never = new AbortController().signal

/** What dispatcher, workers and heartbeats rely on, of any queue. Where time has to pass, the queue's own waiting passes it. */
export function describeQueue(name: string, start: () => Promise<Broker>): void {
  describe(`a queue: ${name}`, () => {
    let broker: Broker
    let test: TestQueue
    let queue: Queue
    beforeAll(async () => {
      broker = await start()
    })
    afterAll(() => broker.stop())
    beforeEach(async () => {
      test = await broker.open()
      queue = test.queue
    })

    const receive = (
      options: { readonly from?: Queue; readonly max?: number; readonly hide?: number; readonly wait?: number } = {},
    ): Promise<readonly ReceivedMessage[]> =>
      (options.from ?? queue).receive({
        max: options.max ?? 10,
        waitSeconds: options.wait ?? 0,
        visibilitySeconds: options.hide ?? 30,
        signal: never,
      })
    const one = async (options: Parameters<typeof receive>[0] = {}): Promise<ReceivedMessage> => {
      const [message] = await receive(options)
      if (message === undefined) throw new Error('the queue is empty')
      return message
    }

    it('takes any number of bodies and gives each back once', async () => {
      const bodies = Array.from({ length: 23 }, (_, n) => `body-${n}`)
      const { sent, refused } = await queue.send(bodies, never)
      expect(sent.toSorted((a, b) => a - b)).toEqual(bodies.map((_, n) => n))
      expect(refused).toEqual([])
      expect(await queue.depth(never)).toEqual({ waiting: 23, delayed: 0, inFlight: 0 })
      const received: string[] = []
      for (let page = await receive(); page.length > 0; page = await receive()) {
        received.push(...page.map(({ body }) => body))
        for (const message of page) await queue.delete(message, never)
      }
      expect(received.toSorted()).toEqual(bodies.toSorted())
      expect(await queue.depth(never)).toEqual({ waiting: 0, delayed: 0, inFlight: 0 })
    })

    it('gives no more than it is asked for, and ten at most', async () => {
      await queue.send(
        Array.from({ length: 12 }, (_, n) => `body-${n}`),
        never,
      )
      expect(await receive({ max: 1 })).toHaveLength(1)
      expect((await receive({ max: 50 })).length).toBeLessThanOrEqual(10)
    })

    it('keeps bodies as they are, whatever is in them', async () => {
      const body = '{"a":"ü – 日本 \\u0000 \\" \t"}'
      await queue.send([body], never)
      expect((await one()).body).toBe(body)
    })

    it('counts receptions, and gives a message back at once when it is asked to', async () => {
      await queue.send(['x'], never)
      const first = await one()
      expect(await receive()).toEqual([])
      expect(await queue.depth(never)).toEqual({ waiting: 0, delayed: 0, inFlight: 1 })
      expect(await queue.changeVisibility(first, 0, never)).toBe(true)
      const second = await one()
      expect([first.receiveCount, second.receiveCount]).toEqual([1, 2])
      expect(second.messageId).toBe(first.messageId)
      expect(second.receiptHandle).not.toBe(first.receiptHandle)
      expect(second.sentAt).toBeInstanceOf(Date)
    })

    it('shows a message again when its time is over', async () => {
      await queue.send(['x'], never)
      const first = await one({ hide: 1 })
      const second = await one({ wait: 10 })
      expect(second).toMatchObject({ messageId: first.messageId, receiveCount: 2 })
    })

    it('hides a message for longer when it is asked to: a heartbeat', async () => {
      await queue.send(['x'], never)
      const message = await one({ hide: 1 })
      expect(await queue.changeVisibility(message, 60, never)).toBe(true)
      expect(await receive({ wait: 2 })).toEqual([])
    })

    it('takes parts of seconds for whole ones, and less than none for none', async () => {
      await queue.send(['x'], never)
      const message = await one()
      expect(await queue.changeVisibility(message, 0.2, never)).toBe(true)
      expect(await receive()).toEqual([])
      expect(await queue.changeVisibility(message, -5, never)).toBe(true)
      expect(await receive()).toHaveLength(1)
    })

    it('says when a receipt is no longer good, and does not mind deleting twice', async () => {
      await queue.send(['x'], never)
      const message = await one()
      await queue.delete(message, never)
      await queue.delete(message, never)
      expect(await queue.changeVisibility(message, 30, never)).toBe(false)
    })

    it('waits for messages, and gives one as soon as it comes', async () => {
      const waiting = receive({ wait: 20 })
      await queue.send(['late'], never)
      expect((await waiting).map(({ body }) => body)).toEqual(['late'])
    })

    it('gives a message to one of those who wait for it', async () => {
      const waiting = [receive({ wait: 2 }), receive({ wait: 2 })]
      await queue.send(['x'], never)
      expect((await Promise.all(waiting)).flat()).toHaveLength(1)
    })

    it('stops waiting for messages with its signal', async () => {
      const stop = new AbortController()
      const waiting = queue.receive({ max: 1, waitSeconds: 20, visibilitySeconds: 30, signal: stop.signal })
      stop.abort()
      await expect(waiting).rejects.toThrow()
      await expect(queue.send(['x'], stop.signal)).rejects.toThrow()
      expect(await receive()).toEqual([])
    })

    it('carries attributes, cleaned of what no queue carries', async () => {
      await queue.sendOne('{', { reason: 'not\nJSON \u0000', empty: '' }, never)
      expect(await one()).toMatchObject({ body: '{', attributes: { reason: 'not JSON  ', empty: ' ' } })
    })

    it('puts aside what was received too often and never deleted', async () => {
      const { queue: impatient, deadLetters } = await broker.open({ maxReceiveCount: 2 })
      await impatient.sendOne('x', { from: 'test' }, never)
      for (let times = 0; times < 2; times++) {
        await impatient.changeVisibility(await one({ from: impatient }), 0, never)
      }
      expect(await receive({ from: impatient })).toEqual([])
      expect(await one({ from: deadLetters })).toMatchObject({ body: 'x', attributes: { from: 'test' } })
    })
  })
}
