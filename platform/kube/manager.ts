import type { KubeConfig } from '@kubernetes/client-node'
import type { Clock } from '#core/clock.ts'
import type { HealthCheck } from '#platform/http/health-check.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { Random } from './backoff.ts'
import type { IndexFunction } from './cache.ts'
import { KubeClient } from './client.ts'
import { Controller, type ControllerOptions } from './controller.ts'
import { EventRecorder } from './events.ts'
import { cachesCheck, createTimerWatchdog, servedCheck, workersCheck } from './health.ts'
import { Informer } from './informer.ts'
import { LeaderElector, type LeaderElectionOptions } from './leader-election.ts'
import type { KubeMetrics } from './metrics.ts'
import type { KubeObject } from './object.ts'
import type { ReflectorStatus } from './reflector.ts'
import { collectionPath, resourceName, type KubeResource } from './resource.ts'
import { resyncEvery } from './resync.ts'
import { StatusWriter } from './status.ts'

export interface ManagerOptions {
  /** Who writes Events and owns fields: `vedette.dev/operator`. */
  readonly component: string
  /** This process among its replicas: the pod's name. */
  readonly instance: string
  /** Absent: this process always leads (a test, a single local process). */
  readonly leaderElection?: LeaderElectionOptions
  /** Only this namespace is watched; absent: all. */
  readonly namespace?: string
  /** How often every object is reconciled without a reason; default 10 h, give or take a tenth. */
  readonly resyncMs?: number
  /** How long workers may take to finish at the end; default 30 s. */
  readonly gracefulStopMs?: number
  /** How long a leader waits for its caches before it gives up; default 2 min. */
  readonly cacheSyncTimeoutMs?: number
  /** Makes a write to a cached object throw: for tests. */
  readonly freezeCaches?: boolean
}

export interface ManagerDeps {
  /** A `PooledKubeConfig`, loaded. Whoever made it closes it. */
  readonly kubeConfig: KubeConfig
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: KubeMetrics
  readonly random?: Random
}

/**
 * How a manager ended. `lost-lease`: another replica may be at work already, so the process must end at once and without
 * cleaning up. `failed`: it could not go on; the error says why.
 */
export type ManagerEnd =
  | { readonly type: 'stopped' }
  | { readonly type: 'lost-lease' }
  | { readonly type: 'failed'; readonly error: Error }

export interface RunningManager {
  /** Never rejects. */
  readonly done: Promise<ManagerEnd>
  /** Stops the sources, lets workers finish, gives the lease away; resolves with `done`. Calling it again changes nothing. */
  stop(): Promise<ManagerEnd>
}

/** Work that is no reconcile: a NOTIFY listener, a periodic sweep. It ends when its signal aborts, and not before. */
export interface BackgroundTask {
  readonly name: string
  /** `leader`: only while this process leads. `always`: on standbys too. */
  readonly runs: 'leader' | 'always'
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** An informer or controller of whatever kind, as far as the manager itself deals with it. */
interface AnyInformer {
  readonly resource: KubeResource
  readonly status: ReflectorStatus
  run(signal: AbortSignal): Promise<void>
}
interface AnyController {
  readonly name: string
  prepare(): void
  synced(): Promise<void>
  run(signals: { readonly stop: AbortSignal; readonly abandon: AbortSignal }): Promise<void>
  resync(): number
  stuck(): string | undefined
}

/**
 * Puts the parts of an operator together: a client, one informer per kind, controllers, leader election, events.
 *
 * Caches are filled from the start, on standbys too, so that a new leader works at once. Controllers and leader tasks run
 * only while this process holds the lease. Declare everything, then call {@link start} once.
 */
export class Manager {
  readonly client: KubeClient
  readonly events: EventRecorder
  readonly #options: ManagerOptions
  readonly #deps: Required<ManagerDeps>
  readonly #informers = new Map<string, AnyInformer>()
  readonly #controllers: AnyController[] = []
  readonly #tasks: BackgroundTask[] = []
  readonly #elector: LeaderElector | undefined
  readonly #timers: ReturnType<typeof createTimerWatchdog>
  #running: Run | undefined

