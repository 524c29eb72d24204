import { CHECKS } from '#checks/registry.ts'
import type { Clock } from '#core/clock.ts'
import { Namespaces } from '#operator/namespaces.ts'
import { addScanRequestController } from '#operator/scan-request/controller.ts'
import { addScanScheduleController } from '#operator/scan-schedule/controller.ts'
import { addScanTargetController } from '#operator/scan-target/controller.ts'
import { ObjectCache, type IndexFunction } from '#platform/kube/cache.ts'
import type { KubeClient } from '#platform/kube/client.ts'
import type { ControllerOptions } from '#platform/kube/controller.ts'
import { KubeError, type KubeResult } from '#platform/kube/kube-error.ts'
import type { Manager } from '#platform/kube/manager.ts'
import { createKubeMetrics } from '#platform/kube/metrics.ts'
import { formatKey, formatKeyOf, keyOf, type KubeObject, type ObjectKey } from '#platform/kube/object.ts'
import type { ReconcileResult } from '#platform/kube/reconcile-result.ts'
import type { CacheEvent } from '#platform/kube/reflector.ts'
import type { KubeResource } from '#platform/kube/resource.ts'
import { StatusWriter } from '#platform/kube/status.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { never, silent } from '#test/builders/store.ts'

type Stored = KubeObject & { readonly spec?: unknown; readonly status?: object }

/** Every namespace is as old as the first one that was asked for. */
export const NAMESPACE_UID = 'uid-of-namespace'

/** One kind: what is stored, what the caches have of it, and who listens to them. */
class Informer {
  readonly cache = new ObjectCache<Stored>({ freeze: true })
  readonly synced = Promise.resolve()
  readonly #handlers = new Set<(event: CacheEvent<Stored>) => void>()

  addIndexes(indexes: Readonly<Record<string, IndexFunction<Stored>>>): void {
    for (const [name, valuesOf] of Object.entries(indexes)) this.cache.addIndex(name, valuesOf)
  }

  addHandler(handler: (event: CacheEvent<Stored>) => void): () => void {
    this.#handlers.add(handler)
    return () => this.#handlers.delete(handler)
  }

  /** What a handler throws is not caught here, as it is in the product: it is a defect. */
  tell(event: CacheEvent<Stored>): void {
    for (const handler of this.#handlers) handler(event)
  }
}

/**
 * The controllers of the operator on caches that are filled by hand, with a real database. The API server's part is
 * played: it stores the statuses that it is sent, as its JSON would have them, and knows no schema.
 */
export class Cluster {
  /** Every status that was written, newest last, by key of the object. */
  readonly written = new Map<string, unknown[]>()
  readonly #informers = new Map<string, Informer>()
  readonly #controllers = new Map<string, ControllerOptions<Stored>>()
  #version = 1

