import { randomUUID } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { Informer } from './informer.ts'
import type { KubeMetrics } from './metrics.ts'
import { formatKey, keyOf, parseKey, type KubeObject, type ObjectKey } from './object.ts'
import type { Predicate } from './predicates.ts'
import type { ReconcileResult } from './reconcile-result.ts'
import type { CacheEvent } from './reflector.ts'
import type { KubeResource } from './resource.ts'
import { WorkQueue, type Priority, type RetryPolicy } from './workqueue.ts'

export interface ReconcileRequest<T extends KubeObject> {
  readonly key: ObjectKey
  /** As the cache has it now; `undefined`: it is gone. */
  readonly object: T | undefined
  /** Aborts at the reconcile's timeout and when the process gives up waiting for it. Pass it on to every call. */
  readonly signal: AbortSignal
  /** Carries controller, namespace, name and the id of this reconcile. */
  readonly log: Logger
}

export interface ControllerOptions<T extends KubeObject> {
  /** The name in logs and metrics, such as `scan-target`. */
  readonly name: string
  readonly for: KubeResource<T>
  /** Brings the world towards what the object says. Called with one key at a time, with different keys in parallel. */
  readonly reconcile: (request: ReconcileRequest<T>) => Promise<ReconcileResult>
  /** A change leads to a reconcile only when all of them agree. */
  readonly predicates?: readonly Predicate<T>[]
  /** Whether somebody waits for an answer about it: in a first list such objects come before all others. Default: nobody does. */
  readonly isAwaited?: (object: T) => boolean
  /** Other kinds whose changes concern this one: see {@link watching}. */
  readonly watches?: readonly SecondaryWatch[]
  /** Workers; default 4. */
  readonly maxConcurrentReconciles?: number
  /** Default 2 min. */
  readonly reconcileTimeoutMs?: number
  /** Default: client-go's, 5 ms to 1000 s. Where the errors come from a remote system take 1 s to 15 min. */
  readonly retry?: RetryPolicy
}

/** Finds the shared informer of a kind; the manager has them. */
export interface InformerSource {
  informer<T extends KubeObject>(resource: KubeResource<T>): Informer<T>
}

/** Another kind to watch, and which objects of the controller's own kind a change of it concerns. */
export interface SecondaryWatch {
  /** Makes sure that the kind is watched. */
  prepare(informers: InformerSource): { readonly synced: Promise<void> }
  attach(informers: InformerSource, enqueue: (key: ObjectKey, priority: Priority) => void): () => void
}

/** `watches: [watching(scanRequests, (request) => [targetOf(request)])]`; for an update `map` sees the old object as well. */
export function watching<T extends KubeObject>(
  resource: KubeResource<T>,
  map: (object: T) => readonly ObjectKey[],
  predicates: readonly Predicate<T>[] = [],
): SecondaryWatch {
  return {
    prepare: (informers) => informers.informer(resource),
    attach: (informers, enqueue) =>
      informers.informer(resource).addHandler((event) => {
        if (!predicates.every((predicate) => predicate(event))) return
        const objects = event.type === 'update' ? [event.old, event.object] : [event.object]
        for (const object of objects) for (const key of map(object)) enqueue(key, priorityOf(event))
      }),
  }
}

export interface ControllerDeps {
  readonly informers: InformerSource
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: KubeMetrics
  /** Looked at before each reconcile; `false` means that another replica may be at work: nothing is started. */
  readonly mayWork?: () => boolean
}

/**
 * Watches a kind (and others that concern it), queues the keys that changed, and calls `reconcile` for them.
 *
 * Semantics: controller-runtime pkg/internal/controller/controller.go. In short: one reconcile per key at any time; an
 * exception is a defect, counted as a panic and retried like an error; after the timeout the signal aborts, and the
 * worker waits for the reconcile to heed it (the watchdog sees those that do not).
 */
export class Controller<T extends KubeObject = KubeObject> {
  readonly name: string
  readonly #options: ControllerOptions<T>
  readonly #deps: ControllerDeps
  readonly #log: Logger
  readonly #timeoutMs: number
  #queue: WorkQueue | undefined

