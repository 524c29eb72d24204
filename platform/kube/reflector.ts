import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import { Backoff, jitter, type Random } from './backoff.ts'
import type { ObjectCache } from './cache.ts'
import type { KubeClient } from './client.ts'
import { isGone, isOverloaded, type KubeError } from './kube-error.ts'
import type { KubeMetrics } from './metrics.ts'
import { formatKeyOf, type KubeObject } from './object.ts'
import { apiVersionOf, resourceName, type KubeResource } from './resource.ts'
import { slim } from './slim.ts'
import type { WatchEnd, WatchEventType } from './watch-stream.ts'

/** A change of the cache, after it was made. `initial`: part of the first list, not something that just happened. */
export type CacheEvent<T> =
  | { readonly type: 'add'; readonly object: T; readonly initial: boolean }
  | { readonly type: 'update'; readonly object: T; readonly old: T }
  | { readonly type: 'delete'; readonly object: T }

/**
 * Where a reflector stands. `degraded`: the last attempt to list or watch failed and is being repeated; `synced` tells
 * whether the cache has ever been filled.
 */
export interface ReflectorStatus {
  readonly synced: boolean
  readonly degraded: KubeError | undefined
}

export interface ReflectorDeps<T extends KubeObject> {
  readonly client: KubeClient
  readonly resource: KubeResource<T>
  readonly cache: ObjectCache<T>
  readonly onEvent: (event: CacheEvent<T>) => void
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: KubeMetrics
  /** Only this namespace; absent: all. */
  readonly namespace?: string
  readonly labelSelector?: string
  /** Objects per page of a list; default 500. */
  readonly pageSize?: number
}

/** A watch that brought nothing and ended sooner than this is followed by a pause of up to twice as long. */
const shortWatchMs = 800

/**
 * Keeps a cache the same as a kind in the API server: list page by page, then watch from there.
 *
 * - It ends only when its signal aborts. Whatever else happens (connection gone, 401, 403, the kind not served) it
 *   tries again, from 0.8 s up to 30 s apart, and shows as degraded meanwhile; the cache keeps what it has.
 * - A watch that ends in order goes on at once from the last resource version, bookmarks included.
 * - 410, as an answer or as an event in the stream, means listing again; the cache is compared with the new list, so
 *   that nobody sees an empty moment. An object whose uid differs was deleted and made again: delete, then add.
 * - After every `await` the signal is looked at before anything is changed, so that nothing happens after a stop.
 *
 * Semantics: client-go tools/cache/reflector.go.
 */
export class Reflector<T extends KubeObject> {
  readonly #deps: ReflectorDeps<T>
  readonly #name: string
  readonly #apiVersion: string
  readonly #backoff: Backoff
  readonly #synced = Promise.withResolvers<void>()
  #isSynced = false
  #degraded: KubeError | undefined
  #resourceVersion: string | undefined

