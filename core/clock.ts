/** Where time comes from. Injected everywhere, so that a test can step it and nothing waits for a wall clock. */
export interface Clock {
  /** The wall clock: for what people read and for cron; never for measuring how long something took. */
  now(): Date
  /** Milliseconds that only grow, from an arbitrary origin: for deadlines and durations. */
  monotonicMs(): number
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}
