import { AssumeRoleCommand, GetCallerIdentityCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts'
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types'
import type { Answer, AwsCalls, Failure } from '#core/aws-call.ts'
import { callUntilAnswered, type CallDeps } from './attempts.ts'
import { wasClockCorrected } from './clock-correction.ts'
import { FailureError } from './failure.ts'
import { createHttpHandler } from './http-handler.ts'
import { createSessionCredentials, type Issued, type SessionCredentials } from './session-credentials.ts'
import type { SessionPolicy } from './session-policy.ts'
import { createStsClient } from './sts-client.ts'

/** A role assumed by another role lasts an hour at most. Source: IAM User Guide, "Role chaining". */
const LONGEST_SECONDS = 3_600
/** The shortest that STS hands out. */
const SHORTEST_SECONDS = 900

export interface SessionDeps extends Omit<CallDeps, 'accountId' | 'actionOf'> {
  /** Who the process is: `createBaseCredentials`. */
  readonly baseCredentials: AwsCredentialIdentityProvider
  /** The region whose STS is asked. */
  readonly region: string
  /** Another endpoint for all services: for tests and demos. */
  readonly endpoint?: string | undefined
}

export interface RoleRequest {
  readonly roleArn: string
  /** Null: the role asks for none. */
  readonly externalId: string | null
  /** `vedette-<scan uid>`: what CloudTrail shows the account's owner. At most 64 characters. */
  readonly sessionName: string
  readonly sessionPolicy: SessionPolicy
  /** 900 to 3,600; default 3,600. */
  readonly durationSeconds?: number
}

export interface Session {
  readonly credentials: SessionCredentials
  /** The session's own ARN, as CloudTrail shows it. */
  readonly arn: string
  /** How much of what STS grants to session policies and tags is used, in percent; beyond 100 it refuses. */
  readonly packedPolicyPercent: number | null
  /** Closes the connections to STS; credentials can no longer be renewed. */
  destroy(): void
}

/** STS gives the same refusal for a missing role, its trust policy, the ExternalId, our own permissions and an SCP. */
export interface Refusal {
  readonly action: string
  /** Which role of the chain refused, from 1. */
  readonly hop: number
  readonly roleArn: string
  /** Who asked, where the refusal says so. */
  readonly callerArn: string | null
  readonly code: string
  readonly message: string
  readonly requestId: string | null
}

export type Assumed =
  | { readonly kind: 'ok'; readonly session: Session }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly failure: Failure }

/**
 * Assumes a role at the regional STS endpoint, with its ExternalId and a session policy that leaves only reads. The
 * session renews itself until it is destroyed; whose the first credentials are is the caller's to prove, and later ones
 * are proven here before they are used. Nothing is stored. Cost: one call, and two per 55 minutes.
 */
export async function assumeRole(deps: SessionDeps, request: RoleRequest): Promise<Assumed> {
  const { policyArns, inline } = request.sessionPolicy
  const sts = openSts(deps)
  const ask = () =>
    sts.assume({
      RoleArn: request.roleArn,
      ...(request.externalId === null ? {} : { ExternalId: request.externalId }),
      RoleSessionName: request.sessionName,
      DurationSeconds: request.durationSeconds ?? LONGEST_SECONDS,
      PolicyArns: policyArns.map((arn) => ({ arn })),
      ...(inline === null ? {} : { Policy: inline }),
    })
  let assumed = false
  try {
    const first = await ask()
    if (!first.ok) return refusedOrFailed(first.failure, request.roleArn)
    assumed = true
    const credentials = createSessionCredentials({
      first: first.value,
      renew: async () => {
        const next = await ask()
        if (!next.ok) throw new FailureError(next.failure)
        const owner = await sts.accountOf(next.value)
        if (!owner.ok) throw new FailureError(owner.failure)
        if (owner.value !== accountIn(request.roleArn)) throw new FailureError(foreign(request.roleArn, owner.value))
        return next.value
      },
      clockOffsetMs: sts.clockOffsetMs,
      clock: deps.clock,
      log: deps.log,
    })
    const { arn, packedPolicyPercent } = first.value
    return { kind: 'ok', session: { credentials, arn, packedPolicyPercent, destroy: sts.destroy } }
  } finally {
    if (!assumed) sts.destroy()
  }
}

export type Identity =
  | { readonly kind: 'proven'; readonly accountId: string; readonly arn: string }
  | { readonly kind: 'mismatch'; readonly expected: string; readonly actual: string }
  | { readonly kind: 'failed'; readonly failure: Failure }

/**
 * Asks AWS whose credentials these are; they must be the account's. Make it the first call of a job: it needs no
 * permission, and it corrects our clock before many calls go out at once. Cost: one call.
 */
export async function proveIdentity(aws: AwsCalls): Promise<Identity> {
  const answer = await aws.call('sts:GetCallerIdentity', new GetCallerIdentityCommand({}))
  if (!answer.ok) return { kind: 'failed', failure: answer.failure }
  const { Account = '', Arn = '' } = answer.value
  if (Account !== aws.accountId) return { kind: 'mismatch', expected: aws.accountId, actual: Account }
  return { kind: 'proven', accountId: Account, arn: Arn }
}

export type ExternalIdProbe =
  | { readonly kind: 'refuses' }
  | { readonly kind: 'opens' }
  | { readonly kind: 'unknown'; readonly failure: Failure }

