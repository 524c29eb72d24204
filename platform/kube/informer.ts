import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { Random } from './backoff.ts'
import { ObjectCache, type CacheReader, type IndexFunction } from './cache.ts'
import type { KubeClient } from './client.ts'
import type { KubeMetrics } from './metrics.ts'
import type { KubeObject } from './object.ts'
import { Reflector, type CacheEvent, type ReflectorStatus } from './reflector.ts'
import { resourceName, type KubeResource } from './resource.ts'

export type CacheEventHandler<T> = (event: CacheEvent<T>) => void

export interface InformerDeps {
  readonly client: KubeClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: KubeMetrics
}

export interface InformerOptions<T extends KubeObject> {
  readonly resource: KubeResource<T>
  /** Only this namespace; absent: all. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>
  /** Makes a write to a cached object throw: for tests. */
  readonly freeze?: boolean
  readonly pageSize?: number
}

/** One watch and one cache of a kind, shared by everyone in the process who is interested in it. */
export class Informer<T extends KubeObject> {
  readonly resource: KubeResource<T>
  readonly #cache: ObjectCache<T>
  readonly #reflector: Reflector<T>
  readonly #handlers = new Set<CacheEventHandler<T>>()
  readonly #deps: InformerDeps

  constructor(options: InformerOptions<T>, deps: InformerDeps) {
    const { indexes = {}, freeze = false, ...rest } = options
    this.resource = options.resource
    this.#deps = deps
    this.#cache = new ObjectCache({ freeze })
    this.addIndexes(indexes)
    this.#reflector = new Reflector({
      ...deps,
      ...rest,
      cache: this.#cache,
      onEvent: (event) => this.#fanOut(event),
    })
    deps.metrics.handlerFailures.inc({ name: resourceName(options.resource) }, 0)
  }

  get cache(): CacheReader<T> {
    return this.#cache
  }

  get status(): ReflectorStatus {
    return this.#reflector.status
  }

  /** Resolves when the first list is in the cache. */
  get synced(): Promise<void> {
    return this.#reflector.synced
  }

  addIndexes(indexes: Readonly<Record<string, IndexFunction<T>>>): void {
    for (const [name, valuesOf] of Object.entries(indexes)) this.#cache.addIndex(name, valuesOf)
  }

  /**
   * Calls `handler` for every change from now on, after an initial `add` for each object that is cached already.
   * Handlers are synchronous and short: they put a key into a queue. One that throws harms nobody else.
   * Returns what removes it.
   */
  addHandler(handler: CacheEventHandler<T>): () => void {
    this.#handlers.add(handler)
    for (const object of this.#cache.list()) this.#call(handler, { type: 'add', object, initial: true })
    return () => {
      this.#handlers.delete(handler)
    }
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#reflector.run(signal)
  }

  #fanOut(event: CacheEvent<T>): void {
    for (const handler of this.#handlers) this.#call(handler, event)
  }

  #call(handler: CacheEventHandler<T>, event: CacheEvent<T>): void {
    try {
      handler(event)
    } catch (error) {
      const name = resourceName(this.resource)
      this.#deps.metrics.handlerFailures.inc({ name })
      this.#deps.log.error({ resource: name, object: event.object.metadata.name, error }, 'event handler threw')
    }
  }
}
