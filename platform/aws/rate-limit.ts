import type { Operation } from '#core/aws-call.ts'
import type { Clock } from '#core/clock.ts'
import { RateBucket, type RateLimiter } from './rate-bucket.ts'
import { seedOf, type RateSeed } from './rate-seeds.ts'

/** What AWS counts calls by. */
export interface LimitKey {
  readonly accountId: string
  readonly region: string
  readonly operation: Operation
}

/** The rates of all accounts that a process looks at. */
export interface RateLimits {
  of(key: LimitKey): RateLimiter
  /** How many operations are remembered. */
  readonly size: number
}

const REMEMBERED = 10_000

/**
 * Token buckets that learn: each throttle cuts the rate (once for all calls that were under way together), each answer
 * raises it a little. One per process, so that the jobs of an account share what they learn; at most `remembered`
 * operations, of which those idle for longest are forgotten first (they start from their seed again).
 */
export function createRateLimits(deps: {
  readonly clock: Clock
  readonly seedOf?: (operation: Operation) => RateSeed
  readonly remembered?: number
}): RateLimits {
  const { clock, remembered = REMEMBERED } = deps
  const buckets = new Map<string, RateBucket>()

  const evict = (): void => {
    for (const [key, bucket] of buckets) {
      if (buckets.size <= remembered) return
      if (bucket.isIdle()) buckets.delete(key)
    }
  }

  return {
    of: ({ accountId, region, operation }) => {
      const key = `${accountId} ${region} ${operation}`
      const bucket = buckets.get(key) ?? new RateBucket(clock, (deps.seedOf ?? seedOf)(operation))
      // Put at the end: a Map iterates in order of insertion, so the first is the one not asked for longest.
      buckets.delete(key)
      buckets.set(key, bucket)
      if (buckets.size > remembered) evict()
      return bucket
    },
    get size() {
      return buckets.size
    },
  }
}