/**
 * Tries a role without its ExternalId. A role that opens trusts whoever can make the worker ask (the confused deputy),
 * so nothing may be collected through it. The session that a careless role hands out is denied everything and dropped.
 * `refuses` proves something only of a role that has just been assumed with its ExternalId. Cost: one call.
 */
export async function probeWithoutExternalId(
  deps: SessionDeps,
  request: Pick<RoleRequest, 'roleArn' | 'sessionName'>,
): Promise<ExternalIdProbe> {
  const sts = openSts(deps)
  try {
    const answer = await sts.assume({
      RoleArn: request.roleArn,
      RoleSessionName: request.sessionName,
      DurationSeconds: SHORTEST_SECONDS,
      Policy: DENY_ALL,
    })
    if (answer.ok) return { kind: 'opens' }
    return answer.failure.category === 'access_denied'
      ? { kind: 'refuses' }
      : { kind: 'unknown', failure: answer.failure }
  } finally {
    sts.destroy()
  }
}

/** Who the process itself is, as a trust policy must name it: see `principalOf`. Cost: one call. */
export async function askCallerArn(deps: SessionDeps): Promise<Answer<string>> {
  const sts = openSts(deps)
  try {
    return await sts.whoAmI()
  } finally {
    sts.destroy()
  }
}

const DENY_ALL = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] })

interface Opened extends Issued {
  readonly arn: string
  readonly packedPolicyPercent: number | null
}

interface Sts {
  assume(input: AssumeRoleCommandInput): Promise<Answer<Opened>>
  whoAmI(): Promise<Answer<string>>
  /** Whose account these credentials open. */
  accountOf(credentials: AwsCredentialIdentity): Promise<Answer<string>>
  readonly clockOffsetMs: () => number
  readonly destroy: () => void
}

/** STS with the process's own credentials. */
function openSts(deps: SessionDeps): Sts {
  const { region, endpoint } = deps
  const requestHandler = createHttpHandler()
  const client = createStsClient({ region, credentials: deps.baseCredentials, requestHandler, endpoint })
  const callDeps: CallDeps = { ...deps, accountId: 'own', actionOf: (operation) => operation }
  // After a refusal that showed our clock to be wrong, the client signs by AWS's.
  let signedByMs = 0
  const recover = async (): Promise<boolean> => wasClockCorrected(signedByMs, client.config.systemClockOffset)
  const send = { abortSignal: deps.signal }

  const clientWith = (credentials: AwsCredentialIdentityProvider) =>
    createStsClient({
      region,
      credentials,
      requestHandler,
      endpoint,
      clockOffsetMs: client.config.systemClockOffset,
    })

  return {
    assume: (input) =>
      callUntilAnswered(callDeps, {
        operation: 'sts:AssumeRole',
        region,
        recover,
        send: async () => {
          signedByMs = client.config.systemClockOffset
          const { Credentials, AssumedRoleUser, PackedPolicySize } = await client.send(
            new AssumeRoleCommand(input),
            send,
          )
          const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {}
          if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
            throw Object.assign(new Error('the answer to AssumeRole holds no credentials'), { name: 'MalformedAnswer' })
          }
          return {
            accessKeyId: AccessKeyId,
            secretAccessKey: SecretAccessKey,
            sessionToken: SessionToken,
            expiration: Expiration,
            arn: AssumedRoleUser?.Arn ?? '',
            packedPolicyPercent: PackedPolicySize ?? null,
          }
        },
      }),
    whoAmI: () =>
      callUntilAnswered(callDeps, {
        operation: 'sts:GetCallerIdentity',
        region,
        recover,
        send: async () => {
          signedByMs = client.config.systemClockOffset
          return (await client.send(new GetCallerIdentityCommand({}), send)).Arn ?? ''
        },
      }),
    accountOf: (credentials) =>
      callUntilAnswered(callDeps, {
        operation: 'sts:GetCallerIdentity',
        region,
        send: async () => {
          const asked = clientWith(() => Promise.resolve(credentials))
          return (await asked.send(new GetCallerIdentityCommand({}), send)).Account ?? ''
        },
      }),
    clockOffsetMs: () => client.config.systemClockOffset,
    destroy: () => {
      client.destroy()
      requestHandler.destroy()
    },
  }
}

function accountIn(roleArn: string): string | undefined {
  return roleArn.split(':')[4]
}

/** Credentials of another account than the role's: they may not be used, whatever they would open. */
function foreign(roleArn: string, account: string): Failure {
  const message = `${roleArn} was assumed again, and the credentials open account ${account}: they were not used`
  const operation = 'sts:AssumeRole'
  return {
    category: 'credentials',
    operation,
    code: 'AccountMismatch',
    message,
    reason: { kind: 'fault', operation, detail: message },
  }
}

function refusedOrFailed(failure: Failure, roleArn: string): Assumed {
  if (failure.category !== 'access_denied') return { kind: 'failed', failure }
  const { code, message, requestId = null, reason } = failure
  return {
    kind: 'refused',
    refusal: {
      action: reason.kind === 'denied' ? reason.action : 'sts:AssumeRole',
      // Roles are assumed directly, by the worker's own.
      hop: 1,
      roleArn,
      callerArn: /\bUser: (arn:\S+) is not authorized/.exec(message)?.[1] ?? null,
      code,
      message,
      requestId,
    },
  }
}
