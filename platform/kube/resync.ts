import type { Clock } from '#core/clock.ts'
import type { Random } from './backoff.ts'

/** Calls `resync` every `periodMs`, each time up to a tenth earlier or later, until `signal` aborts. */
export async function resyncEvery(options: {
  readonly periodMs: number
  readonly clock: Clock
  readonly random: Random
  readonly resync: () => void
  readonly signal: AbortSignal
}): Promise<void> {
  const { periodMs, clock, random, resync, signal } = options
  while (!signal.aborted) {
    try {
      await clock.sleep(periodMs * (0.9 + 0.2 * random()), signal)
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    resync()
  }
}
