import { isDeepStrictEqual } from 'node:util'
import type { KubeClient } from './client.ts'
import { isConflict, isNotFound, isUnmergeable, type KubeError, type KubeResult } from './kube-error.ts'
import type { KubeMetrics } from './metrics.ts'
import type { KubeObject } from './object.ts'
import { apiVersionOf, type KubeResource } from './resource.ts'

/**
 * What became of a status. `conflict`: the object has changed since it was read, or another has its name now; the change
 * is on its way to the cache: return `requeueAfter` a second or so. `gone`: there is no object of that name.
 */
export type StatusOutcome<T> =
  | { readonly type: 'applied'; readonly object: T }
  | { readonly type: 'unchanged' }
  | { readonly type: 'conflict' }
  | { readonly type: 'gone' }
  | { readonly type: 'failed'; readonly error: KubeError }

export type StatusOf<T> = T extends { readonly status?: infer S } ? NonNullable<S> : never

export interface StatusWriterDeps {
  readonly client: KubeClient
  readonly metrics: KubeMetrics
  /** Owns the whole status: one manager and one writer for each kind. */
  readonly fieldManager: string
}

type Status = Readonly<Record<string, unknown>>

interface Applied {
  /** The version the write was decided on, and the one it made. */
  readonly basedOn: string
  readonly resourceVersion: string
  /** As it was sent, and as the server then had it: defaults of the schema may have been added. */
  readonly sent: unknown
  readonly stored: unknown
}

/** How many of our own versions are remembered per object: as many as can be on their way back through the watch. */
const maxOwnVersions = 8

const outcomes = ['applied', 'unchanged', 'conflict', 'gone', 'failed'] as const

/**
 * Writes the status of one kind, and only when it says something new.
 *
 * Server-side apply with the whole status each time (a field that is left out is removed), under the object's uid and
 * resource version, so that a decision taken on an old object never overwrites a newer one. No call is made when the
 * status is deep-equal to what the cache has or to what was applied last: an idle object costs no write.
 *
 * An apply removes only what this manager owns, and cannot be merged into an object that does not fit today's schema.
 * There a second call replaces the status as a whole.
 */
export class StatusWriter<T extends KubeObject & { readonly status?: object }> {
  readonly #resource: KubeResource<T>
  readonly #deps: StatusWriterDeps
  readonly #applied = new Map<string, Applied>()
  readonly #ownVersions = new Map<string, readonly string[]>()
  /** What is being sent at this moment: the watch may bring it back before the answer does. */
  readonly #sending = new Map<string, unknown>()
  /** Fields that the schema has defaults for, as far as they were met. */
  readonly #defaulted = new Set<string>()

  constructor(resource: KubeResource<T>, deps: StatusWriterDeps) {
    this.#resource = resource
    this.#deps = deps
    for (const result of outcomes) deps.metrics.statusApplies.inc({ kind: resource.kind, result }, 0)
  }

  /** `object` as it was read from the cache for the decision; `status` is all of it. One call, two where it is replaced, none if unchanged. */
  async apply(object: T, status: StatusOf<T>, signal: AbortSignal): Promise<StatusOutcome<T>> {
    const outcome = await this.#apply(object, status, signal)
    this.#deps.metrics.statusApplies.inc({ kind: this.#resource.kind, result: outcome.type })
    return outcome
  }

  /** The newest status known: the cache's, or ours when the cache does not have it yet. Conditions are built on it. */
  current(object: T): StatusOf<T> | undefined {
    const applied = this.#applied.get(object.metadata.uid)
    const status = applied?.basedOn === object.metadata.resourceVersion ? applied.stored : object.status
    // Both are statuses of T: one from the cache, one from the server's answer to an apply.
    return status as StatusOf<T> | undefined
  }

