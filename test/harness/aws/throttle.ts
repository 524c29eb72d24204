import { z } from 'zod'
import type { Call } from './call.ts'

/** A token bucket per (account, region, operation), as EC2 keeps them: 100 calls at once, then 20 a second. */
export const ThrottleRule = z.object({
  service: z.string().optional(),
  operation: z.string().optional(),
  capacity: z.number().positive().default(100),
  refillPerSecond: z.number().nonnegative().default(20),
})
export type ThrottleRule = z.input<typeof ThrottleRule>

export interface Throttle {
  set(rule: ThrottleRule): void
  clear(): void
  /** Whether a call may pass; takes its token. `now` is in milliseconds and must not go back. */
  admit(call: Pick<Call, 'service' | 'operation' | 'region'>, account: string, now: number): boolean
}

export function throttle(): Throttle {
  const rules: z.infer<typeof ThrottleRule>[] = []
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    set: (rule) => {
      rules.push(ThrottleRule.parse(rule))
      buckets.clear()
    },
    clear: () => {
      rules.splice(0)
      buckets.clear()
    },
    admit: ({ service, operation, region }, account, now) => {
      const rule = rules.find(
        (candidate) => (candidate.service ?? service) === service && (candidate.operation ?? operation) === operation,
      )
      if (rule === undefined) return true
      const key = `${account} ${region} ${service}:${operation}`
      const bucket = buckets.get(key) ?? { tokens: rule.capacity, at: now }
      const tokens = Math.min(rule.capacity, bucket.tokens + ((now - bucket.at) / 1000) * rule.refillPerSecond)
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now })
      return tokens >= 1
    },
  }
}
