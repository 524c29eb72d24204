import type { Watch } from '@kubernetes/client-node'
import { KubeError, parseStatusError } from './kube-error.ts'
import type { KubeObject } from './object.ts'

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'

export interface WatchHandlers {
  /** The server has accepted the watch. */
  onOpen?(): void
  onEvent(type: WatchEventType, object: KubeObject): void
}

/**
 * How a watch ended. `closed`: in order, by the server or something in between. `silent`: nothing came for so long,
 * not even a bookmark, that the connection may be dead. `refused`: with a Status, before the stream or in it.
 * `broken`: without one (connection, credentials).
 */
export type WatchEnd =
  | { readonly type: 'closed' }
  | { readonly type: 'silent' }
  | { readonly type: 'aborted' }
  | { readonly type: 'refused'; readonly error: KubeError }
  | { readonly type: 'broken'; readonly error: KubeError }

/**
 * The API server sends a bookmark about once a minute (apiserver: storage/cacher `defaultBookmarkFrequency`), but none for
 * a kind that has not changed since it started. So silence proves nothing; connecting again costs one call.
 */
const defaultMaxSilenceMs = 90_000

/**
 * Runs client-node's `Watch` once and says how it ended.
 *
 * It adds what 2.0.1 leaves out: the end is a value and comes exactly once; an ERROR event ends the watch; nothing is
 * delivered after the signal has aborted, also when that happens while the watch is still being opened (its
 * AbortController exists only afterwards); credentials that cannot be read do not become an unhandled rejection.
 */
export async function watchOnce(options: {
  readonly watch: Watch
  readonly path: string
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>
  readonly handlers: WatchHandlers
  readonly signal: AbortSignal
  /** How long nothing may come, before the answer or in the stream; default 90 s. */
  readonly maxSilenceMs?: number
}): Promise<WatchEnd> {
  const { watch, path, query, handlers, signal, maxSilenceMs = defaultMaxSilenceMs } = options
  if (signal.aborted) return { type: 'aborted' }
  // A plain property that TypeScript calls private. The stock 30 s are shorter than the pause between two bookmarks.
  Object.assign(watch, { requestTimeoutMs: maxSilenceMs })

  const ended = Promise.withResolvers<WatchEnd>()
  let over = false
  let controller: AbortController | undefined
  const finish = (end: WatchEnd) => {
    if (over) return
    over = true
    signal.removeEventListener('abort', onAbort)
    ended.resolve(end)
    controller?.abort()
  }
  const onAbort = () => finish({ type: 'aborted' })
  signal.addEventListener('abort', onAbort, { once: true })

  const onEvent = (type: string, object: unknown) => {
    if (over) return
    if (type === 'ERROR') return finish({ type: 'refused', error: statusErrorOf(object, path) })
    // `Watch` hands over what the API server sent on a watch: one of these types with an object of the kind watched.
    handlers.onEvent(type as WatchEventType, object as KubeObject)
  }
  // Not awaited: it settles when the server answers, and an abort does not wait for that.
  watch
    .watch(path, query, onEvent, (error: unknown) => finish(endOf(error, path)))
    .then(
      (opened) => {
        controller = opened
        if (over) opened.abort()
        else handlers.onOpen?.()
      },
      (error: unknown) => finish(endOf(error, path)),
    )
  return ended.promise
}

function endOf(error: unknown, path: string): WatchEnd {
  if (error === null || error === undefined) return { type: 'closed' }
  if (error instanceof Error && error.name === 'TimeoutError') return { type: 'silent' }
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined
  const message = error instanceof Error ? error.message : 'the watch failed'
  if (typeof status === 'number') {
    const body = JSON.stringify({ reason: reasonOf(status), message })
    return { type: 'refused', error: parseStatusError({ status, body, retryAfter: undefined, verb: 'WATCH', path }) }
  }
  return {
    type: 'broken',
    error: new KubeError({
      status: 0,
      reason: 'ConnectionFailed',
      message: error instanceof Error && error.cause instanceof Error ? `${message}: ${error.cause.message}` : message,
      verb: 'WATCH',
      path,
      cause: error,
    }),
  }
}

function statusErrorOf(status: unknown, path: string): KubeError {
  const code: unknown = status !== null && typeof status === 'object' ? Reflect.get(status, 'code') : undefined
  return parseStatusError({
    status: typeof code === 'number' ? code : 500,
    body: JSON.stringify(status),
    retryAfter: undefined,
    verb: 'WATCH',
    path,
  })
}

function reasonOf(status: number): string {
  const reasons: Readonly<Record<number, string>> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    410: 'Expired',
  }
  return reasons[status] ?? 'Unknown'
}