  /** Whether the object's status is what this process wrote or found right last; true as well when it has looked at none. */
  isOurs(object: T): boolean {
    const { uid, resourceVersion } = object.metadata
    const applied = this.#applied.get(uid)
    if (this.#ownVersions.get(uid)?.includes(resourceVersion)) return true
    // The server may have added defaults to what is on its way.
    if (this.#sending.has(uid) && holds(object.status, this.#sending.get(uid))) return true
    return applied === undefined || isDeepStrictEqual(object.status, applied.stored)
  }

  /** Call when the object is deleted: what is remembered of it goes. */
  forget(uid: string): void {
    this.#applied.delete(uid)
    this.#ownVersions.delete(uid)
  }

  async #apply(object: T, status: StatusOf<T>, signal: AbortSignal): Promise<StatusOutcome<T>> {
    const { uid } = object.metadata
    const wanted = plain(status)
    const last = this.#applied.get(uid)
    const current = this.current(object)
    if (isDeepStrictEqual(current, wanted)) {
      this.#adopt(object)
      return { type: 'unchanged' }
    }
    // The server adds defaults and drops unknown fields: then what it stored never equals what was sent.
    if (last !== undefined && isDeepStrictEqual(last.sent, wanted) && isDeepStrictEqual(current, last.stored)) {
      return { type: 'unchanged' }
    }

    // Our own last write is newer than the cache until the watch brings it.
    const isAhead = last?.basedOn === object.metadata.resourceVersion
    const basedOn = object.metadata.resourceVersion
    this.#sending.set(uid, wanted)
    const answer = await this.#send(object, wanted, isAhead ? last.resourceVersion : basedOn, signal).finally(() =>
      this.#sending.delete(uid),
    )
    if (answer.ok) {
      const { resourceVersion } = answer.value.metadata
      this.#applied.set(uid, { basedOn, resourceVersion, sent: wanted, stored: answer.value.status })
      const own = this.#ownVersions.get(uid) ?? []
      this.#ownVersions.set(uid, [...own.slice(1 - maxOwnVersions), resourceVersion])
      return { type: 'applied', object: answer.value }
    }
    if (isNotFound(answer.error)) {
      this.forget(uid)
      return { type: 'gone' }
    }
    if (isConflict(answer.error)) return { type: 'conflict' }
    return { type: 'failed', error: answer.error }
  }

  /** What another process wrote and this one found right is guarded like its own: whoever overwrites it is noticed. */
  #adopt({ metadata: { uid, resourceVersion }, status }: T): void {
    if (this.#applied.get(uid)?.basedOn === resourceVersion) return
    this.#applied.set(uid, { basedOn: resourceVersion, resourceVersion, sent: status, stored: status })
  }

  /** Applies; and replaces, where applying cannot make the status what was sent. */
  async #send(object: T, sent: Status, resourceVersion: string, signal: AbortSignal): Promise<KubeResult<T>> {
    const { client, fieldManager } = this.#deps
    const { name, namespace = '', uid } = object.metadata
    const applied = await client.apply(
      this.#resource,
      {
        apiVersion: apiVersionOf(this.#resource),
        kind: this.#resource.kind,
        metadata: { name, ...(namespace === '' ? {} : { namespace }), uid, resourceVersion },
        status: sent,
      },
      { signal, fieldManager, subresource: 'status' },
    )
    if (!applied.ok && !isUnmergeable(applied.error)) return applied
    if (applied.ok && !this.#hasSurplus(sent, applied.value, object.status === undefined)) return applied
    const replaced = await client.jsonPatch<T>(
      this.#resource,
      { namespace, name },
      [
        {
          op: 'replace',
          path: '/metadata/resourceVersion',
          value: applied.ok ? applied.value.metadata.resourceVersion : resourceVersion,
        },
        { op: 'add', path: '/status', value: sent },
      ],
      { signal, subresource: 'status' },
    )
    if (replaced.ok) this.#hasSurplus(sent, replaced.value, true)
    return replaced
  }

  /**
   * Whether the stored status has what was not sent and is not ours, so that an apply leaves it alone: fields, or entries
   * of a list. What is there when nobody else can have written it (`isAlone`) are defaults of the schema.
   */
  #hasSurplus(sent: Status, { status: stored = {} }: T, isAlone: boolean): boolean {
    const others = Object.keys(stored).filter((name) => !(name in sent) && !this.#defaulted.has(name))
    if (isAlone) for (const name of others.splice(0)) this.#defaulted.add(name)
    return others.length > 0 || Object.entries(stored).some(([name, value]) => lengthOf(value) > lengthOf(sent[name]))
  }
}

/** Whether `stored` has everything that was sent; lists as a whole. */
function holds(stored: unknown, sent: unknown): boolean {
  if (!isRecord(stored) || !isRecord(sent)) return isDeepStrictEqual(stored, sent)
  return Object.entries(sent).every(([name, value]) => holds(stored[name], value))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}

/** As JSON would have it: without undefined fields, which no cached object has. */
function plain(status: object): Status {
  return JSON.parse(JSON.stringify(status))
}