  constructor(options: ManagerOptions, deps: ManagerDeps) {
    this.#options = options
    this.#deps = { random: Math.random, ...deps }
    this.client = new KubeClient(this.#deps)
    this.#timers = createTimerWatchdog(deps.clock)
    // Events and the lease have budgets of their own: no burst of other calls may delay a renewal, nor events the rest.
    this.events = new EventRecorder(
      { controller: options.component, instance: options.instance },
      { ...this.#deps, client: new KubeClient({ ...this.#deps, ratePerSecond: 5, burst: 25 }) },
    )
    if (options.leaderElection !== undefined) {
      this.#elector = new LeaderElector(options.leaderElection, {
        ...this.#deps,
        client: new KubeClient({ ...this.#deps, ratePerSecond: 5, burst: 10 }),
      })
    }
  }

  /** The shared informer of a kind, made at first use. Indexes given later are added to it. */
  informer<T extends KubeObject>(
    resource: KubeResource<T>,
    indexes: Readonly<Record<string, IndexFunction<T>>> = {},
  ): Informer<T> {
    const key = collectionPath(resource)
    const known = this.#informers.get(key)
    if (known !== undefined) {
      // One kind has one type of object: whoever asked first described the same resource.
      const informer = known as Informer<T>
      informer.addIndexes(indexes)
      return informer
    }
    const { namespace, freezeCaches = false } = this.#options
    const informer = new Informer<T>(
      { resource, indexes, freeze: freezeCaches, ...(namespace === undefined ? {} : { namespace }) },
      { ...this.#deps, client: this.client },
    )
    this.#informers.set(key, informer)
    this.#running?.startInformer(informer)
    return informer
  }

  /** The writer of a kind's status. It forgets deleted objects by itself. */
  statusWriter<T extends KubeObject & { readonly status?: object }>(
    resource: KubeResource<T>,
    fieldManager: string,
  ): StatusWriter<T> {
    const writer = new StatusWriter(resource, { client: this.client, metrics: this.#deps.metrics, fieldManager })
    this.informer(resource).addHandler((event) => {
      if (event.type === 'delete') writer.forget(event.object.metadata.uid)
    })
    return writer
  }

  addController<T extends KubeObject>(options: ControllerOptions<T>): Controller<T> {
    const controller = new Controller(options, {
      informers: this,
      clock: this.#deps.clock,
      log: this.#deps.log,
      metrics: this.#deps.metrics,
      mayWork: () => this.isLeader(),
    })
    controller.prepare()
    this.#controllers.push(controller)
    return controller
  }

  addTask(task: BackgroundTask): void {
    this.#tasks.push(task)
  }

  isLeader(): boolean {
    return this.#elector === undefined || this.#elector.isLeader()
  }

  /** "Restart me" when one of these fails. */
  get healthz(): readonly HealthCheck[] {
    return [this.#timers.check, workersCheck(() => this.#controllers)]
  }

  /** "Not yet" when one of these fails. */
  get readyz(): readonly HealthCheck[] {
    return [cachesCheck(() => this.#informers.values()), servedCheck(() => this.#informers.values())]
  }

  /** Starts everything. Once per manager. */
  start(): RunningManager {
    if (this.#running !== undefined) throw new Error('the manager has been started already')
    const run = new Run({
      options: this.#options,
      deps: this.#deps,
      elector: this.#elector,
      controllers: this.#controllers,
      tasks: this.#tasks,
    })
    this.#running = run
    for (const informer of this.#informers.values()) run.startInformer(informer)
    run.startBackground('events', (signal) => this.events.run(signal))
    run.startBackground('timers', (signal) => this.#timers.run(signal))
    return { done: run.done, stop: async () => run.stop() }
  }
}

interface RunParts {
  readonly options: ManagerOptions
  readonly deps: Required<ManagerDeps>
  readonly elector: LeaderElector | undefined
  readonly controllers: readonly AnyController[]
  readonly tasks: readonly BackgroundTask[]
}

/**
 * One life of a manager. Three signals, from gentle to hard: `stop` ends the sources of work, `abandon` ends the work
 * itself, `end` ends what everything else needs (watches, events, the renewal of the lease).
 */
class Run {
  readonly done: Promise<ManagerEnd>
  readonly #stop = new AbortController()
  readonly #abandon = new AbortController()
  readonly #end = new AbortController()
  readonly #failure = Promise.withResolvers<ManagerEnd>()
  readonly #background: Promise<void>[] = []
  readonly #parts: RunParts

  constructor(parts: RunParts) {
    this.#parts = parts
    this.done = this.#live()
  }

  startInformer(informer: AnyInformer): void {
    this.startBackground(`watch of ${resourceName(informer.resource)}`, (signal) => informer.run(signal))
  }

  /** Runs until the very end; a rejection is a defect and ends the manager. */
  startBackground(name: string, run: (signal: AbortSignal) => Promise<void>): void {
    this.#background.push(this.#guard(name, () => run(this.#end.signal)))
  }

  async stop(): Promise<ManagerEnd> {
    this.#stop.abort(new Error('the manager was stopped'))
    return this.done
  }

  async #live(): Promise<ManagerEnd> {
    // What `start` does after the constructor belongs to the same moment.
    await Promise.resolve()
    const { tasks, elector } = this.#parts
    const always = tasks.filter(({ runs }) => runs === 'always').map((task) => this.#runTask(task))
    const end = await Promise.race([this.#lead(), this.#failure.promise])
    if (end.type === 'lost-lease') {
      this.#abandon.abort(new Error('the lease is lost'))
    }
    this.#stop.abort(new Error('the manager ends'))
    if (end.type === 'stopped') {
      await Promise.all(always)
      this.#end.abort(new Error('the manager has stopped'))
      await Promise.all(this.#background)
      await elector?.release(AbortSignal.timeout(3000)).catch(() => undefined)
    } else {
      this.#abandon.abort(new Error('the manager has failed'))
      this.#end.abort(new Error('the manager has failed'))
    }
    return end
  }

  async #lead(): Promise<ManagerEnd> {
    const { elector } = this.#parts
    const { signal } = this.#stop
    try {
      await elector?.acquire(signal)
    } catch (error) {
      if (signal.aborted) return { type: 'stopped' }
      return { type: 'failed', error: toError(error) }
    }
    const lost = Promise.withResolvers<ManagerEnd>()
    if (elector !== undefined) {
      this.startBackground('lease', async (end) => {
        if ((await elector.hold(end)) === 'lost') lost.resolve({ type: 'lost-lease' })
      })
    }
    return Promise.race([lost.promise, this.#work()])
  }

  /** Controllers and leader tasks, from synced caches to the last worker. */
  async #work(): Promise<ManagerEnd> {
    const { controllers, tasks, options, deps } = this.#parts
    const stop = this.#stop.signal
    const missing = await this.#awaitCaches()
    if (missing !== undefined) return { type: 'failed', error: missing }
    if (stop.aborted) return { type: 'stopped' }

    const work = [
      ...controllers.map((controller) =>
        this.#guard(`controller ${controller.name}`, () => controller.run({ stop, abandon: this.#abandon.signal })),
      ),
      ...tasks.filter(({ runs }) => runs === 'leader').map((task) => this.#runTask(task)),
      resyncEvery({
        periodMs: options.resyncMs ?? 36_000_000,
        clock: deps.clock,
        random: deps.random,
        signal: stop,
        resync: () => {
          for (const controller of controllers) {
            deps.log.info({ controller: controller.name, objects: controller.resync() }, 'reconciling every object')
          }
        },
      }),
    ]
    const over = Promise.all(work).then((): ManagerEnd => ({ type: 'stopped' }))
    return Promise.race([over, this.#patience()])
  }

  /** After `stop`: the grace period, then the hard signal, then a little more; then the work has not stopped. */
  async #patience(): Promise<ManagerEnd> {
    const { options, deps } = this.#parts
    const graceMs = options.gracefulStopMs ?? 30_000
    await aborted(this.#stop.signal)
    try {
      await deps.clock.sleep(graceMs, this.#end.signal)
      deps.log.warn({ graceMs }, 'workers are still busy after the grace period: ending their reconciles')
      this.#abandon.abort(new Error(`not finished within the ${graceMs} ms that a stop may take`))
      await deps.clock.sleep(5000, this.#end.signal)
    } catch (error) {
      if (!this.#end.signal.aborted) throw error
    }
    // The lease is not given away: what still runs may still write.
    return { type: 'failed', error: new Error('some work ignored the end of the process and was left behind') }
  }

  async #awaitCaches(): Promise<Error | undefined> {
    const { controllers, options, deps } = this.#parts
    const timeoutMs = options.cacheSyncTimeoutMs ?? 120_000
    const over = new AbortController()
    const timeout = deps.clock.sleep(timeoutMs, over.signal).then(
      () => new Error(`the caches were not filled within ${timeoutMs} ms: see what /readyz says about them`),
      () => undefined,
    )
    const synced = Promise.all(controllers.map((controller) => controller.synced())).then(() => undefined)
    const outcome = await Promise.race([synced, timeout, aborted(this.#stop.signal)])
    over.abort()
    return outcome ?? undefined
  }

  async #runTask(task: BackgroundTask): Promise<void> {
    const { signal } = this.#stop
    await this.#guard(task.name, () => task.run(signal))
    if (!signal.aborted) this.#fail(task.name, new Error('it ended although nobody asked it to'))
  }

  async #guard(name: string, run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fail(name, toError(error))
      else this.#parts.deps.log.warn({ part: name, error: toError(error) }, 'failed while stopping')
    }
  }

  #fail(name: string, cause: Error): void {
    this.#failure.resolve({ type: 'failed', error: new Error(`${name} failed: ${cause.message}`, { cause }) })
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('something that is no error was thrown', { cause: error })
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}
