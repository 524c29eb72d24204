import type { AwsCredentialIdentityProvider } from '@smithy/types'
import type { AwsCalls, Failure, Operation } from '#core/aws-call.ts'
import type { Clock } from '#core/clock.ts'
import type { Scan } from '#core/scan.ts'
import type { CallCounter } from '#platform/aws/call-metrics.ts'
import { ownCredentials } from '#platform/aws/own-credentials.ts'
import { partitionOf } from '#platform/aws/partitions.ts'
import type { RateLimits } from '#platform/aws/rate-limit.ts'
import { REGION_OPERATIONS } from '#platform/aws/region-operations.ts'
import { buildSessionPolicy } from '#platform/aws/session-policy.ts'
import {
  askCallerArn,
  assumeRole,
  probeWithoutExternalId,
  proveIdentity,
  type Refusal,
  type Session,
  type SessionDeps,
} from '#platform/aws/session.ts'
import { createAwsCalls } from '#platform/aws/transport.ts'
import { expectedTrustPolicy } from '#platform/aws/trust-policy.ts'
import type { Logger } from '#platform/log/logger.ts'
import { actionOf, actionsOf } from '#resources/operations.ts'
import type { Outcome } from './outcome.ts'

export interface AccountDoorDeps {
  /** Who the process itself is. */
  readonly baseCredentials: AwsCredentialIdentityProvider
  /** Whose STS is asked. */
  readonly region: string
  readonly endpoint?: string | undefined
  readonly clock: Clock
  /** Shared by all jobs of the process. */
  readonly limits: RateLimits
  readonly calls: CallCounter
  /** The role that workers run as, as trust policies must name it; null: STS is asked where a message needs it. */
  readonly principalArn: string | null
}

/** The inside of an account, for one job: leave it when the job ends, whatever its end. */
export interface Inside {
  readonly aws: AwsCalls
  readonly identityArn: string
  leave(): void
}

export type Entered =
  | { readonly kind: 'inside'; readonly inside: Inside }
  /** Nothing may be collected: how the job ends instead. */
  | { readonly kind: 'outside'; readonly outcome: Outcome }

export interface Visit {
  readonly scan: Scan
  /** Where calls go unless they say otherwise; null: the partition's home region. */
  readonly region: string | null
  /** Everything the job may call: what its session is narrowed to. */
  readonly operations: readonly Operation[]
  readonly signal: AbortSignal
  readonly log: Logger
}

/**
 * Assumes the role of a scan's account (without one, takes the credentials that are there) and proves whose they are,
 * before anything else is asked. They and the clients live as long as the job. Cost: two calls; without a role, one.
 */
export async function enterAccount(deps: AccountDoorDeps, visit: Visit): Promise<Entered> {
  const { roleArn } = visit.scan.spec
  if (roleArn === null) return prove(deps, visit, { credentials: ownCredentials(deps.baseCredentials) })
  const assumed = await assume(deps, visit, roleArn)
  return 'session' in assumed ? prove(deps, visit, assumed.session) : outside(assumed.outcome)
}

async function assume(
  deps: AccountDoorDeps,
  visit: Visit,
  roleArn: string,
): Promise<{ readonly session: Session } | { readonly outcome: Outcome }> {
  const { spec } = visit.scan
  const policy = buildSessionPolicy({
    partition: spec.partition,
    actions: [...visit.operations, ...REGION_OPERATIONS].flatMap(actionsOf),
  })
  if (policy.kind !== 'ok') throw new Error(`the session policy of the job cannot be made: ${JSON.stringify(policy)}`)
  const assumed = await assumeRole(sessionDeps(deps, visit), {
    roleArn,
    externalId: spec.externalId,
    sessionName: sessionName(visit.scan),
    sessionPolicy: policy.policy,
  })
  switch (assumed.kind) {
    case 'ok':
      return { session: assumed.session }
    case 'failed':
      return { outcome: failedToAsk(assumed.failure) }
    case 'refused': {
      const callerArn = deps.principalArn ?? assumed.refusal.callerArn ?? (await ownArn(deps, visit))
      const message = refusedMessage(assumed.refusal, callerArn, spec.externalId)
      return { outcome: { kind: 'failed', reason: 'AssumeRoleDenied', message } }
    }
    default:
      return assumed satisfies never
  }
}

