import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { KubeClient } from './client.ts'
import { cut } from './cut.ts'
import type { KubeMetrics } from './metrics.ts'
import { toMicroTime } from './micro-time.ts'
import type { KubeObject } from './object.ts'
import { apiVersionOf, kubeResource } from './resource.ts'

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ (read 2026-11) */
export interface KubeEvent extends KubeObject {
  readonly eventTime: string
  readonly reportingController: string
  readonly reportingInstance: string
  readonly action: string
  readonly reason: string
  readonly regarding: ObjectReference
  readonly related?: ObjectReference
  readonly note: string
  readonly type: 'Normal' | 'Warning'
}

export interface ObjectReference {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly uid: string
}

export const events = kubeResource<KubeEvent>({
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
})

export interface EventInput {
  /** What it is about: the event shows in its `kubectl describe`. */
  readonly regarding: KubeObject
  readonly related?: KubeObject
  /** `Warning`: somebody should look. */
  readonly type: 'Normal' | 'Warning'
  /** CamelCase, for programs: `ScanCompleted`. */
  readonly reason: string
  /** What the controller was doing: `Scan`. */
  readonly action: string
  /** For people; cut at 1024 bytes, which is the API's limit. */
  readonly note: string
}

export interface EventRecorderOptions {
  /** `vedette.dev/operator` */
  readonly controller: string
  /** The pod's name. */
  readonly instance: string
  /** How long repeats of one event are counted before they are written as one; default 10 min. */
  readonly foldForMs?: number
  /** How many events may wait to be written; default 1000. What comes on top is dropped and counted. */
  readonly maxQueued?: number
}

export interface EventRecorderDeps {
  readonly client: KubeClient
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: KubeMetrics
}

interface Fold {
  readonly input: EventInput
  readonly endsAt: number
  readonly since: Date
  repeats: number
}

const maxFolds = 4096
const maxNoteBytes = 1024

/**
 * Writes Kubernetes Events (events.k8s.io/v1), and not more of them than people need.
 *
 * The first of several equal ones (same object, type, reason, action and note) is written at once. Its repeats within
 * the next ten minutes are counted; at the end of that time one event says how often it happened. So a controller that
 * runs into the same wall every second costs six writes an hour. Nothing here ever throws or waits at the caller's:
 * an Event is a courtesy, the status is the record.
 */
export class EventRecorder {
  readonly #options: Required<EventRecorderOptions>
  readonly #deps: EventRecorderDeps
  readonly #queue: EventInput[] = []
  /** In order of time: all folds last equally long. */
  readonly #folds = new Map<string, Fold>()
  #wake = Promise.withResolvers<void>()
  #serial = 0

  constructor(options: EventRecorderOptions, deps: EventRecorderDeps) {
    this.#options = { foldForMs: 600_000, maxQueued: 1000, ...options }
    this.#deps = deps
    for (const type of ['Normal', 'Warning'] as const) {
      for (const result of ['written', 'folded', 'dropped', 'failed']) deps.metrics.events.inc({ type, result }, 0)
    }
  }

  /** Takes the event and returns at once. */
  record(input: EventInput): void {
    const key = foldKey(input)
    const fold = this.#folds.get(key)
    if (fold !== undefined && fold.endsAt > this.#deps.clock.monotonicMs()) {
      fold.repeats++
      this.#deps.metrics.events.inc({ type: input.type, result: 'folded' })
      return
    }
    if (fold !== undefined) this.#close(key, fold)
    this.#open(key, input)
    this.#enqueue(input)
  }

  /** Writes what was recorded until `signal` aborts, then (within `drainMs`, default 2000) what is still waiting. */
  async run(signal: AbortSignal, drainMs = 2000): Promise<void> {
    try {
      while (!signal.aborted) {
        this.#closeEnded()
        const input = this.#queue.shift()
        if (input === undefined) await this.#waitForWork(signal)
        else await this.#write(input, signal)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
    const drain = AbortSignal.timeout(drainMs)
    try {
      for (const input of this.#queue.splice(0)) await this.#write(input, drain)
    } catch (error) {
      if (!drain.aborted) throw error
    }
  }

  async #waitForWork(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps
    const [first] = this.#folds.values()
    const woken = new AbortController()
    const foldEnds =
      first === undefined
        ? new Promise<never>(() => {})
        : clock.sleep(Math.max(0, first.endsAt - clock.monotonicMs()), woken.signal).catch(() => undefined)
    const { promise: stopped, resolve } = Promise.withResolvers<void>()
    const onAbort = () => resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    await Promise.race([this.#wake.promise, foldEnds, stopped])
    signal.removeEventListener('abort', onAbort)
    woken.abort()
    this.#wake = Promise.withResolvers<void>()
  }

  #open(key: string, input: EventInput): void {
    const { clock } = this.#deps
    if (this.#folds.size >= maxFolds) {
      const oldest = this.#folds.entries().next()
      if (!oldest.done) this.#close(...oldest.value)
    }
    this.#folds.set(key, {
      input,
      endsAt: clock.monotonicMs() + this.#options.foldForMs,
      since: clock.now(),
      repeats: 0,
    })
  }

  #closeEnded(): void {
    const now = this.#deps.clock.monotonicMs()
    for (const [key, fold] of this.#folds) {
      if (fold.endsAt > now) return
      this.#close(key, fold)
    }
  }

  #close(key: string, fold: Fold): void {
    this.#folds.delete(key)
    if (fold.repeats === 0) return
    // The repeats are told now; what follows in the next period is counted again.
    this.#open(key, fold.input)
    const note = `${fold.input.note} (${fold.repeats} more times since ${fold.since.toISOString().slice(0, 19)}Z)`
    this.#enqueue({ ...fold.input, note })
  }

  #enqueue(input: EventInput): void {
    if (this.#queue.length >= this.#options.maxQueued) {
      this.#deps.metrics.events.inc({ type: input.type, result: 'dropped' })
      return
    }
    this.#queue.push(input)
    this.#wake.resolve()
  }

  async #write(input: EventInput, signal: AbortSignal): Promise<void> {
    const { client, log, metrics } = this.#deps
    const answer = await client.create(events, this.#toEvent(input), { signal })
    metrics.events.inc({ type: input.type, result: answer.ok ? 'written' : 'failed' })
    if (!answer.ok) log.warn({ reason: input.reason, error: answer.error }, 'cannot write a Kubernetes Event')
  }

  #toEvent(input: EventInput) {
    const { clock } = this.#deps
    const { namespace = 'default', name } = input.regarding.metadata
    const now = clock.now()
    // client-go: <object>.<nanoseconds in hex>. The serial keeps two of one millisecond apart.
    const nanos = BigInt(now.getTime()) * 1_000_000n + BigInt(this.#serial++ % 1_000_000)
    return {
      apiVersion: apiVersionOf(events),
      kind: events.kind,
      metadata: { namespace, name: `${name.slice(0, 230)}.${nanos.toString(16)}` },
      eventTime: toMicroTime(now),
      reportingController: this.#options.controller,
      reportingInstance: this.#options.instance.slice(0, 128),
      action: input.action,
      reason: input.reason,
      regarding: referenceTo(input.regarding),
      ...(input.related === undefined ? {} : { related: referenceTo(input.related) }),
      note: cut(input.note, maxNoteBytes),
      type: input.type,
    }
  }
}

function foldKey({ regarding, type, reason, action, note }: EventInput): string {
  return JSON.stringify([regarding.metadata.uid, type, reason, action, note])
}

function referenceTo(object: KubeObject): ObjectReference {
  const { namespace, name, uid } = object.metadata
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    uid,
  }
}
