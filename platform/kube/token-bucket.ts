/** A token bucket that is told the time: `ratePerSecond` on average, `burst` at once. */
export class TokenBucket {
  readonly #ratePerMs: number
  readonly #burst: number
  #tokens: number
  #at: number | undefined

  constructor(options: { readonly ratePerSecond: number; readonly burst: number }) {
    this.#ratePerMs = options.ratePerSecond / 1000
    this.#burst = options.burst
    this.#tokens = options.burst
  }

  /** Takes one token and says how long to wait before using it (0: at once). Tokens may be taken ahead of time. */
  reserveMs(nowMs: number): number {
    const elapsed = this.#at === undefined ? 0 : Math.max(0, nowMs - this.#at)
    this.#at = nowMs
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsed * this.#ratePerMs) - 1
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#ratePerMs
  }
}