/** Credentials to enter with; what was opened for them is closed after the visit. */
type Opened = Pick<Session, 'credentials'> & Partial<Pick<Session, 'destroy'>>

async function prove(deps: AccountDoorDeps, visit: Visit, session: Opened): Promise<Entered> {
  const { spec } = visit.scan
  const aws = createAwsCalls({
    ...sessionDeps(deps, visit),
    accountId: spec.accountId,
    actionOf,
    partition: spec.partition,
    region: visit.region ?? partitionOf(spec.partition).homeRegion,
    credentials: session.credentials,
  })
  const leave = (): void => {
    aws.destroy()
    session.destroy?.()
  }
  try {
    const identity = await proveIdentity(aws)
    if (identity.kind === 'proven') return { kind: 'inside', inside: { aws, identityArn: identity.arn, leave } }
    leave()
    if (identity.kind === 'failed') return outside(failedToAsk(identity.failure))
    return outside({
      kind: 'failed',
      reason: 'AccountMismatch',
      message: `${spec.roleArn ?? 'The identity of this process'} opens account ${identity.actual}, and the target is account ${identity.expected}: nothing was collected. Correct spec.accountId, or the role.`,
    })
  } catch (error) {
    leave()
    throw error
  }
}

/**
 * Whether the role can be had without its ExternalId, which would make every worker's door a door for others too. Ask
 * only of a role that has just opened with it. Undefined: it cannot, or there is no ExternalId to enforce. Cost: one call.
 */
export async function refuseOpenRole(deps: AccountDoorDeps, visit: Visit): Promise<Outcome | undefined> {
  const { roleArn, externalId } = visit.scan.spec
  if (roleArn === null || externalId === null) return undefined
  const probe = await probeWithoutExternalId(sessionDeps(deps, visit), {
    roleArn,
    sessionName: sessionName(visit.scan),
  })
  switch (probe.kind) {
    case 'refuses':
      return undefined
    case 'unknown':
      return failedToAsk(probe.failure)
    case 'opens': {
      const callerArn = deps.principalArn ?? (await ownArn(deps, visit))
      return {
        kind: 'failed',
        reason: 'ExternalIdNotEnforced',
        message: `${roleArn} can be assumed without its ExternalId, so it would open to whoever makes us ask: nothing was collected. ${expected(callerArn, externalId)}`,
      }
    }
    default:
      return probe satisfies never
  }
}

/** How a job ends when AWS gave no answer that matters. */
export function failedToAsk(failure: Failure): Outcome {
  if (failure.category === 'throttled') return { kind: 'delayed', seconds: THROTTLED_SECONDS, reason: 'Throttled' }
  if (failure.category === 'transient') return { kind: 'delayed', seconds: AWAY_SECONDS, reason: 'AwsUnreachable' }
  return {
    kind: 'failed',
    reason: 'AwsCallFailed',
    message: `${failure.operation} failed: ${failure.code}: ${failure.message}`,
  }
}

const THROTTLED_SECONDS = 60
const AWAY_SECONDS = 30

function sessionDeps(deps: AccountDoorDeps, { signal, log }: Visit): SessionDeps {
  const { baseCredentials, region, endpoint, clock, limits, calls } = deps
  return { baseCredentials, region, endpoint, clock, limits, calls, signal, log }
}

/** What the account's owner sees in CloudTrail; at most 64 characters, and a scan's id is a UUID. */
function sessionName({ id }: Scan): string {
  return `vedette-${id}`
}

async function ownArn(deps: AccountDoorDeps, visit: Visit): Promise<string | null> {
  const answer = await askCallerArn(sessionDeps(deps, visit))
  return answer.ok ? answer.value : null
}

function refusedMessage(
  { action, hop, roleArn, message }: Refusal,
  callerArn: string | null,
  externalId: string | null,
): string {
  return `AWS refused ${action} at hop ${hop}, to ${roleArn}: ${message}. It says the same for a missing role, its trust policy, the ExternalId, the worker's own permissions and a service control policy. ${expected(callerArn, externalId)}`
}

function expected(callerArn: string | null, externalId: string | null): string {
  const policy = expectedTrustPolicy({ callerArn: callerArn ?? '<ARN of the worker role>', externalId })
  return `The role needs this trust policy: ${JSON.stringify(policy)}`
}

function outside(outcome: Outcome): Entered {
  return { kind: 'outside', outcome }
}
