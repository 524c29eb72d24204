import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import { jitter, type Random } from './backoff.ts'
import type { CallOptions, KubeClient } from './client.ts'
import { isAlreadyExists, isConflict, isNotFound, type KubeError } from './kube-error.ts'
import { heldSpec, leases, releasedSpec, type Lease } from './lease.ts'
import type { KubeMetrics } from './metrics.ts'
import { apiVersionOf } from './resource.ts'

export interface LeaderElectionOptions {
  readonly namespace: string
  readonly name: string
  /** Unique per process and start: the pod's name and something random. */
  readonly identity: string
  /** How long the others wait without a renewal before they take over; default 15 s. */
  readonly leaseDurationMs?: number
  /** How long the holder tries to renew before it gives up; default 10 s. Shorter than the lease. */
  readonly renewDeadlineMs?: number
  /** How often either tries; default 2 s. */
  readonly retryPeriodMs?: number
}

export interface LeaderElectionDeps {
  /** One of its own, so that no burst of other calls delays a renewal. */
  readonly client: KubeClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: KubeMetrics
}

const retryJitter = 1.2

/**
 * Leader election on a Lease, by the rules of client-go tools/leaderelection.
 *
 * Clocks of two machines are never compared: a lease counts as alive for its duration after *this* process saw it
 * change, on the monotonic clock. Every write names the resource version it was decided on. It does not promise that
 * there is only one leader (a process that is stopped and woken believes for a moment that it still is one); writes that
 * must not happen twice need a guard of their own.
 */
export class LeaderElector {
  readonly #options: Required<LeaderElectionOptions>
  readonly #deps: LeaderElectionDeps
  /** The lease as last seen, and when it was seen to differ from before. */
  #observed: { readonly lease: Lease; readonly at: number } | undefined
  #renewedAt: number | undefined

  constructor(options: LeaderElectionOptions, deps: LeaderElectionDeps) {
    this.#options = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000, ...options }
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = this.#options
    if (renewDeadlineMs >= leaseDurationMs || retryPeriodMs * retryJitter >= renewDeadlineMs) {
      throw new Error(
        `leader election needs retry period × ${retryJitter} < renew deadline < lease duration, ` +
          `not ${retryPeriodMs}, ${renewDeadlineMs} and ${leaseDurationMs} ms`,
      )
    }
    this.#deps = deps
    this.#show(0)
  }

