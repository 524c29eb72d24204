import { expect, test } from 'vitest'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { systemClock } from '#platform/system-clock.ts'
import { createMemoryQueue } from '#queue/memory.ts'
import { encodeMessage } from '#queue/message.ts'
import { jobOf, never, newScan, newTarget, silent, useStore } from '#test/builders/store.ts'
import { FINISHED } from './outcome.ts'
import { workerMetrics } from './metrics.ts'
import { workOnMessage } from './work-on-message.ts'

const store = useStore()

test('a worker that stops before it has the lease gives the message back at once, at no cost', async () => {
  const queue = createMemoryQueue({ clock: systemClock })
  const target = await newTarget(store.pool)
  const scanId = await newScan(store.pool, target)
  const jobId = await jobOf(store.pool, scanId, 'prepare')
  await queue.send([encodeMessage({ jobId, scanId, targetId: target.targetId })], never)
  const receive = () => queue.receive({ max: 1, waitSeconds: 0, visibilitySeconds: 60, signal: never })
  const [message] = await receive()
  if (message === undefined) throw new Error('the queue is empty')
  const begun: string[] = []
  const handler = async () => {
    begun.push('begun')
    return FINISHED
  }

  const deps = {
    pool: store.pool,
    queue,
    deadLetters: queue,
    clock: systemClock,
    log: silent,
    metrics: workerMetrics(createMetrics({ processMetrics: false })),
    worker: 'test',
    leaseMs: 60_000,
    maxAttempts: 3,
    handlers: { prepare: handler, collect: handler, evaluate: handler },
  }
  await workOnMessage(deps, message, AbortSignal.abort(new Error('the worker stops')))

  expect(begun).toEqual([])
  expect(await receive()).toMatchObject([{ messageId: message.messageId, receiveCount: 2 }])
  const { rows } = await store.pool.query('select state, lost_leases from jobs where id = $1', [jobId])
  expect(rows).toEqual([{ state: 'Queued', lost_leases: 0 }])
})
