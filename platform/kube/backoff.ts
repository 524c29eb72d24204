import type { Clock } from '#core/clock.ts'

/** A number from 0 (inclusive) to 1 (exclusive). `Math.random` in a process, a constant in a test. */
export type Random = () => number

/** The duration stretched by up to `factor` times itself: `jitter(10, 1)` lies between 10 and 20. */
export function jitter(durationMs: number, factor: number, random: Random): number {
  return durationMs * (1 + factor * random())
}

/**
 * How long to wait after each failure in a row: from `initialMs`, doubled up to `maxMs`, each stretched by up to
 * `jitterFactor`. It starts over when there was nothing to wait for in `resetAfterMs`.
 * Defaults are those of client-go's reflector (tools/cache/reflector.go: 800 ms, 30 s, 2 min, factor 2, jitter 1).
 */
export class Backoff {
  readonly #clock: Clock
  readonly #random: Random
  readonly #initialMs: number
  readonly #maxMs: number
  readonly #resetAfterMs: number
  readonly #jitterFactor: number
  #nextMs: number
  #lastAt: number | undefined

  constructor(options: {
    readonly clock: Clock
    readonly random: Random
    readonly initialMs?: number
    readonly maxMs?: number
    readonly resetAfterMs?: number
    readonly jitterFactor?: number
  }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#initialMs = options.initialMs ?? 800
    this.#maxMs = options.maxMs ?? 30_000
    this.#resetAfterMs = options.resetAfterMs ?? 120_000
    this.#jitterFactor = options.jitterFactor ?? 1
    this.#nextMs = this.#initialMs
  }

  nextDelayMs(): number {
    const now = this.#clock.monotonicMs()
    if (this.#lastAt !== undefined && now - this.#lastAt > this.#resetAfterMs) this.#nextMs = this.#initialMs
    const delay = jitter(this.#nextMs, this.#jitterFactor, this.#random)
    // Counted from the end of the wait, or a wait longer than `resetAfterMs` would reset itself.
    this.#lastAt = now + delay
    this.#nextMs = Math.min(this.#maxMs, this.#nextMs * 2)
    return delay
  }

  reset(): void {
    this.#nextMs = this.#initialMs
  }
}