  /** Whether this process holds a lease that no other can have taken: renewed less than a lease's duration ago. */
  isLeader(): boolean {
    if (this.#renewedAt === undefined) return false
    return this.#deps.clock.monotonicMs() - this.#renewedAt < this.#options.leaseDurationMs
  }

  /** Who holds the lease, as far as is known; empty when nobody does. */
  get holder(): string {
    return this.#observed?.lease.spec?.holderIdentity ?? ''
  }

  /** Waits until this process is the leader. Rejects with the signal's reason when it aborts first. */
  async acquire(signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#deps
    log.info({ lease: this.#lease, identity: this.#options.identity }, 'waiting for the lease')
    for (;;) {
      if (await this.#tryOnce(signal)) break
      await clock.sleep(jitter(this.#options.retryPeriodMs, retryJitter, random), signal)
    }
    this.#show(1)
    log.info({ lease: this.#lease, identity: this.#options.identity }, 'became leader')
  }

  /**
   * Renews the lease until it cannot be renewed within the deadline, or somebody else has it: resolves with `lost`.
   * Resolves with `stopped` when `signal` aborts; the lease is then still held, see {@link release}.
   */
  async hold(signal: AbortSignal): Promise<'lost' | 'stopped'> {
    const { clock, log } = this.#deps
    const { renewDeadlineMs, retryPeriodMs } = this.#options
    try {
      for (;;) {
        await clock.sleep(retryPeriodMs, signal)
        const leftMs = (this.#renewedAt ?? 0) + renewDeadlineMs - clock.monotonicMs()
        // A call that began in time and has not ended by the deadline does not count: others may be about to take over.
        const renewed = leftMs > 0 && (await this.#tryOnce(signal, leftMs))
        if (renewed) continue
        const overdueMs = clock.monotonicMs() - (this.#renewedAt ?? 0)
        const isTaken = this.holder !== this.#options.identity
        if (isTaken || overdueMs >= renewDeadlineMs) {
          log.error({ lease: this.#lease, holder: this.holder, overdueMs: Math.round(overdueMs) }, 'lost the lease')
          break
        }
      }
    } catch (error) {
      if (signal.aborted) return 'stopped'
      throw error
    } finally {
      if (!signal.aborted) this.#forget()
    }
    return 'lost'
  }

  /** Gives the lease away, so that another replica need not wait for it to run out. Best effort, within two seconds. */
  async release(signal: AbortSignal): Promise<void> {
    const { log } = this.#deps
    const observed = this.#observed
    this.#forget()
    if (observed === undefined) return
    const outcome = await this.#giveAway(observed.lease, { signal, timeoutMs: 2000 })
    if (outcome === 'released') log.info({ lease: this.#lease }, 'released the lease')
    else if (outcome !== 'not-ours')
      log.warn({ lease: this.#lease, error: outcome }, 'cannot release the lease: the next leader has to wait')
  }

  async #giveAway(lease: Lease, call: CallOptions): Promise<'released' | 'not-ours' | KubeError> {
    const { client, clock } = this.#deps
    const { namespace, name, identity } = this.#options
    if (lease.spec?.holderIdentity !== identity) return 'not-ours'
    const answer = await client.replace(leases, this.#draft(lease, releasedSpec(lease.spec, clock.now())), call)
    if (answer.ok) return 'released'
    if (!isConflict(answer.error)) return answer.error
    // The answer to the last renewal was not waited for.
    const current = await client.get(leases, { namespace, name }, call)
    return current.ok ? this.#giveAway(current.value, call) : current.error
  }

  async #tryOnce(signal: AbortSignal, withinMs = this.#options.renewDeadlineMs): Promise<boolean> {
    const { client, clock } = this.#deps
    const call = { signal, timeoutMs: Math.min(withinMs, this.#options.renewDeadlineMs / 2), retry: false }
    // As the holder, what was last seen is what is there, unless somebody took it: no need to read first.
    if (this.isLeader() && this.#observed !== undefined) {
      const outcome = await this.#write(this.#observed.lease, call)
      if (outcome !== 'conflict') return outcome === 'written'
    }
    const { namespace, name } = this.#options
    const current = await client.get(leases, { namespace, name }, call)
    if (!current.ok) {
      if (isNotFound(current.error)) return this.#create(call)
      this.#complain(current.error)
      return false
    }
    this.#observe(current.value)
    const { holderIdentity = '', leaseDurationSeconds = 0 } = current.value.spec ?? {}
    const observedAt = this.#observed?.at ?? clock.monotonicMs()
    const isAlive = holderIdentity !== '' && observedAt + leaseDurationSeconds * 1000 > clock.monotonicMs()
    if (isAlive && holderIdentity !== this.#options.identity) return false
    return (await this.#write(current.value, call)) === 'written'
  }

  async #create(call: CallOptions): Promise<boolean> {
    const { client, clock } = this.#deps
    const { namespace, name } = this.#options
    const startedAt = clock.monotonicMs()
    const created = await client.create(
      leases,
      {
        apiVersion: apiVersionOf(leases),
        kind: leases.kind,
        metadata: { namespace, name },
        spec: this.#heldSpec(undefined),
      },
      call,
    )
    if (created.ok) return this.#won(created.value, startedAt)
    if (!isAlreadyExists(created.error)) this.#complain(created.error)
    return false
  }

  async #write(current: Lease, call: CallOptions): Promise<'written' | 'conflict' | 'failed'> {
    const startedAt = this.#deps.clock.monotonicMs()
    const answer = await this.#deps.client.replace(leases, this.#draft(current, this.#heldSpec(current)), call)
    if (answer.ok) {
      this.#won(answer.value, startedAt)
      return 'written'
    }
    if (isConflict(answer.error) || isNotFound(answer.error)) return 'conflict'
    this.#complain(answer.error)
    return 'failed'
  }

  /** The lease runs from when the call began: the server may have written it then. */
  #won(lease: Lease, startedAt: number): true {
    this.#observed = { lease, at: startedAt }
    this.#renewedAt = startedAt
    return true
  }

  #observe(lease: Lease): void {
    if (this.#observed?.lease.metadata.resourceVersion === lease.metadata.resourceVersion) return
    this.#observed = { lease, at: this.#deps.clock.monotonicMs() }
  }

  #heldSpec(current: Lease | undefined) {
    const { identity, leaseDurationMs } = this.#options
    return heldSpec(current?.spec, { identity, durationMs: leaseDurationMs, now: this.#deps.clock.now() })
  }

  #draft(current: Lease, spec: Lease['spec'] & object) {
    const { namespace, name } = this.#options
    const { uid, resourceVersion, labels, annotations } = current.metadata
    return {
      apiVersion: apiVersionOf(leases),
      kind: leases.kind,
      metadata: {
        namespace,
        name,
        uid,
        resourceVersion,
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
      },
      spec,
    }
  }

  #forget(): void {
    this.#renewedAt = undefined
    this.#show(0)
  }

  #show(value: 0 | 1): void {
    this.#deps.metrics.leader.set({ name: this.#options.name }, value)
  }

  #complain(error: KubeError): void {
    this.#deps.log.warn({ lease: this.#lease, error }, 'cannot read or write the lease: trying again')
  }

  get #lease(): string {
    return `${this.#options.namespace}/${this.#options.name}`
  }
}
