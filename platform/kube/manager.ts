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
import { ManagerRun, type AnyController, type AnyInformer } from './manager-run.ts'
import type { KubeMetrics } from './metrics.ts'
import type { KubeObject } from './object.ts'
import { collectionPath, type KubeResource } from './resource.ts'
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
  #running: ManagerRun | undefined

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
    const run = new ManagerRun({
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
