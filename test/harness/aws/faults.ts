import { z } from 'zod'
import type { Refusal } from './answer.ts'
import type { Call } from './call.ts'

/** What goes wrong. Zod's schema, because faults also arrive over the control endpoint. */
export const Fault = z.discriminatedUnion('kind', [
  /** An error of the service, in its own format. */
  z.object({
    kind: z.literal('error'),
    status: z.number().int(),
    code: z.string(),
    message: z.string().default('Injected'),
  }),
  /** The service's own throttling error. */
  z.object({ kind: z.literal('throttle') }),
  /** A denial by a policy that the caller's account cannot see, in AWS's words. */
  z.object({
    kind: z.literal('denied'),
    reason: z.string().default('with an explicit deny in a service control policy'),
  }),
  /** The real answer, later. */
  z.object({ kind: z.literal('delay'), ms: z.number() }),
  /** The connection is reset before anything was answered. */
  z.object({ kind: z.literal('reset') }),
  /** Nothing is answered, ever. */
  z.object({ kind: z.literal('hang') }),
  /** Half of the real answer, then the connection is reset. */
  z.object({ kind: z.literal('truncate') }),
  /** A complete answer that does not parse, such as a captive portal's page. */
  z.object({
    kind: z.literal('malformed'),
    body: z.string().default('<html><body>It works!</html>'),
    contentType: z.string().default('text/html'),
  }),
  /** An error although the call has had its effect. */
  z.object({
    kind: z.literal('late-error'),
    status: z.number().int().default(500),
    code: z.string().default('InternalFailure'),
    message: z.string().default('Injected'),
  }),
  /** STS speaks of another account: GetCallerIdentity says that the caller is of it, AssumeRole opens the role of the same name there. */
  z.object({ kind: z.literal('identity'), account: z.string() }),
])
export type Fault = z.infer<typeof Fault>

/** Which calls a fault hits: all fields given must fit. */
export const FaultRule = z.object({
  service: z.string().optional(),
  operation: z.string().optional(),
  region: z.string().optional(),
  account: z.string().optional(),
  bucket: z.string().optional(),
  /** Counting from 1 among the calls that fit. */
  nth: z.number().int().positive().optional(),
  /** At most so many hits; without it, every call that fits. */
  times: z.number().int().positive().optional(),
  /** Share of the calls that fit, drawn from a generator seeded with `seed`. */
  probability: z.number().min(0).max(1).optional(),
  seed: z.number().int().default(1),
  fault: Fault,
})
export type FaultRule = z.input<typeof FaultRule>

export interface ActiveFault {
  /** How many calls it has hit. */
  hits(): number
  remove(): void
}

export interface Faults {
  add(rule: FaultRule): ActiveFault
  clear(): void
  /** The first rule that hits the call. Counts it, so ask once per call. */
  next(call: Call, account: string): Fault | undefined
}

export function faults(): Faults {
  const active: { rule: z.infer<typeof FaultRule>; seen: number; hits: number; random: () => number }[] = []

  const hits = (entry: (typeof active)[number]): boolean => {
    const { rule } = entry
    if (rule.nth !== undefined && entry.seen !== rule.nth) return false
    if (rule.times !== undefined && entry.hits >= rule.times) return false
    return rule.probability === undefined || entry.random() < rule.probability
  }
  return {
    add: (input) => {
      const rule = FaultRule.parse(input)
      const entry = { rule, seen: 0, hits: 0, random: seededRandom(rule.seed) }
      active.push(entry)
      return {
        hits: () => entry.hits,
        remove: () => {
          const index = active.indexOf(entry)
          if (index >= 0) active.splice(index, 1)
        },
      }
    },
    clear: () => void active.splice(0),
    next: (call, account) => {
      for (const entry of active) {
        const { rule } = entry
        const fits =
          (rule.service ?? call.service) === call.service &&
          (rule.operation ?? call.operation) === call.operation &&
          (rule.region ?? call.region) === call.region &&
          (rule.account ?? account) === account &&
          (rule.bucket ?? call.bucket) === call.bucket
        if (!fits) continue
        entry.seen += 1
        if (!hits(entry)) continue
        entry.hits += 1
        return rule.fault
      }
      return undefined
    },
  }
}

const SLOW_DOWN: Refusal = { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' }
const THROTTLED: Readonly<Record<Call['protocol'], Refusal>> = {
  ec2: { status: 503, code: 'RequestLimitExceeded', message: 'Request limit exceeded.' },
  s3: SLOW_DOWN,
  s3control: SLOW_DOWN,
  query: { status: 400, code: 'Throttling', message: 'Rate exceeded' },
  json: { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' },
}

/** The service's own throttling error. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html */
export function throttled(call: Pick<Call, 'protocol'>): Refusal {
  return THROTTLED[call.protocol]
}

/** Mulberry32: enough for choosing calls, and the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
