import { HttpMethod, IsomorphicFetchHttpLibrary, RequestContext, Watch } from '@kubernetes/client-node'
import type { KubeConfig } from '@kubernetes/client-node'
import type { Clock } from '#core/clock.ts'
import { Backoff, type Random } from './backoff.ts'
import { KubeError, isOverloaded, isUnanswered, parseStatusError, type KubeResult } from './kube-error.ts'
import type { KubeMetrics } from './metrics.ts'
import type { Draft, KubeObject, ObjectKey, ObjectMeta } from './object.ts'
import { collectionPath, objectPath, type KubeResource } from './resource.ts'
import { TokenBucket } from './token-bucket.ts'
import { watchOnce, type WatchEnd, type WatchHandlers } from './watch-stream.ts'

export interface CallOptions {
  /** Ends the call: it then rejects with the signal's reason. Every other failure is a value. */
  readonly signal: AbortSignal
  /** For one attempt; default 15 s. */
  readonly timeoutMs?: number
  /** Whether what can be repeated is; default true. `false` for callers that count on an answer by then. */
  readonly retry?: boolean
}

/** What server-side apply takes: the fields to own, of any kind. */
export interface Applicable {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Partial<ObjectMeta> & { readonly name: string }
  readonly [field: string]: unknown
}

export interface JsonPatchOperation {
  /** `add` on a field that is there takes its place. */
  readonly op: 'add' | 'replace' | 'remove'
  /** A JSON pointer: `/status/conditions`. */
  readonly path: string
  readonly value?: unknown
}

export interface ListQuery {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly limit?: number
  readonly continueToken?: string
}

export interface ListPage<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  /** Empty on the last page. */
  readonly continueToken: string
}

export interface WatchQuery {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly resourceVersion: string
  readonly timeoutSeconds: number
}

export interface KubeClientDeps {
  readonly kubeConfig: KubeConfig
  readonly clock: Clock
  readonly metrics: KubeMetrics
  readonly random?: Random
  /** Calls per second on average (default 20) and at once (30). The lease's client gets a budget of its own. */
  readonly ratePerSecond?: number
  readonly burst?: number
}

const defaultTimeoutMs = 15_000
const maxAttempts = 6
/** How long one call may be asked to wait by `Retry-After` before the caller is told instead. */
const maxRetryAfterMs = 30_000

interface Call {
  readonly method: HttpMethod
  readonly verb: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly contentType?: string
  readonly body?: unknown
  /** Sending it twice has the effect of sending it once. */
  readonly idempotent: boolean
}

/**
 * Typed calls on any kind of the API, over client-node's configuration and transport.
 *
 * - Every attempt has a timeout. 429 and 503 are retried after what `Retry-After` says (the server did nothing);
 *   broken connections are retried for idempotent verbs only. At most 6 attempts.
 * - What can be expected to happen is a value: look at `error` with `isNotFound`, `isConflict` and the like.
 * - The types of objects are the caller's word: the API server has validated them against the schema it has, which may
 *   be older than the caller's.
 */
export class KubeClient {
  readonly #deps: KubeClientDeps
  readonly #transport = new IsomorphicFetchHttpLibrary()
  readonly #bucket: TokenBucket
  readonly #random: Random

  constructor(deps: KubeClientDeps) {
    this.#deps = deps
    this.#random = deps.random ?? Math.random
    this.#bucket = new TokenBucket({ ratePerSecond: deps.ratePerSecond ?? 20, burst: deps.burst ?? 30 })
  }

