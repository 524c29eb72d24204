import { expect, test } from 'vitest'
import { createMetrics } from '#platform/metrics/metrics.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { systemClock } from '#platform/system-clock.ts'
import { createMemoryQueue } from '#queue/memory.ts'
import { encodeMessage } from '#queue/message.ts'
import type { Queue } from '#queue/queue.ts'
import { jobOf, never, newScan, newTarget, silent, useStore } from '#test/builders/store.ts'
import { FINISHED } from './outcome.ts'
import { workerMetrics } from './metrics.ts'
import { createPlaces } from './places.ts'
import { workOnMessage, type JobContext, type WorkDeps } from './work-on-message.ts'

const store = useStore()

/** A message of a prepare job, received, and what to work on it with. */
async function received() {
  const queue = createMemoryQueue({ clock: systemClock })
  const target = await newTarget(store.pool)
  const scanId = await newScan(store.pool, target)
  const jobId = await jobOf(store.pool, scanId, 'prepare')
  await queue.send([encodeMessage({ jobId, scanId, targetId: target.targetId })], never)
  const receive = () => queue.receive({ max: 1, waitSeconds: 0, visibilitySeconds: 60, signal: never })
  const [message] = await receive()
  if (message === undefined) throw new Error('the queue is empty')
  const begun: string[] = []
  const handler = async ({ signal }: JobContext) => {
    signal.throwIfAborted()
    begun.push('begun')
    return FINISHED
  }
  const deps: WorkDeps = {
    pool: store.pool,
    queue,
    deadLetters: queue,
    clock: systemClock,
    log: silent,
    metrics: workerMetrics(createMetrics({ processMetrics: false })),
    worker: 'test',
    leaseMs: 60_000,
    hiddenMs: 60_000,
    maxAttempts: 3,
    handlers: { prepare: handler, collect: handler, evaluate: handler },
  }
  const job = async () => {
    const { rows } = await store.pool.query('select state, lost_leases, delays from jobs where id = $1', [jobId])
    return rows[0]
  }
  /** A worker took it and was heard of no more. */
  const workerDies = () =>
    store.pool.query(`update jobs set state = 'Leased', lease_epoch = 1, lease_until = now() where id = $1`, [jobId])
  return { deps, message, begun, receive, job, workerDies }
}

test('a worker that stops before it has the lease gives the message back at once, at no cost', async () => {
  const { deps, message, begun, receive, job } = await received()
  await workOnMessage(deps, message, createPlaces().enter(), AbortSignal.abort(new Error('the worker stops')))
  expect(begun).toEqual([])
  expect(await receive()).toMatchObject([{ messageId: message.messageId, receiveCount: 2 }])
  expect(await job()).toEqual({ state: 'Queued', lost_leases: 0, delays: 0 })
})

test('a worker that stops at the very commit of its lease gives the job back at once, at no cost', async () => {
  const { deps, message, begun, job } = await received()
  const stop = new AbortController()
  const pool: Pool = {
    ...store.pool,
    connect: async () => {
      const connection = await store.pool.connect()
      const query = <R>(text: string, values?: readonly unknown[]) => {
        const answer = connection.query<R>(text, values)
        if (text === 'commit') stop.abort(new Error('the worker stops'))
        return answer
      }
      return { ...connection, query }
    },
  }
  await workOnMessage({ ...deps, pool }, message, createPlaces().enter(), stop.signal)
  expect(begun).toEqual([])
  expect(await job()).toEqual({ state: 'Queued', lost_leases: 0, delays: 1 })
})

test('a job whose worker died waits until nothing else is under way, and keeps its message meanwhile', async () => {
  const { deps, message, begun, receive, job, workerDies } = await received()
  await workerDies()
  const places = createPlaces()
  const other = places.enter()
  const kept = Promise.withResolvers<void>()
  const changeVisibility: Queue['changeVisibility'] = async (...of) => {
    const isOurs = await deps.queue.changeVisibility(...of)
    kept.resolve()
    return isOurs
  }
  const working = workOnMessage(
    { ...deps, hiddenMs: 1000, queue: { ...deps.queue, changeVisibility } },
    message,
    places.enter(),
    never,
  )
  await kept.promise
  expect(places.isClosed).toBe(true)
  expect(begun).toEqual([])
  expect(await job()).toMatchObject({ state: 'Leased', lost_leases: 0 })
  other.leave()
  await working
  expect(begun).toEqual(['begun'])
  expect(await job()).toMatchObject({ lost_leases: 1 })
  expect(await receive()).toEqual([])
})

test('a job that waits to be alone is given back at once when the worker stops, at no cost', async () => {
  const { deps, message, begun, receive, job, workerDies } = await received()
  await workerDies()
  const places = createPlaces()
  const other = places.enter()
  const own = places.enter()
  const stop = new AbortController()
  const working = workOnMessage(deps, message, own, stop.signal)
  while (!places.isClosed) await new Promise((resolve) => setImmediate(resolve))
  stop.abort(new Error('the worker stops'))
  await working
  own.leave()
  expect(begun).toEqual([])
  expect(await receive()).toMatchObject([{ messageId: message.messageId }])
  expect(await job()).toMatchObject({ lost_leases: 0 })
  expect(places.isClosed).toBe(false)
  other.leave()
})

test('a job that waits to be alone is left to whoever has its message by then', async () => {
  const { deps, message, begun, workerDies } = await received()
  await workerDies()
  const places = createPlaces()
  places.enter()
  await deps.queue.delete(message, never)
  await workOnMessage({ ...deps, hiddenMs: 300 }, message, places.enter(), never)
  expect(begun).toEqual([])
})