  constructor(pool: Pool, clock: Clock) {
    const metrics = createKubeMetrics(createMetrics({ processMetrics: false }))
    // All that status writers and controllers call of a client.
    const client = {
      get: async (resource: KubeResource, key: ObjectKey) => this.#get(resource, key),
      apply: async (resource: KubeResource, applied: Stored) => this.#apply(resource, applied),
      jsonPatch: async () => {
        throw new Error('nothing has to be replaced here')
      },
      delete: async (resource: KubeResource, key: ObjectKey) => this.#deleted(resource, key),
    } as unknown as KubeClient
    // All that the controllers use of a manager.
    const manager = {
      client,
      events: { record: () => undefined },
      informer: (resource: KubeResource, indexes = {}) => {
        const informer = this.#of(resource.kind)
        informer.addIndexes(indexes)
        return informer
      },
      statusWriter: (resource: KubeResource<Stored>, fieldManager: string) => {
        const writer = new StatusWriter(resource, { client, metrics, fieldManager })
        this.#of(resource.kind).addHandler((event) => {
          if (event.type === 'delete') writer.forget(event.object.metadata.uid)
        })
        return writer
      },
      addController: (options: ControllerOptions<Stored>) => this.#add(options),
    } as unknown as Manager
    const namespaces = new Namespaces({ client, clock, targetsIn: () => [], onChanged: () => undefined })
    const deps = { manager, pool, clock, catalogue: CHECKS }
    addScanTargetController({ ...deps, namespaces })
    addScanRequestController(deps)
    addScanScheduleController(deps)
  }

  /** As the watch brings it. */
  put(object: Stored): void {
    const informer = this.#of(object.kind)
    const old = informer.cache.set(object)
    informer.tell(old === undefined ? { type: 'add', object, initial: false } : { type: 'update', object, old })
  }

  remove(kind: string, key: ObjectKey): void {
    const informer = this.#of(kind)
    const object = informer.cache.delete(formatKey(key))
    if (object !== undefined) informer.tell({ type: 'delete', object })
    this.written.delete(`${kind} ${formatKey(key)}`)
  }

  get(kind: string, key: ObjectKey): Stored | undefined {
    return this.#of(kind).cache.get(key)
  }

  /** The statuses of an object, in order. */
  statuses(kind: string, key: ObjectKey): readonly unknown[] {
    return this.written.get(`${kind} ${formatKey(key)}`) ?? []
  }

  /** Reconciles as a worker of the controller does; and brings the status that was written back through the watch. */
  async reconcile(kind: string, key: ObjectKey): Promise<ReconcileResult> {
    const options = this.#controllers.get(kind)
    if (options === undefined) throw new Error(`no controller for ${kind}`)
    const before = this.statuses(kind, key).length
    const object = this.get(kind, key)
    const result = await options.reconcile({ key, object, signal: never, log: silent })
    const after = this.statuses(kind, key)
    const live = this.get(kind, key)
    if (after.length > before && live !== undefined) this.put(this.#withStatus(live, after.at(-1)))
    return result
  }

  #add(options: ControllerOptions<Stored>): object {
    const { kind } = options.for
    this.#controllers.set(kind, options)
    const { predicates = [], watches = [] } = options
    this.#of(kind).addHandler((event) => void predicates.every((predicate) => predicate(event)))
    // They ask for informers as they would ask the manager.
    const informers = { informer: (resource: KubeResource) => this.#of(resource.kind) } as never
    for (const watch of watches) watch.attach(informers, () => undefined)
    return { enqueue: () => undefined }
  }

  #of(kind: string): Informer {
    const informer = this.#informers.get(kind) ?? new Informer()
    this.#informers.set(kind, informer)
    return informer
  }

  #get(resource: KubeResource, key: ObjectKey): KubeResult<object> {
    if (resource.kind === 'Namespace') return { ok: true, value: { metadata: { name: key.name, uid: NAMESPACE_UID } } }
    const value = this.get(resource.kind, key)
    return value === undefined ? notFound(key) : { ok: true, value }
  }

  #apply(resource: KubeResource, applied: Stored): KubeResult<object> {
    const key = keyOf(applied)
    const live = this.get(resource.kind, key)
    if (live === undefined) return notFound(key)
    if (applied.status === undefined) return { ok: true, value: live }
    const name = `${resource.kind} ${formatKeyOf(applied)}`
    const status = asStored(applied.status)
    this.written.set(name, [...(this.written.get(name) ?? []).slice(-20), status])
    return { ok: true, value: this.#withStatus(live, status) }
  }

  #deleted(resource: KubeResource, key: ObjectKey): KubeResult<void> {
    this.remove(resource.kind, key)
    return { ok: true, value: undefined }
  }

  #withStatus(object: Stored, status: unknown): Stored {
    const resourceVersion = String(this.#version++)
    // A status is an object whenever one was sent.
    return { ...object, metadata: { ...object.metadata, resourceVersion }, status: status as object }
  }
}

/** Go's JSON knows no half characters. */
function asStored(status: object): unknown {
  const wellFormed = (_: string, value: unknown): unknown => (typeof value === 'string' ? value.toWellFormed() : value)
  return JSON.parse(JSON.stringify(status), wellFormed)
}

function notFound({ name }: ObjectKey): { readonly ok: false; readonly error: KubeError } {
  const error = new KubeError({ status: 404, reason: 'NotFound', message: 'not found', verb: 'get', path: name })
  return { ok: false, error }
}
