import type { Clock } from '#core/clock.ts'
import { DelayHeap } from './delay-heap.ts'
import type { KubeMetrics, QueueGauges } from './metrics.ts'
import { TokenBucket } from './token-bucket.ts'

/** `normal` goes before `low`: what people just changed before what a first list, a resync or our own database brings. */
export type Priority = 'normal' | 'low'

export interface RetryPolicy {
  /** The delay of the first retry; doubled with each one more. */
  readonly baseMs: number
  readonly maxMs: number
}

/** client-go's defaults (util/workqueue/default_rate_limiters.go). For errors of remote systems take 1 s and 15 min. */
export const defaultRetryPolicy: RetryPolicy = { baseMs: 5, maxMs: 1_000_000 }

export interface WorkQueueDeps {
  /** The controller's name: the label of its metrics. */
  readonly name: string
  readonly clock: Clock
  readonly metrics: KubeMetrics
  readonly retry?: RetryPolicy
  /** What all retries together may do: 10 per second, 100 at once. */
  readonly overall?: { readonly ratePerSecond: number; readonly burst: number }
}

/**
 * A queue of keys with client-go's promises (util/workqueue/queue.go):
 *
 * - A key is in the queue at most once, however often it was added.
 * - A key is never with two workers. One that is added while a worker has it comes back when the worker is done.
 * - `addAfter` keeps the earliest of several times.
 * - `addRateLimited` waits longer with each failure of the key; `forget` ends the series.
 *
 * In order of arrival within a priority; a key that is waiting as `low` and added as `normal` moves up.
 */
export class WorkQueue {
  readonly #deps: WorkQueueDeps
  readonly #retry: RetryPolicy
  readonly #overall: TokenBucket
  readonly #labels: { readonly name: string; readonly controller: string }
  /** Keys that need work, and since when; those in `#processing` wait here until they are done. */
  readonly #dirty = new Map<string, { priority: Priority; readonly since: number }>()
  readonly #processing = new Map<string, number>()
  readonly #lanes: Readonly<Record<Priority, Lane>> = { normal: new Lane(), low: new Lane() }
  readonly #depth: Record<Priority, number> = { normal: 0, low: 0 }
  readonly #failures = new Map<string, number>()
  readonly #delayed = new Map<string, { readonly at: number; readonly priority: Priority }>()
  readonly #timers = new DelayHeap<string>()
  readonly #takers: ((key: string | undefined) => void)[] = []
  readonly #idle: (() => void)[] = []
  readonly #gauges: QueueGauges
  #alarm: { readonly at: number; readonly controller: AbortController } | undefined
  #stopped = false