  /** Read from the API server, not from a cache. */
  async get<T extends KubeObject>(
    resource: KubeResource<T>,
    key: ObjectKey,
    options: CallOptions,
  ): Promise<KubeResult<T>> {
    return this.#call<T>(
      { method: HttpMethod.GET, verb: 'GET', path: objectPath(resource, key), idempotent: true },
      options,
    )
  }

  /** One page. `limit` bounds it; go on with `continueToken`. */
  async list<T extends KubeObject>(
    resource: KubeResource<T>,
    query: ListQuery,
    options: CallOptions,
  ): Promise<KubeResult<ListPage<T>>> {
    const answer = await this.#call<{
      readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
      readonly items?: readonly T[] | null
    }>(
      {
        method: HttpMethod.GET,
        verb: 'LIST',
        path: collectionPath(resource, query.namespace),
        query: {
          limit: query.limit?.toString(),
          continue: query.continueToken,
          labelSelector: query.labelSelector,
          fieldSelector: query.fieldSelector,
        },
        idempotent: true,
      },
      options,
    )
    if (!answer.ok) return answer
    const { metadata, items } = answer.value
    return {
      ok: true,
      value: {
        items: items ?? [],
        resourceVersion: metadata?.resourceVersion ?? '',
        continueToken: metadata?.continue ?? '',
      },
    }
  }

  async create<T extends KubeObject>(
    resource: KubeResource<T>,
    object: Draft<T>,
    options: CallOptions,
  ): Promise<KubeResult<T>> {
    return this.#call<T>(
      {
        method: HttpMethod.POST,
        verb: 'POST',
        path: collectionPath(resource, object.metadata.namespace),
        contentType: 'application/json',
        body: object,
        idempotent: false,
      },
      options,
    )
  }

  /** Replaces the whole object. With `metadata.resourceVersion` set it conflicts when somebody else wrote first. */
  async replace<T extends KubeObject>(
    resource: KubeResource<T>,
    object: Draft<T> & { readonly metadata: { readonly name: string } },
    options: CallOptions,
  ): Promise<KubeResult<T>> {
    const { name, namespace = '' } = object.metadata
    return this.#call<T>(
      {
        method: HttpMethod.PUT,
        verb: 'PUT',
        path: objectPath(resource, { namespace, name }),
        contentType: 'application/json',
        body: object,
        idempotent: false,
      },
      options,
    )
  }

  /** A JSON merge patch (RFC 7396): given fields are set, `null` removes one. */
  async mergePatch<T extends KubeObject>(
    resource: KubeResource<T>,
    key: ObjectKey,
    patch: object,
    options: CallOptions & { readonly subresource?: 'status' | 'scale' },
  ): Promise<KubeResult<T>> {
    return this.#call<T>(
      {
        method: HttpMethod.PATCH,
        verb: 'PATCH',
        path: objectPath(resource, key, options.subresource),
        contentType: 'application/merge-patch+json',
        body: patch,
        idempotent: true,
      },
      options,
    )
  }

  /** A JSON patch (RFC 6902). An operation that replaces `/metadata/resourceVersion` makes it conflict with whoever wrote first. */
  async jsonPatch<T extends KubeObject>(
    resource: KubeResource<T>,
    key: ObjectKey,
    operations: readonly JsonPatchOperation[],
    options: CallOptions & { readonly subresource?: 'status' },
  ): Promise<KubeResult<T>> {
    return this.#call<T>(
      {
        method: HttpMethod.PATCH,
        verb: 'PATCH',
        path: objectPath(resource, key, options.subresource),
        contentType: 'application/json-patch+json',
        body: operations,
        idempotent: true,
      },
      options,
    )
  }

  /**
   * Server-side apply: `fieldManager` owns exactly the fields given here, and a field it gave before and leaves out now
   * is removed. Conflicts with other managers are forced. A `metadata.uid` or `resourceVersion` is a precondition.
   * https://kubernetes.io/docs/reference/using-api/server-side-apply/ (read 2026-11)
   */
  async apply<T extends KubeObject>(
    resource: KubeResource<T>,
    object: Applicable,
    options: CallOptions & { readonly fieldManager: string; readonly subresource?: 'status' },
  ): Promise<KubeResult<T>> {
    const { name, namespace = '' } = object.metadata
    return this.#call<T>(
      {
        method: HttpMethod.PATCH,
        verb: 'APPLY',
        path: objectPath(resource, { namespace, name }, options.subresource),
        query: { fieldManager: options.fieldManager, force: 'true' },
        // Without this type a PATCH is read as JSON patch. JSON is YAML.
        contentType: 'application/apply-patch+yaml',
        body: object,
        idempotent: true,
      },
      options,
    )
  }

  /** Deletes the object; `uid` makes sure that it is the one that was meant and not a successor of the same name. */
  async delete(
    resource: KubeResource,
    key: ObjectKey,
    options: CallOptions & { readonly uid?: string },
  ): Promise<KubeResult<undefined>> {
    const answer = await this.#call<unknown>(
      {
        method: HttpMethod.DELETE,
        verb: 'DELETE',
        path: objectPath(resource, key),
        ...(options.uid === undefined
          ? {}
          : { contentType: 'application/json', body: { preconditions: { uid: options.uid } } }),
        idempotent: true,
      },
      options,
    )
    return answer.ok ? { ok: true, value: undefined } : answer
  }

  /** A GET of a path outside the kinds: discovery, `/version`. */
  async getPath(path: string, options: CallOptions): Promise<KubeResult<unknown>> {
    return this.#call<unknown>({ method: HttpMethod.GET, verb: 'GET', path, idempotent: true }, options)
  }

  /**
   * One watch, from its start to its end, whatever the end is; it does not reconnect (the reflector does).
   * Resolves, never rejects. Costs a connection for as long as it lasts.
   */
  async watch(
    resource: KubeResource,
    query: WatchQuery,
    handlers: WatchHandlers,
    signal: AbortSignal,
  ): Promise<WatchEnd> {
    try {
      await this.#deps.clock.sleep(this.#bucket.reserveMs(this.#deps.clock.monotonicMs()), signal)
    } catch (error) {
      if (signal.aborted) return { type: 'aborted' }
      throw error
    }
    const path = collectionPath(resource, query.namespace)
    const end = await watchOnce({
      watch: new Watch(this.#deps.kubeConfig),
      path,
      query: {
        allowWatchBookmarks: true,
        resourceVersion: query.resourceVersion,
        timeoutSeconds: query.timeoutSeconds,
        labelSelector: query.labelSelector,
      },
      handlers,
      signal,
    })
    const failed = end.type === 'refused' ? end.error.status : 0
    const code = end.type === 'broken' ? '<error>' : failed === 0 ? '200' : String(failed)
    this.#deps.metrics.requests.inc({ code, method: 'WATCH', host: this.#host() })
    return end
  }

  async #call<T>(call: Call, options: CallOptions): Promise<KubeResult<T>> {
    const { clock } = this.#deps
    const backoff = new Backoff({ clock, random: this.#random, initialMs: 200, maxMs: 5000 })
    for (let attempt = 1; ; attempt++) {
      options.signal.throwIfAborted()
      const wait = this.#bucket.reserveMs(clock.monotonicMs())
      if (wait > 0) await clock.sleep(wait, options.signal)
      const answer = await this.#attempt<T>(call, options)
      if (answer.ok || attempt >= maxAttempts || options.retry === false) return answer
      const delay = retryDelayMs(call, answer.error, backoff)
      if (delay === undefined) return answer
      await clock.sleep(delay, options.signal)
    }
  }

  async #attempt<T>(call: Call, options: CallOptions): Promise<KubeResult<T>> {
    const { clock, metrics } = this.#deps
    const host = this.#host()
    const started = clock.monotonicMs()
    const answer = await this.#send<T>(call, options)
    metrics.requestDuration.observe({ verb: call.verb, host }, (clock.monotonicMs() - started) / 1000)
    const code = answer.ok ? '200' : isUnanswered(answer.error) ? '<error>' : String(answer.error.status)
    metrics.requests.inc({ code, method: call.verb, host })
    return answer
  }

  async #send<T>(call: Call, options: CallOptions): Promise<KubeResult<T>> {
    const { kubeConfig } = this.#deps
    const at = { verb: call.verb, path: call.path }
    const cluster = kubeConfig.getCurrentCluster()
    if (cluster === null) throw new Error('the kubeconfig has no current cluster')
    const context = new RequestContext(cluster.server.replace(/\/$/, '') + call.path, call.method)
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) context.setQueryParam(name, value)
    }
    context.setHeaderParam('Accept', 'application/json')
    context.setHeaderParam('User-Agent', 'vedette')
    if (call.contentType !== undefined) {
      context.setHeaderParam('Content-Type', call.contentType)
      context.setBody(JSON.stringify(call.body))
    }
    try {
      await kubeConfig.applySecurityAuthentication(context)
    } catch (error) {
      const message = `cannot use the credentials of the kubeconfig: ${messageOf(error)}`
      return { ok: false, error: new KubeError({ status: 0, reason: 'Unauthenticated', message, ...at, cause: error }) }
    }
    // AbortSignal.timeout throws on fractions, and what is left of a deadline has some.
    const timeoutMs = Math.ceil(options.timeoutMs ?? defaultTimeoutMs)
    const timeout = AbortSignal.timeout(timeoutMs)
    context.setSignal(AbortSignal.any([options.signal, timeout]))

    let status: number
    let body: string
    let retryAfter: string | undefined
    try {
      const response = await this.#transport.send(context).toPromise()
      status = response.httpStatusCode
      retryAfter = response.headers['retry-after']
      body = await response.body.text()
    } catch (error) {
      options.signal.throwIfAborted()
      const reason = timeout.aborted ? 'Timeout' : 'ConnectionFailed'
      const message = timeout.aborted ? `no answer within ${timeoutMs} ms` : messageOf(error)
      return { ok: false, error: new KubeError({ status: 0, reason, message, ...at, cause: error }) }
    }
    if (status < 200 || status > 299) {
      return { ok: false, error: parseStatusError({ status, body, retryAfter, ...at }) }
    }
    try {
      // The API server has validated what it stores; see the class's comment on types.
      return { ok: true, value: JSON.parse(body) as T }
    } catch (error) {
      const message = `the answer is not JSON: ${body.slice(0, 100)}`
      return { ok: false, error: new KubeError({ status: 0, reason: 'BadAnswer', message, ...at, cause: error }) }
    }
  }

  #host(): string {
    const server = this.#deps.kubeConfig.getCurrentCluster()?.server
    return server === undefined ? 'none' : new URL(server).host
  }
}

/** How long to wait before this call may be sent again; `undefined`: do not. */
function retryDelayMs(call: Call, error: KubeError, backoff: Backoff): number | undefined {
  if (isOverloaded(error)) {
    if (error.retryAfterMs !== undefined && error.retryAfterMs > maxRetryAfterMs) return undefined
    return Math.max(error.retryAfterMs ?? 0, backoff.nextDelayMs())
  }
  // A timeout has used up what the caller was ready to wait; only a connection that broke is worth another try at once.
  return call.idempotent && error.reason === 'ConnectionFailed' ? backoff.nextDelayMs() : undefined
}

/** undici says `fetch failed` and keeps what happened in the cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
