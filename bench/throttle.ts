import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { appendFile, mkdir } from 'node:fs/promises'
import type { CallOutcome } from '#platform/aws/call-metrics.ts'
import { createRateLimits } from '#platform/aws/rate-limit.ts'
import { buildSessionPolicy } from '#platform/aws/session-policy.ts'
import { assumeRole, proveIdentity, type SessionDeps } from '#platform/aws/session.ts'
import { createAwsCalls } from '#platform/aws/transport.ts'
import { createLogger } from '#platform/log/logger.ts'
import { systemClock } from '#platform/system-clock.ts'
import { startReplayProcess } from '#test/harness/aws/replay.ts'

/*
 * Do 600 calls get through EC2's limit (100 at once, then 20 a second) without one lost, hardly one throttled, and
 * hardly later than the limit itself allows? SDK v3's own retries lose 439 of them.
 *
 *   node bench/throttle.ts          prints one JSON line, appends it to bench/results/throttle.jsonl
 *
 * Exit code 1: a bound is broken.
 */

const calls = 600
const bucket = { capacity: 100, refillPerSecond: 20 }
const latencyMs = 50
const bounds = { lost: 0, throttledShare: 0.01, wallRatio: 1.1 } as const
const accountId = '111122223333'
const operation = 'ec2:DescribeInstances'

interface Driven {
  readonly answered: number
  readonly wallMs: number
}

/** Makes the calls one way or another; the server counts what arrived. */
type Driver = (endpoint: string) => Promise<Driven>

const say = (line: string) => console.error(`bench throttle: ${line}`)

const result = await measure('transport', throughTransport)
const line = JSON.stringify(result)
console.log(line)
const folder = new URL('./results/', import.meta.url)
await mkdir(folder, { recursive: true })
await appendFile(new URL('throttle.jsonl', folder), `${line}\n`)
process.exitCode = result.ok ? 0 : 1

async function measure(through: string, drive: Driver) {
  const replay = await startReplayProcess({ bucket, latencyMs, instancesPerRegion: 5 })
  try {
    const idealMs = ((calls - bucket.capacity) / bucket.refillPerSecond) * 1000
    say(`${calls} calls through the ${through}; the limit allows ${idealMs / 1000} s at best`)
    const { answered, wallMs } = await drive(replay.url)
    const { operations, maxInFlight } = await replay.counts()
    const { calls: sent = 0, throttled = 0 } = operations[operation] ?? {}
    const lost = calls - answered
    const wallRatio = round(wallMs / idealMs)
    const throttledShare = round(throttled / calls)
    return {
      bench: 'throttle',
      at: new Date().toISOString(),
      node: process.version,
      through,
      calls,
      sent,
      throttled,
      throttledShare,
      lost,
      maxInFlight,
      wallMs: Math.round(wallMs),
      idealMs,
      wallRatio,
      bounds,
      ok: lost <= bounds.lost && throttledShare <= bounds.throttledShare && wallRatio <= bounds.wallRatio,
    }
  } finally {
    await replay.stop()
  }
}

/** As a job calls AWS: through the role, with clients and limits of its own; all calls are wanted at once. */
async function throughTransport(endpoint: string): Promise<Driven> {
  const outcomes = new Map<CallOutcome, number>()
  const own = { accessKeyId: 'ASIAREPLAY', secretAccessKey: 'replay', sessionToken: 'replay' }
  const deps: SessionDeps = {
    baseCredentials: () => Promise.resolve(own),
    region: 'eu-central-1',
    endpoint,
    clock: systemClock,
    limits: createRateLimits({ clock: systemClock }),
    calls: { inc: ({ outcome }) => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1) },
    log: createLogger({ process: 'bench', level: 'warn', destination: { write: say } }),
    signal: new AbortController().signal,
  }
  const policy = buildSessionPolicy({ partition: 'aws', actions: [operation] })
  if (policy.kind !== 'ok') throw new Error(`no session policy: ${JSON.stringify(policy)}`)
  const assumed = await assumeRole(deps, {
    roleArn: `arn:aws:iam::${accountId}:role/Reader`,
    externalId: 'bench',
    sessionName: 'vedette-bench',
    sessionPolicy: policy.policy,
  })
  if (assumed.kind !== 'ok') throw new Error(`the role was not assumed: ${JSON.stringify(assumed)}`)
  const { session } = assumed
  const aws = createAwsCalls({
    ...deps,
    accountId,
    partition: 'aws',
    credentials: session.credentials,
    actionOf: (name) => name,
  })
  try {
    const identity = await proveIdentity(aws)
    if (identity.kind !== 'proven') throw new Error(`the identity is not proven: ${JSON.stringify(identity)}`)
    const started = systemClock.monotonicMs()
    const answers = await Promise.all(
      Array.from({ length: calls }, () => aws.call(operation, new DescribeInstancesCommand({ MaxResults: 5 }))),
    )
    const wallMs = systemClock.monotonicMs() - started
    say(`outcomes: ${JSON.stringify(Object.fromEntries(outcomes))}`)
    return { answered: answers.filter(({ ok }) => ok).length, wallMs }
  } finally {
    aws.destroy()
    session.destroy()
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
