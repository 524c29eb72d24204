import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'

/** As long as one stretch of judging may keep heartbeats and health checks waiting. */
const LONGEST_MS = 10

/**
 * Lets the event loop turn when the last time was 10 ms ago or more: `await` it between small pieces of work. It costs
 * one reading of the clock where it does nothing.
 */
export function yieldingEvery(clock: Clock, longestMs = LONGEST_MS): () => Promise<void> | undefined {
  let since = clock.monotonicMs()
  return () => {
    if (clock.monotonicMs() - since < longestMs) return undefined
    return turn().then(() => {
      since = clock.monotonicMs()
    })
  }
}
