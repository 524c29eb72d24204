import type { Answer, Failure, Operation } from '#core/aws-call.ts'
import type { Clock } from '#core/clock.ts'
import type { Logger } from '../log/logger.ts'
import type { CallCounter, CallOutcome } from './call-metrics.ts'
import { FailureError, failureOf } from './failure.ts'
import type { Permit } from './rate-bucket.ts'
import type { RateLimits } from './rate-limit.ts'

/** Transport faults, 5xx and connections that break: one call and three more. */
const RETRIES = 3
const RETRY_FIRST_MS = 200
const RETRY_LONGEST_MS = 5_000
const THROTTLE_FIRST_MS = 500
const THROTTLE_LONGEST_MS = 20_000
/** How long a call that was throttled goes on trying, and how often at least: among many, its turn comes seldom. */
const THROTTLE_BUDGET_MS = 120_000
const THROTTLED_ATTEMPTS = 10

export interface CallDeps {
  /** Whose rate limits count the calls. */
  readonly accountId: string
  /** The IAM action of an operation, for denials that do not name it. */
  readonly actionOf: (operation: Operation) => string
  readonly clock: Clock
  readonly limits: RateLimits
  readonly calls: CallCounter
  readonly log: Logger
  readonly signal: AbortSignal
  /** Milliseconds from a call's first throttle until it may be given up, after ten attempts; default two minutes. */
  readonly throttleBudgetMs?: number
  readonly random?: () => number
}

export interface Call<O> {
  readonly operation: Operation
  readonly region: string
  /** Makes one attempt. */
  readonly send: () => Promise<O>
  /** Asked once about a failure that is neither throttling nor a transport fault: whether another attempt may do better. */
  readonly recover?: (failure: Failure, error: unknown) => Promise<boolean>
}

/**
 * Makes a call until there is an answer, and counts each attempt. Each waits for its turn; throttled attempts are made
 * again at the lowered rate for two minutes and ten attempts, transport faults three times with growing pauses, everything else not
 * at all. A failure is a value; only an abort throws, with the signal's reason.
 */
export async function callUntilAnswered<O>(deps: CallDeps, call: Call<O>): Promise<Answer<O>> {
  const { clock, signal } = deps
  const { operation } = call
  const limiter = deps.limits.of({ accountId: deps.accountId, region: call.region, operation })
  const count = (outcome: CallOutcome): void => countCall(deps.calls, operation, outcome)
  const pause = (attempt: number, firstMs: number, longestMs: number): Promise<void> =>
    clock.sleep((deps.random ?? Math.random)() * Math.min(longestMs, firstMs * 2 ** attempt), signal)

  let throttles = 0
  let throttledSince = 0
  let faults = 0
  let mayRecover = call.recover !== undefined
  for (;;) {
    const permit: Permit = await limiter.take(signal, { again: throttles + faults > 0 })
    let error: unknown
    try {
      const value = await call.send()
      limiter.answered(permit)
      count('ok')
      return { ok: true, value }
    } catch (thrown) {
      error = thrown
    }
    if (signal.aborted) {
      count('aborted')
      signal.throwIfAborted()
    }
    const failure = failureOf(error, operation, deps.actionOf)
    if (error instanceof FailureError) {
      // The role could not be assumed again, after all that was tried there: nothing was sent here.
      count('lost')
      return { ok: false, failure }
    }

    if (failure.category === 'throttled') {
      limiter.throttled(permit)
      if (throttles === 0) throttledSince = clock.monotonicMs()
      const isSpent = clock.monotonicMs() - throttledSince >= (deps.throttleBudgetMs ?? THROTTLE_BUDGET_MS)
      if (isSpent && throttles + 1 >= THROTTLED_ATTEMPTS) {
        count('lost')
        return { ok: false, failure }
      }
      count('throttled')
      await pause(throttles, THROTTLE_FIRST_MS, THROTTLE_LONGEST_MS)
      throttles += 1
      continue
    }
    limiter.answered(permit)
    if (failure.category === 'transient') {
      if (faults === RETRIES) {
        count('lost')
        return { ok: false, failure }
      }
      count('retried')
      await pause(faults, RETRY_FIRST_MS, RETRY_LONGEST_MS)
      faults += 1
      continue
    }
    if (mayRecover && (await call.recover?.(failure, error)) === true) {
      mayRecover = false
      count('retried')
      continue
    }
    count(outcomeOf(failure))
    report(deps.log, failure)
    return { ok: false, failure }
  }
}

function outcomeOf({ category }: Failure): CallOutcome {
  if (category === 'access_denied') return 'denied'
  return category === 'absent_config' ? 'ok' : 'failed'
}

function countCall(calls: CallCounter, operation: Operation, outcome: CallOutcome): void {
  const [service = '', name = ''] = operation.split(':')
  calls.inc({ service, operation: name, outcome })
}

/** Failures reach people as reasons of gaps. Two kinds are ours to mend, so they are logged as well. */
function report(log: Logger, failure: Failure): void {
  const { operation, code, requestId, reason } = failure
  if (reason.kind === 'denied' && reason.by === 'session_policy') {
    log.error(
      { operation, action: reason.action, requestId },
      'our own session policy denies an action that a scan needs',
    )
  } else if (failure.category === 'unclassified' || failure.category === 'validation') {
    log.warn(
      { operation, code, status: failure.httpStatus, requestId, reason: failure.message },
      'AWS answered with an error that no table knows, or refused our input',
    )
  }
}