  constructor(options: ControllerOptions<T>, deps: ControllerDeps) {
    this.name = options.name
    this.#options = options
    this.#deps = deps
    this.#timeoutMs = options.reconcileTimeoutMs ?? 120_000
    this.#log = deps.log.child({ controller: options.name })
    this.#initialiseMetrics()
  }

  /** Makes sure that every kind it watches has an informer, so that their caches fill before it runs. */
  prepare(): void {
    void this.synced()
  }

  /** Resolves when every cache that this controller reads has been filled; never rejects. */
  async synced(): Promise<void> {
    const { informers } = this.#deps
    const watched = (this.#options.watches ?? []).map((watch) => watch.prepare(informers).synced)
    await Promise.all([informers.informer(this.#options.for).synced, ...watched])
  }

  /**
   * Asks for a reconcile of one object because of something outside the API server, such as a NOTIFY of the database.
   * While the controller does not run (a standby replica) it does nothing: at its start every object is reconciled.
   */
  enqueue(key: ObjectKey, priority: Priority = 'normal'): void {
    this.#queue?.add(formatKey(key), priority)
  }

  /** The same after a delay; the earliest of several counts. */
  enqueueAfter(key: ObjectKey, delayMs: number): void {
    this.#queue?.addAfter(formatKey(key), delayMs)
  }

  /** Asks for a reconcile of every object there is, after those that just changed. Returns how many. */
  resync(): number {
    const { cache } = this.#deps.informers.informer(this.#options.for)
    for (const key of cache.keys()) this.enqueue(key, 'low')
    return cache.size
  }

  /** Tries at once what failed last time, whose retry may be many minutes away: call it when the cause is over. */
  retryFailed(): void {
    const count = this.#queue?.retryFailed() ?? 0
    if (count > 0) this.#log.info({ count }, 'trying again at once what failed')
  }

  /** A sentence when a worker has been at one object for longer than its timeout allows, which only a restart ends. */
  stuck(): string | undefined {
    const runningMs = this.#queue?.longestRunningMs() ?? 0
    if (runningMs < this.#timeoutMs + 60_000) return undefined
    return `a reconcile of ${this.name} has ignored its timeout of ${this.#timeoutMs} ms for ${Math.round(runningMs / 1000)} s`
  }

  /**
   * Runs until `stop` aborts, then lets the workers finish what they have; `abandon` ends their reconciles as well.
   * Resolves when the last worker has ended. One run at a time.
   */
  async run(signals: { readonly stop: AbortSignal; readonly abandon: AbortSignal }): Promise<void> {
    if (this.#queue !== undefined) throw new Error(`controller ${this.name} runs already`)
    const { clock, metrics, informers } = this.#deps
    const { retry, maxConcurrentReconciles = 4 } = this.#options
    const queue = new WorkQueue({ name: this.name, clock, metrics, ...(retry === undefined ? {} : { retry }) })
    this.#queue = queue

    const detach = [this.#watchOwnKind(), ...this.#watchOthers(informers)]
    const workers = Array.from({ length: maxConcurrentReconciles }, () => this.#work(queue, signals.abandon))
    this.#log.info({ workers: maxConcurrentReconciles }, 'controller started')
    await aborted(signals.stop)

    for (const remove of detach) remove()
    this.#queue = undefined
    await queue.shutDown()
    await Promise.all(workers)
    this.#log.info('controller stopped')
  }

  #watchOwnKind(): () => void {
    const { predicates = [], isAwaited = () => false } = this.#options
    return this.#deps.informers.informer(this.#options.for).addHandler((event) => {
      if (!predicates.every((predicate) => predicate(event))) return
      this.enqueue(keyOf(event.object), isAwaited(event.object) ? 'normal' : priorityOf(event))
    })
  }

  #watchOthers(informers: InformerSource): (() => void)[] {
    return (this.#options.watches ?? []).map((watch) =>
      watch.attach(informers, (key, priority) => this.enqueue(key, priority)),
    )
  }

  async #work(queue: WorkQueue, abandon: AbortSignal): Promise<void> {
    const labels = { controller: this.name }
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      if (abandon.aborted || this.#deps.mayWork?.() === false) {
        // The lease is no longer certain. Its elector notices within moments and ends the process.
        queue.done(key)
        continue
      }
      this.#deps.metrics.activeWorkers.inc(labels)
      await this.#process(queue, key, abandon)
      this.#deps.metrics.activeWorkers.dec(labels)
      queue.done(key)
    }
  }

  async #process(queue: WorkQueue, keyText: string, abandon: AbortSignal): Promise<void> {
    const { clock, metrics } = this.#deps
    const labels = { controller: this.name }
    const key = parseKey(keyText)
    const log = this.#log.child({ namespace: key.namespace, name: key.name, reconcileID: randomUUID() })
    const started = clock.monotonicMs()
    const { result, threw, timedOut } = await this.#reconcile(key, log, abandon)
    metrics.reconcileTime.observe(labels, (clock.monotonicMs() - started) / 1000)
    if (abandon.aborted) return
    if (threw) metrics.panics.inc(labels)
    if (timedOut) metrics.timeouts.inc(labels)

    switch (result.type) {
      case 'done':
        queue.forget(keyText)
        metrics.reconciles.inc({ ...labels, result: 'success' })
        return
      case 'requeueAfter':
        queue.forget(keyText)
        queue.addAfter(keyText, result.ms)
        metrics.reconciles.inc({ ...labels, result: 'requeue_after' })
        return
      case 'error': {
        metrics.reconcileErrors.inc(labels)
        metrics.reconciles.inc({ ...labels, result: 'error' })
        const retryInMs = Math.round(queue.addRateLimited(keyText))
        log[threw ? 'error' : 'warn'](
          { error: result.error, retryInMs },
          threw ? 'reconcile threw' : 'reconcile failed',
        )
        return
      }
      case 'terminal':
        queue.forget(keyText)
        metrics.terminalErrors.inc(labels)
        metrics.reconcileErrors.inc(labels)
        metrics.reconciles.inc({ ...labels, result: 'error' })
        log.warn({ error: result.error }, 'reconcile failed for good: only a change of the object helps')
        return
    }
  }

  async #reconcile(
    key: ObjectKey,
    log: Logger,
    abandon: AbortSignal,
  ): Promise<{ readonly result: ReconcileResult; readonly threw: boolean; readonly timedOut: boolean }> {
    const deadline = new AbortController()
    const over = new AbortController()
    this.#deps.clock.sleep(this.#timeoutMs, over.signal).then(
      () => deadline.abort(new Error(`reconcile took longer than ${this.#timeoutMs} ms`)),
      () => undefined,
    )
    try {
      const object = this.#deps.informers.informer(this.#options.for).cache.get(key)
      const signal = AbortSignal.any([abandon, deadline.signal])
      const result = await this.#options.reconcile({ key, object, signal, log })
      return { result, threw: false, timedOut: deadline.signal.aborted }
    } catch (error) {
      const failure =
        error instanceof Error ? error : new Error('reconcile threw something that is no error', { cause: error })
      const timedOut = deadline.signal.aborted
      return { result: { type: 'error', error: failure }, threw: !timedOut, timedOut }
    } finally {
      over.abort()
    }
  }

  #initialiseMetrics(): void {
    const { metrics } = this.#deps
    const labels = { controller: this.name }
    for (const result of ['success', 'error', 'requeue', 'requeue_after'])
      metrics.reconciles.inc({ ...labels, result }, 0)
    for (const counter of [metrics.reconcileErrors, metrics.terminalErrors, metrics.panics, metrics.timeouts]) {
      counter.inc(labels, 0)
    }
    metrics.reconcileTime.zero(labels)
    metrics.activeWorkers.set(labels, 0)
    metrics.maxConcurrent.set(labels, this.#options.maxConcurrentReconciles ?? 4)
  }
}

function priorityOf<T>(event: CacheEvent<T>): Priority {
  return event.type === 'add' && event.initial ? 'low' : 'normal'
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}
