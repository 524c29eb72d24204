import type { Clock } from '#core/clock.ts'
import type { RateSeed } from './rate-seeds.ts'

/** The right to make one call, from the moment `at` (monotonic milliseconds). */
export interface Permit {
  readonly at: number
}

/** One operation of one account in one region. */
export interface RateLimiter {
  /**
   * Waits for its turn: first come, first served, calls that were throttled before all others. Rejects with the
   * signal's reason when it aborts, and then takes nothing.
   */
  take(signal: AbortSignal, options?: { readonly again?: boolean }): Promise<Permit>
  /** AWS answered, whatever it was: the rate grows a little. */
  answered(permit: Permit): void
  /** AWS throttled the call: nothing is sent until the bucket has refilled, and it refills slower from now on. */
  throttled(permit: Permit): void
}

/** What a throttle leaves of the rate. */
const CUT = 0.7
/** The slowest it gets, as a share of the seed. */
const FLOOR = 1 / 20
/** What a second of answers at full speed gives back, as a share of the seed. */
const GROWTH_PER_SECOND = 1 / 20
/** Fractions of tokens add up to a little less than one. */
const ONE = 1 - 1e-9

interface Waiter {
  readonly admit: (permit: Permit) => void
  readonly refuse: (reason: unknown) => void
}

/** A token bucket whose rate rises additively and is cut multiplicatively (AIMD). */
export class RateBucket implements RateLimiter {
  readonly #clock: Clock
  readonly #seed: RateSeed
  #rate: number
  #tokens: number
  #refilledAt: number
  #cutAt = -Infinity
  /** Calls that were throttled and wait to be made again, then all others; each first come, first served. */
  readonly #again = new Set<Waiter>()
  readonly #fresh = new Set<Waiter>()
  /** Ends the pump's sleep once nobody waits any more. */
  #pump: AbortController | undefined

  constructor(clock: Clock, seed: RateSeed) {
    this.#clock = clock
    this.#seed = seed
    this.#rate = seed.perSecond
    this.#tokens = seed.burst
    this.#refilledAt = clock.monotonicMs()
  }

  /** Calls per second at present. */
  get rate(): number {
    return this.#rate
  }

  /** Nobody waits, and forgetting it would allow no more than remembering it. */
  isIdle(): boolean {
    this.#refill()
    return this.#waiting() === 0 && this.#tokens >= this.#capacity() && this.#rate >= this.#seed.perSecond
  }

  take(signal: AbortSignal, { again = false }: { readonly again?: boolean } = {}): Promise<Permit> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(asError(signal.reason))
        return
      }
      this.#refill()
      if (this.#waiting() === 0 && this.#tokens >= ONE) {
        resolve(this.#spend())
        return
      }
      const queue = again ? this.#again : this.#fresh
      const leave = (): void => {
        queue.delete(waiter)
        signal.removeEventListener('abort', onAbort)
      }
      const onAbort = (): void => {
        waiter.refuse(signal.reason)
        if (this.#waiting() === 0) this.#pump?.abort()
      }
      const waiter: Waiter = {
        admit: (permit) => {
          leave()
          resolve(permit)
        },
        refuse: (reason) => {
          leave()
          reject(asError(reason))
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      queue.add(waiter)
      if (this.#pump === undefined) void this.#admitWaiters()
    })
  }

  answered(permit: Permit): void {
    if (permit.at <= this.#cutAt) return
    this.#refill()
    // Beyond the seed only while the limit is felt: answers to a trickle of calls prove nothing.
    if (this.#rate >= this.#seed.perSecond && this.#tokens >= ONE) return
    const perAnswer = (this.#seed.perSecond * GROWTH_PER_SECOND) / this.#rate
    this.#rate = Math.min(Math.max(this.#seed.ceiling, this.#seed.perSecond), this.#rate + perAnswer)
  }

  throttled(permit: Permit): void {
    this.#refill()
    this.#tokens = Math.min(this.#tokens, 0)
    // What was sent before the last cut says nothing about the rate since.
    if (permit.at <= this.#cutAt) return
    this.#cutAt = this.#clock.monotonicMs()
    this.#rate = Math.max(this.#seed.perSecond * FLOOR, this.#rate * CUT)
  }

  async #admitWaiters(): Promise<void> {
    for (;;) {
      const waiter = first(this.#again) ?? first(this.#fresh)
      if (waiter === undefined) break
      this.#refill()
      if (this.#tokens >= ONE) waiter.admit(this.#spend())
      else await this.#sleep(Math.ceil(((1 - this.#tokens) / this.#rate) * 1000))
    }
    this.#pump = undefined
  }

  async #sleep(ms: number): Promise<void> {
    const pump = new AbortController()
    this.#pump = pump
    try {
      await this.#clock.sleep(ms, pump.signal)
    } catch (error) {
      if (pump.signal.aborted) return
      for (const waiter of [...this.#again, ...this.#fresh]) waiter.refuse(error)
    }
  }

  #waiting(): number {
    return this.#again.size + this.#fresh.size
  }

  #spend(): Permit {
    this.#tokens -= 1
    return { at: this.#clock.monotonicMs() }
  }

  #refill(): void {
    const now = this.#clock.monotonicMs()
    const earned = (Math.max(0, now - this.#refilledAt) / 1000) * this.#rate
    this.#tokens = Math.min(this.#capacity(), this.#tokens + earned)
    this.#refilledAt = now
  }

  /** A service that is slower than thought also takes fewer calls at once. */
  #capacity(): number {
    return Math.max(1, this.#seed.burst * Math.min(1, this.#rate / this.#seed.perSecond))
  }
}

function first<T>(values: ReadonlySet<T>): T | undefined {
  for (const value of values) return value
  return undefined
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}