  constructor(deps: ReflectorDeps<T>) {
    this.#deps = deps
    this.#name = resourceName(deps.resource)
    this.#apiVersion = apiVersionOf(deps.resource)
    this.#backoff = new Backoff({ clock: deps.clock, random: deps.random })
    const { metrics } = deps
    metrics.degraded.set({ name: this.#name }, 0)
    metrics.lists.inc({ name: this.#name }, 0)
    metrics.watches.inc({ name: this.#name }, 0)
    metrics.shortWatches.inc({ name: this.#name }, 0)
    metrics.cachedObjects.set({ name: this.#name }, 0)
  }

  get status(): ReflectorStatus {
    return { synced: this.#isSynced, degraded: this.#degraded }
  }

  /** Resolves when the first list is in the cache. */
  get synced(): Promise<void> {
    return this.#synced.promise
  }

  /** Runs until `signal` aborts; never rejects for anything that the API server or the network does. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        if (this.#resourceVersion === undefined) await this.#list(signal)
        else await this.#watch(this.#resourceVersion, signal)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, resource, cache, metrics, pageSize = 500 } = this.#deps
    metrics.lists.inc({ name: this.#name })
    const seen = new Set<string>()
    let limit: number | undefined = pageSize
    let continueToken: string | undefined
    let resourceVersion: string
    for (;;) {
      const page = await client.list(resource, this.#query(limit, continueToken), { signal })
      if (signal.aborted) return
      if (!page.ok) {
        if (isGone(page.error) && continueToken !== undefined) {
          // The list took longer than the server keeps its snapshot. In one piece it cannot expire half-way.
          limit = undefined
          continueToken = undefined
          seen.clear()
          continue
        }
        return this.#degrade('cannot list', page.error, signal)
      }
      for (const item of page.value.items) {
        seen.add(formatKeyOf(item))
        this.#upsert(item, !this.#isSynced)
      }
      if (page.value.continueToken === '') {
        resourceVersion = page.value.resourceVersion
        break
      }
      continueToken = page.value.continueToken
    }
    for (const [key, object] of cache.entries()) {
      if (!seen.has(key)) {
        cache.delete(key)
        this.#emit({ type: 'delete', object })
      }
    }
    this.#resourceVersion = resourceVersion
    metrics.cachedObjects.set({ name: this.#name }, cache.size)
    this.#isSynced = true
    this.#synced.resolve()
  }

  #query(limit: number | undefined, continueToken: string | undefined) {
    const { namespace, labelSelector } = this.#deps
    return {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(limit === undefined ? {} : { limit }),
      ...(continueToken === undefined ? {} : { continueToken }),
    }
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, resource, clock, random, metrics, namespace, labelSelector } = this.#deps
    metrics.watches.inc({ name: this.#name })
    const started = clock.monotonicMs()
    let events = 0
    const end = await client.watch(
      resource,
      {
        ...(namespace === undefined ? {} : { namespace }),
        ...(labelSelector === undefined ? {} : { labelSelector }),
        resourceVersion,
        // Spread, so that all watches of all replicas do not come back in the same second.
        timeoutSeconds: Math.round(300 + 300 * random()),
      },
      {
        onOpen: () => this.#recover(),
        onEvent: (type, object) => {
          if (signal.aborted) return
          events++
          // The objects of a watch are of the kind that was asked for.
          this.#onWatchEvent(type, object as T)
        },
      },
      signal,
    )
    if (signal.aborted) return
    metrics.cachedObjects.set({ name: this.#name }, this.#deps.cache.size)
    const wasShort = events === 0 && clock.monotonicMs() - started < shortWatchMs
    if (wasShort) metrics.shortWatches.inc({ name: this.#name })
    await this.#afterWatch(end, wasShort, signal)
  }

  async #afterWatch(end: WatchEnd, wasShort: boolean, signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#deps
    switch (end.type) {
      case 'aborted':
        return
      case 'silent':
        return log.debug({ resource: this.#name }, 'watch was silent for long: connecting again')
      case 'closed':
        // Something that closes every stream at once must not make a hot loop of us; nor may it blind us for long.
        if (wasShort) await clock.sleep(jitter(shortWatchMs, 1, random), signal)
        return
      case 'refused':
        if (isGone(end.error)) {
          this.#resourceVersion = undefined
          log.info({ resource: this.#name }, 'watch is too far behind: listing again')
          if (wasShort) await clock.sleep(this.#backoff.nextDelayMs(), signal)
          return
        }
        // Patience is all that 429 and 503 ask for. After any other refusal the version itself is in doubt.
        if (!isOverloaded(end.error)) this.#resourceVersion = undefined
        return this.#degrade('cannot watch', end.error, signal)
      case 'broken':
        return this.#degrade('watch broke', end.error, signal)
    }
  }

  #onWatchEvent(type: WatchEventType, object: T): void {
    const { cache } = this.#deps
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
        this.#upsert(object, false)
        break
      case 'DELETED': {
        const key = formatKeyOf(object)
        const known = cache.delete(key)
        if (known !== undefined)
          this.#emit({ type: 'delete', object: slim(object, this.#apiVersion, this.#deps.resource.kind) })
        break
      }
      case 'BOOKMARK':
        break
    }
    this.#resourceVersion = object.metadata.resourceVersion
  }

  #upsert(received: T, initial: boolean): void {
    const { cache, resource } = this.#deps
    const known = cache.get({ namespace: received.metadata.namespace ?? '', name: received.metadata.name })
    if (known?.metadata.resourceVersion === received.metadata.resourceVersion) return
    const object = slim(received, this.#apiVersion, resource.kind)
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) {
      cache.delete(formatKeyOf(known))
      this.#emit({ type: 'delete', object: known })
    }
    const old = cache.set(object)
    this.#emit(old === undefined ? { type: 'add', object, initial } : { type: 'update', object, old })
  }

  /** A handler that throws has a defect; the stream, the cache and the other handlers go on. */
  #emit(event: CacheEvent<T>): void {
    try {
      this.#deps.onEvent(event)
    } catch (error) {
      this.#deps.metrics.handlerFailures.inc({ name: this.#name })
      this.#deps.log.error({ resource: this.#name, key: formatKeyOf(event.object), error }, 'event handler threw')
    }
  }

  #recover(): void {
    if (this.#degraded === undefined) return
    this.#degraded = undefined
    this.#deps.metrics.degraded.set({ name: this.#name }, 0)
    this.#deps.log.info({ resource: this.#name }, 'watching again')
  }

  async #degrade(what: string, error: KubeError, signal: AbortSignal): Promise<void> {
    const { clock, log, metrics } = this.#deps
    this.#degraded = error
    metrics.degraded.set({ name: this.#name }, 1)
    const delayMs = Math.max(this.#backoff.nextDelayMs(), error.retryAfterMs ?? 0)
    log.warn({ resource: this.#name, error, retryInMs: Math.round(delayMs) }, `${what}: trying again`)
    await clock.sleep(delayMs, signal)
  }
}
