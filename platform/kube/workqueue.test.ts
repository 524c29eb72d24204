import { beforeEach, describe, expect, it } from 'vitest'
import { createKubeMetrics } from '#platform/kube/metrics.ts'
import { WorkQueue } from '#platform/kube/workqueue.ts'
import { createMetrics, type Metrics } from '#platform/metrics/metrics.ts'
import { createManualClock, type ManualClock } from '#test/manual-clock.ts'

let clock: ManualClock
let registry: Metrics
let queue: WorkQueue

beforeEach(() => {
  clock = createManualClock()
  registry = createMetrics({ processMetrics: false })
  queue = new WorkQueue({ name: 'test', clock, metrics: createKubeMetrics(registry) })
})

/** Takes and finishes everything that is up now. */
async function drain(): Promise<string[]> {
  const keys: string[] = []
  while (queue.depth > 0) {
    const key = await queue.take()
    if (key === undefined) break
    keys.push(key)
    queue.done(key)
  }
  return keys
}

describe('WorkQueue', () => {
  it('holds a key once, however often it is added', async () => {
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key)

    expect(await drain()).toEqual(['a', 'b'])
    expect(await registry.value('workqueue_adds_total', { name: 'test' })).toBe(2)
  })

  it('never gives a key to two workers, and brings it back when it was added meanwhile', async () => {
    queue.add('a')
    expect(await queue.take()).toBe('a')
    queue.add('a')
    const second = queue.take()
    let given = false
    void second.then(() => (given = true))
    await clock.advance(0)
    expect(given).toBe(false)

    queue.done('a')

    expect(await second).toBe('a')
  })

  it('does not bring a key back that was not added while a worker had it', async () => {
    queue.add('a')
    await queue.take()
    queue.done('a')

    expect(queue.depth).toBe(0)
  })

  it('wakes waiting workers in their order', async () => {
    const first = queue.take()
    const second = queue.take()
    queue.add('a')
    queue.add('b')

    expect([await first, await second]).toEqual(['a', 'b'])
  })

  it('keeps the earliest of several delays', async () => {
    queue.addAfter('a', 1000)
    queue.addAfter('a', 100)
    queue.addAfter('a', 500)

    await clock.advance(99)
    expect(await drain()).toEqual([])
    await clock.advance(1)
    expect(await drain()).toEqual(['a'])
    await clock.advance(2000)
    expect(await drain()).toEqual([])
    expect(queue.delayed).toBe(0)
  })

  it('sleeps on the nearest of many delays only', async () => {
    for (let index = 1000; index > 0; index--) queue.addAfter(`k${index}`, index)

    expect(clock.sleeping).toBe(1)
    await clock.advance(3)
    expect(await drain()).toEqual(['k1', 'k2', 'k3'])
    await clock.advance(2000)
    expect(await drain()).toHaveLength(997)
  })

  it('doubles the delay of a key with each failure and starts over once it is forgotten', () => {
    expect(Array.from({ length: 5 }, () => queue.addRateLimited('a'))).toEqual([5, 10, 20, 40, 80])
    for (let failures = 0; failures < 20; failures++) queue.addRateLimited('a')
    expect(queue.addRateLimited('a')).toBe(1_000_000)

    queue.forget('a')

    expect(queue.addRateLimited('a')).toBe(5)
    expect(queue.failuresOf('b')).toBe(0)
  })

  it('tries what failed at once when it is told to, and then not again for the failure before', async () => {
    for (let failures = 0; failures < 20; failures++) queue.addRateLimited('a')
    queue.addAfter('b', 1000)

    expect(queue.retryFailed()).toBe(1)
    expect(await drain()).toEqual(['a'])
    queue.forget('a')
    expect(queue.retryFailed()).toBe(0)
    await clock.advance(2_000_000)
    expect(await drain()).toEqual(['b'])
  })

  it('limits what all keys together may retry', () => {
    for (let index = 0; index < 100; index++) queue.addRateLimited(`k${index}`)

    expect(queue.addRateLimited('one more')).toBe(100)
  })

  it('puts what people just changed before what a first list brings', async () => {
    queue.add('listed 1', 'low')
    queue.add('listed 2', 'low')
    queue.add('edited')
    queue.add('listed 2', 'normal')
    queue.add('edited', 'low')

    expect(queue.depth).toBe(3)
    expect(await registry.value('workqueue_depth', { priority: 'normal' })).toBe(2)
    expect(await registry.value('workqueue_depth', { priority: 'low' })).toBe(1)
    expect(await drain()).toEqual(['edited', 'listed 2', 'listed 1'])
    expect(await registry.value('workqueue_depth', { priority: 'low' })).toBe(0)
  })

  it('keeps its order for a key that moved up, was done and was listed again', async () => {
    queue.add('a', 'low')
    queue.add('b', 'low')
    queue.add('a')
    expect(await queue.take()).toBe('a')
    queue.done('a')
    queue.add('a', 'low')

    expect((await drain()).toSorted()).toEqual(['a', 'b'])
    expect(queue.depth).toBe(0)
  })

  it('lets workers finish at shutdown, gives nothing more out and takes nothing more', async () => {
    queue.add('a')
    queue.add('b')
    queue.addAfter('c', 10)
    await queue.take()
    let down = false
    const shutDown = queue.shutDown().then(() => (down = true))
    await clock.advance(100)
    expect(down).toBe(false)
    expect(await queue.take()).toBeUndefined()

    queue.add('d')
    queue.done('a')
    await shutDown

    expect(queue.depth).toBe(0)
    expect(clock.sleeping).toBe(0)
  })

  it('ends workers that wait at shutdown', async () => {
    const waiting = queue.take()
    await queue.shutDown()

    expect(await waiting).toBeUndefined()
  })

  it('shows how long items wait, are worked at, and that a worker is stuck', async () => {
    queue.add('a')
    await clock.advance(2000)
    await queue.take()
    await clock.advance(30_000)

    expect(await registry.value('workqueue_queue_duration_seconds_sum')).toBe(2)
    expect(await registry.value('workqueue_longest_running_processor_seconds', { name: 'test' })).toBe(30)
    expect(await registry.value('workqueue_unfinished_work_seconds', { controller: 'test' })).toBe(30)
    queue.done('a')
    expect(await registry.value('workqueue_work_duration_seconds_sum')).toBe(30)
    expect(await registry.value('workqueue_unfinished_work_seconds')).toBe(0)
  })

  it('has every series at 0 before anything happens', async () => {
    const { body } = await registry.render()

    for (const series of [
      'workqueue_depth{name="test",controller="test",priority="normal"} 0',
      'workqueue_adds_total{name="test",controller="test"} 0',
      'workqueue_retries_total{name="test",controller="test"} 0',
      'workqueue_queue_duration_seconds_count{name="test",controller="test"} 0',
      'workqueue_work_duration_seconds_count{name="test",controller="test"} 0',
    ]) {
      expect(body).toContain(series)
    }
  })
})
