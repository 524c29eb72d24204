import type { LeaderElector } from './leader-election.ts'
import type { BackgroundTask, ManagerDeps, ManagerEnd, ManagerOptions } from './manager.ts'
import type { ReflectorStatus } from './reflector.ts'
import { resourceName, type KubeResource } from './resource.ts'
import { resyncEvery } from './resync.ts'

/** An informer or controller of whatever kind, as far as the manager itself deals with it. */
export interface AnyInformer {
  readonly resource: KubeResource
  readonly status: ReflectorStatus
  run(signal: AbortSignal): Promise<void>
}
export interface AnyController {
  readonly name: string
  prepare(): void
  synced(): Promise<void>
  run(signals: { readonly stop: AbortSignal; readonly abandon: AbortSignal }): Promise<void>
  resync(): number
  stuck(): string | undefined
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
export class ManagerRun {
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