  constructor(deps: WorkQueueDeps) {
    this.#deps = deps
    this.#retry = deps.retry ?? defaultRetryPolicy
    this.#overall = new TokenBucket(deps.overall ?? { ratePerSecond: 10, burst: 100 })
    this.#labels = { name: deps.name, controller: deps.name }
    const { metrics } = deps
    metrics.queueAdds.inc(this.#labels, 0)
    metrics.queueRetries.inc(this.#labels, 0)
    metrics.queueDepth.set({ ...this.#labels, priority: 'normal' }, 0)
    metrics.queueDepth.set({ ...this.#labels, priority: 'low' }, 0)
    metrics.queueDuration.zero(this.#labels)
    metrics.workDuration.zero(this.#labels)
    this.#gauges = {
      name: deps.name,
      unfinishedSeconds: () =>
        [...this.#processing.values()].reduce((sum, since) => sum + this.#secondsSince(since), 0),
      longestRunningSeconds: () => this.longestRunningMs() / 1000,
    }
    metrics.queues.add(this.#gauges)
  }

  /** Keys that wait for a worker now; delayed ones do not count. */
  get depth(): number {
    return this.#depth.normal + this.#depth.low
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.#delayed.size
  }

  /** How long the slowest worker has been at its key; 0 when none is at work. */
  longestRunningMs(): number {
    let longest = 0
    for (const since of this.#processing.values()) longest = Math.max(longest, this.#deps.clock.monotonicMs() - since)
    return longest
  }

  add(key: string, priority: Priority = 'normal'): void {
    if (this.#stopped) return
    const known = this.#dirty.get(key)
    if (known !== undefined) {
      if (known.priority === 'low' && priority === 'normal') this.#moveUp(key, known)
      return
    }
    this.#deps.metrics.queueAdds.inc(this.#labels)
    this.#dirty.set(key, { priority, since: this.#deps.clock.monotonicMs() })
    if (!this.#processing.has(key)) this.#enqueue(key, priority)
  }

  /** Adds the key after a delay. Of several delays the one that ends first counts. */
  addAfter(key: string, delayMs: number, priority: Priority = 'normal'): void {
    if (this.#stopped) return
    if (delayMs <= 0) return this.add(key, priority)
    const at = this.#deps.clock.monotonicMs() + delayMs
    const known = this.#delayed.get(key)
    if (known !== undefined && known.at <= at) return
    this.#delayed.set(key, { at, priority })
    this.#timers.add(at, key)
    this.#setAlarm()
  }

  /** Adds the key after a delay that doubles with each failure in a row. Returns the delay. */
  addRateLimited(key: string, priority: Priority = 'normal'): number {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    const own = Math.min(this.#retry.maxMs, this.#retry.baseMs * 2 ** failures)
    const delayMs = Math.max(own, this.#overall.reserveMs(this.#deps.clock.monotonicMs()))
    this.#deps.metrics.queueRetries.inc(this.#labels)
    this.addAfter(key, delayMs, priority)
    return delayMs
  }

  /** The key has succeeded: its next failure starts from the shortest delay. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  /** Tries at once whatever failed last time: its cause is over. How often it failed stands until it succeeds. Returns how many. */
  retryFailed(): number {
    for (const key of this.#failures.keys()) {
      this.#delayed.delete(key)
      this.add(key, 'low')
    }
    return this.#failures.size
  }

  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  /** The next key, when there is one; `undefined` once the queue is shut down. The taker must call {@link done}. */
  async take(): Promise<string | undefined> {
    const key = this.#next()
    if (key !== undefined || this.#stopped) return key
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    this.#takers.push(resolve)
    return promise
  }

  /** The worker has finished with the key. If it was added meanwhile it is up again. */
  done(key: string): void {
    const since = this.#processing.get(key)
    if (since === undefined) return
    this.#processing.delete(key)
    this.#deps.metrics.workDuration.observe(this.#labels, this.#secondsSince(since))
    const again = this.#dirty.get(key)
    if (again !== undefined && !this.#stopped) this.#enqueue(key, again.priority)
    if (this.#processing.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Takes nothing more and gives nothing more out: workers end with the key they have. Resolves when the last is done. */
  async shutDown(): Promise<void> {
    this.#stopped = true
    this.#alarm?.controller.abort()
    this.#alarm = undefined
    this.#dirty.clear()
    this.#delayed.clear()
    this.#timers.clear()
    for (const priority of ['normal', 'low'] as const) {
      this.#lanes[priority].clear()
      this.#count(priority, -this.#depth[priority])
    }
    for (const resolve of this.#takers.splice(0)) resolve(undefined)
    if (this.#processing.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#idle.push(resolve)
      await promise
    }
    this.#deps.metrics.queues.delete(this.#gauges)
  }

  #enqueue(key: string, priority: Priority): void {
    this.#lanes[priority].push(key)
    this.#count(priority, 1)
    const taker = this.#takers.shift()
    if (taker !== undefined) taker(this.#next())
  }

  #moveUp(key: string, known: { priority: Priority }): void {
    known.priority = 'normal'
    if (this.#processing.has(key)) return
    // Its place in the low lane stays and is skipped there: a removal would cost a walk.
    this.#count('low', -1)
    this.#enqueue(key, 'normal')
  }

  #next(): string | undefined {
    for (const priority of ['normal', 'low'] as const) {
      for (let key = this.#lanes[priority].shift(); key !== undefined; key = this.#lanes[priority].shift()) {
        const entry = this.#dirty.get(key)
        if (entry?.priority !== priority || this.#processing.has(key)) continue
        this.#dirty.delete(key)
        this.#processing.set(key, this.#deps.clock.monotonicMs())
        this.#count(priority, -1)
        this.#deps.metrics.queueDuration.observe(this.#labels, this.#secondsSince(entry.since))
        return key
      }
    }
    return undefined
  }

  #count(priority: Priority, change: number): void {
    this.#depth[priority] += change
    this.#deps.metrics.queueDepth.set({ ...this.#labels, priority }, this.#depth[priority])
  }

  #setAlarm(): void {
    const at = this.#timers.nextAt
    if (at === undefined || this.#stopped) return
    if (this.#alarm !== undefined && this.#alarm.at <= at) return
    this.#alarm?.controller.abort()
    const controller = new AbortController()
    this.#alarm = { at, controller }
    this.#deps.clock.sleep(Math.max(0, at - this.#deps.clock.monotonicMs()), controller.signal).then(
      () => {
        this.#alarm = undefined
        this.#addDue()
      },
      // Aborted: an earlier alarm has taken its place, or the queue is shut down.
      () => undefined,
    )
  }

  #addDue(): void {
    const now = this.#deps.clock.monotonicMs()
    for (let key = this.#timers.takeDue(now); key !== undefined; key = this.#timers.takeDue(now)) {
      const entry = this.#delayed.get(key)
      // A later time of a key that has since got an earlier one.
      if (entry === undefined || entry.at > now) continue
      this.#delayed.delete(key)
      this.add(key, entry.priority)
    }
    this.#setAlarm()
  }

  #secondsSince(since: number): number {
    return (this.#deps.clock.monotonicMs() - since) / 1000
  }
}

/** First in, first out, without moving the rest at each take. */
class Lane {
  #keys: string[] = []
  #head = 0

  push(key: string): void {
    this.#keys.push(key)
  }

  shift(): string | undefined {
    const key = this.#keys[this.#head]
    if (key === undefined) {
      this.clear()
      return undefined
    }
    this.#head++
    if (this.#head > 1024 && this.#head * 2 > this.#keys.length) {
      this.#keys = this.#keys.slice(this.#head)
      this.#head = 0
    }
    return key
  }

  clear(): void {
    this.#keys = []
    this.#head = 0
  }
}
