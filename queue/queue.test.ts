import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Lease } from '#core/scan.ts'
import { systemClock } from '#platform/system-clock.ts'
import { takeLease } from '#store/jobs.ts'
import { age, finishedPrepare, never, newScan, newTarget, silent, take, useStore } from '#test/builders/store.ts'
import { createManualClock } from '#test/manual-clock.ts'
import { BROKERS, type Broker, type TestQueue } from '#test/queue/brokers.ts'
import { readOnce, refuseMessage } from './dead-letters.ts'
import { dispatchOnce, runDispatcher } from './dispatcher.ts'
import { LeaseLost, startHeartbeat } from './heartbeat.ts'
import { decodeMessage } from './message.ts'
import type { Queue, ReceivedMessage } from './queue.ts'

const store = useStore()

describe.each(BROKERS)('on $name:', ({ start }) => {
  let broker: Broker
  let test: TestQueue
  let queue: Queue
  let deadLetters: Queue

  beforeAll(async () => {
    broker = await start()
  })
  afterAll(() => broker.stop())
  beforeEach(async () => {
    test = await broker.open()
    ;({ queue, deadLetters } = test)
    await store.pool.query('truncate outbox, dead_letters')
  })

  const receive = (from = queue, visibilitySeconds = 30): Promise<readonly ReceivedMessage[]> =>
    from.receive({ max: 10, waitSeconds: 0, visibilitySeconds, signal: never })
  const one = async (): Promise<ReceivedMessage> => {
    const [message] = await receive()
    if (message === undefined) throw new Error('the queue is empty')
    return message
  }
  /** A scan whose only job is `global`. */
  const newJob = async () => {
    const target = await newTarget(store.pool)
    const scanId = await newScan(store.pool, target)
    await finishedPrepare(store.pool, target, scanId, [])
    return scanId
  }
  const dispatch = (to: Pick<Queue, 'send'> = queue) =>
    dispatchOnce({ pool: store.pool, queue: { ...queue, ...to }, jobsPerTarget: 4, log: silent, signal: never })

  describe('dispatchOnce', () => {
    it('sends what is due and remembers it; a second look sends nothing', async () => {
      const scanId = await newJob()
      expect(await dispatch()).toBe(1)
      expect(await dispatch()).toBe(0)
      expect(decodeMessage((await one()).body)).toMatchObject({ kind: 'ok', message: { scanId } })
    })

    it('sends again what it had sent when it died before it could remember: twice, and never not at all', async () => {
      const scanId = await newJob()
      const dying = dispatch({
        send: async (bodies, signal) => {
          await queue.send(bodies, signal)
          throw new Error('died')
        },
      })
      await expect(dying).rejects.toThrow('died')
      expect(await dispatch()).toBe(1)
      const messages = await receive()
      expect(messages).toHaveLength(2)
      expect(new Set(messages.map(({ body }) => body)).size).toBe(1)
      // The second is absorbed by the lease.
      await take(store.pool, scanId, 'collect', 'global')
      const decoded = decodeMessage(messages[1]?.body ?? '')
      const jobId = decoded.kind === 'ok' ? decoded.message.jobId : ''
      const again = await takeLease(store.pool, {
        jobId,
        worker: 'b',
        leaseMs: 1000,
        maxAttempts: 3,
        isAlone: true,
        signal: never,
      })
      expect(again.kind).toBe('held')
    })

    it('keeps what the queue refused', async () => {
      await newJob()
      await newJob()
      const refusing: Pick<Queue, 'send'> = {
        send: async (bodies, signal) => {
          await queue.send(bodies.slice(0, 1), signal)
          return { sent: [0], refused: [{ index: 1, code: 'InternalError', message: 'try again' }] }
        },
      }
      expect(await dispatch(refusing)).toBe(1)
      expect(await dispatch()).toBe(1)
      expect(await receive()).toHaveLength(2)
    })
  })

  describe('runDispatcher', () => {
    it('sends at once when it is woken, survives a queue that is away, and sends again what was lost', async () => {
      const stop = new AbortController()
      const clock = createManualClock()
      let sent = Promise.withResolvers<number>()
      let tries = 0
      const failed = Promise.withResolvers<void>()
      const resent = Promise.withResolvers<number>()
      const dispatcher = runDispatcher({
        pool: store.pool,
        queue: {
          ...queue,
          send: (bodies, signal) => {
            if (++tries > 1) return queue.send(bodies, signal)
            failed.resolve()
            return Promise.reject(new Error('away'))
          },
        },
        jobsPerTarget: 4,
        clock,
        log: silent,
        signal: stop.signal,
        pollMs: 60_000,
        sweepMs: 1000,
        resendAfterMs: 60_000,
        onSent: (count) => sent.resolve(count),
        onSwept: (swept) => swept.resent > 0 && resent.resolve(swept.resent),
      })
      await newJob()
      dispatcher.wake()
      await failed.promise
      dispatcher.wake()
      await Promise.race([sent.promise, waking(dispatcher)])
      expect(await sent.promise).toBe(1)

      await test.purge()
      sent = Promise.withResolvers()
      await age(store.pool, `update outbox set sent_at = now() - interval '2 minutes'`)
      await clock.advance(1000)
      await Promise.race([resent.promise, waking(dispatcher)])
      expect(await resent.promise).toBe(1)
      expect(await sent.promise).toBe(1)
      expect(await receive()).toHaveLength(1)
      stop.abort()
      await dispatcher.done
    })

    /** A wake between two sleeps is lost on nobody in production: the next poll comes. Here the clock stands still. */
    const waking = async (dispatcher: { wake(): void }): Promise<void> => {
      const until = performance.now() + 10_000
      while (performance.now() < until) {
        dispatcher.wake()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
  })

  describe('startHeartbeat', () => {
    const begin = async (
      changes: {
        readonly sql?: typeof store.pool
        readonly changeVisibility?: Queue['changeVisibility']
        readonly leaseMs?: number
        readonly hiddenMs?: number
      } = {},
    ) => {
      const scanId = await newJob()
      await dispatch()
      const message = await one()
      const { lease } = await take(store.pool, scanId, 'collect', 'global', changes.leaseMs ?? 3000)
      const clock = createManualClock()
      const beats: number[] = []
      const beating = startHeartbeat({
        queue: {
          changeVisibility:
            changes.changeVisibility ??
            (async (receipt, seconds, signal) => {
              const isOurs = await queue.changeVisibility(receipt, seconds, signal)
              beats.push(seconds)
              return isOurs
            }),
        },
        held: { sql: changes.sql ?? store.pool, lease },
        message,
        hiddenMs: changes.hiddenMs ?? lease.leaseMs,
        clock,
        signal: never,
      })
      /** Lets the next beat happen, and its answers come. */
      const beat = async (): Promise<void> => {
        await sleeping(clock)
        await clock.advance(1000)
        await Promise.race([sleeping(clock), aborted(beating.signal)])
      }
      return { lease, message, beats, beating, beat, clock }
    }
    const sleeping = async (clock: { readonly sleeping: number }): Promise<void> => {
      while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const aborted = (signal: AbortSignal): Promise<void> =>
      signal.aborted
        ? Promise.resolve()
        : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    const secondsLeft = async (lease: Lease): Promise<number> => {
      const { rows } = await store.pool.query<{ s: number }>(
        'select extract(epoch from lease_until - now())::float8 as s from jobs where id = $1',
        [lease.jobId],
      )
      return rows[0]?.s ?? 0
    }
    const reason = (signal: AbortSignal): unknown =>
      signal.reason instanceof LeaseLost ? signal.reason.because : signal.reason

    it('renews a lease whose third is no whole number of milliseconds', async () => {
      const { beats, beating, beat } = await begin({ leaseMs: 2000 })
      await beat()
      expect(beats).toEqual([2])
      await beating.stop()
    })

    it('renews lease and message together, every third of the lease', async () => {
      const { lease, beats, beating, beat } = await begin()
      await age(store.pool, `update jobs set lease_until = now() + interval '1 ms' where id = $1`, [lease.jobId])
      await beat()
      expect(beats).toEqual([3])
      expect(await secondsLeft(lease)).toBeGreaterThan(1)
      await beat()
      expect(beats).toEqual([3, 3])
      expect(beating.signal.aborted).toBe(false)
      await beating.stop()
    })

    it('renews them the first time before its message shows again, when that is hidden for less than a lease', async () => {
      const { beats, beating, beat, clock } = await begin({ leaseMs: 9000, hiddenMs: 3000 })
      await beat()
      expect(beats).toEqual([9])
      await clock.advance(2000)
      expect(beats).toEqual([9])
      await beat()
      expect(beats).toEqual([9, 9])
      await beating.stop()
    })

    it('aborts the job when another worker has taken it', async () => {
      const { lease, beating, beat } = await begin()
      await age(store.pool, `update jobs set lease_until = now() - interval '1 ms' where id = $1`, [lease.jobId])
      const { jobId } = lease
      const by = { worker: 'b', leaseMs: 3000, maxAttempts: 3, isAlone: true }
      await takeLease(store.pool, { jobId, ...by, signal: never })
      await beat()
      expect(reason(beating.signal)).toBe('taken')
    })

    it('aborts the job when its message is gone', async () => {
      const { message, beating, beat } = await begin()
      await queue.delete(message, never)
      await beat()
      expect(reason(beating.signal)).toBe('message_lost')
    })

    it('aborts the job when nobody has answered for a whole lease, and not before', async () => {
      const { beating, beat } = await begin({ changeVisibility: () => Promise.reject(new Error('away')) })
      await beat()
      await beat()
      expect(beating.signal.aborted).toBe(false)
      await beat()
      expect(reason(beating.signal)).toBe('unconfirmed')
    })

    it('goes on after an outage that was shorter', async () => {
      let isAway = true
      const { beating, beat, message } = await begin({
        changeVisibility: (receipt, seconds, signal) =>
          isAway ? Promise.reject(new Error('away')) : queue.changeVisibility(receipt, seconds, signal),
      })
      await beat()
      await beat()
      isAway = false
      await beat()
      isAway = true
      await beat()
      await beat()
      expect(beating.signal.aborted).toBe(false)
      expect(message.receiveCount).toBe(1)
      await beating.stop()
    })

    it('beats no more once it is stopped', async () => {
      const { beats, beating, beat, clock } = await begin()
      await beat()
      await beating.stop()
      expect(clock.sleeping).toBe(0)
      expect(beats).toEqual([3])
      expect(beating.signal.aborted).toBe(false)
    })
  })

  describe('dead letters', () => {
    it('go to their queue with the reason, and into the table; the others go on', async () => {
      await queue.send(['{"version":9}', 'fine'], never)
      for (const message of await receive()) {
        if (message.body !== 'fine') {
          await refuseMessage(
            { queue, deadLetters },
            { message, reason: 'version 9 is\nunknown \u0000', signal: never },
          )
        }
      }
      expect((await queue.depth(never)).waiting + (await queue.depth(never)).inFlight).toBe(1)
      let letters = 0
      const reader = {
        deadLetters,
        sql: store.pool,
        clock: systemClock,
        log: silent,
        signal: never,
        onLetter: () => void letters++,
      }
      expect(await readOnce(reader, 0)).toBe(1)
      expect(await readOnce(reader, 0)).toBe(0)
      const { rows } = await store.pool.query('select body, reason from dead_letters')
      expect(rows).toEqual([{ body: '{"version":9}', reason: 'version 9 is unknown  ' }])
      expect(letters).toBe(1)
    })

    it('that are refused twice are recorded once', async () => {
      await queue.send(['{'], never)
      const message = await one()
      const refused = { message, reason: 'the body is not JSON', signal: never }
      await refuseMessage({ queue, deadLetters }, refused)
      await refuseMessage({ queue, deadLetters }, refused)
      let letters = 0
      await readOnce(
        {
          deadLetters,
          sql: store.pool,
          clock: systemClock,
          log: silent,
          signal: never,
          onLetter: () => void letters++,
        },
        0,
      )
      expect(letters).toBe(1)
    })
  })
})
