import type { AwsCredentialIdentity } from '@smithy/types'
import type { Clock } from '#core/clock.ts'
import type { Logger } from '../log/logger.ts'

/** Credentials of an assumed role, renewed by assuming it again. */
export interface SessionCredentials {
  /** For SDK clients. Rejects with a FailureError when there are none and the role cannot be assumed again. */
  readonly provide: () => Promise<AwsCredentialIdentity>
  /** Forgets the credentials with this key, which AWS says are over: the next `provide` fetches new ones. */
  expire(accessKeyId: string): void
  /** How far AWS's clock is ahead of ours. */
  clockOffsetMs(): number
}

/** What STS hands out. */
export interface Issued {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/** Sessions are renewed while they still have this long to live. */
const RENEW_BEFORE_MS = 5 * 60_000
/** How long to go on with valid credentials before trying again to renew them. */
const RETRY_MS = 30_000

interface Held {
  readonly identity: AwsCredentialIdentity
  readonly endsAt: number
  renewAt: number
}

/**
 * Keeps one session alive: fetches new credentials when 5 minutes (of short sessions: half their life) are left, one
 * fetch at a time however many calls wait. While the old ones are valid, a fetch that fails is only logged.
 */
export function createSessionCredentials(deps: {
  readonly first: Issued
  readonly renew: () => Promise<Issued>
  readonly clockOffsetMs: () => number
  readonly clock: Clock
  readonly log: Logger
}): SessionCredentials {
  const { clock, log } = deps

  const hold = (issued: Issued): Held => {
    const { accessKeyId, secretAccessKey, sessionToken } = issued
    const now = clock.monotonicMs()
    const lifeMs = issued.expiration.getTime() - (clock.now().getTime() + deps.clockOffsetMs())
    return {
      // An end in the past makes the SDK ask for credentials at each call instead of keeping its own copy, so that the
      // ones that are over can be replaced under it, and AWS's clock and not ours says when.
      identity: { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(0) },
      endsAt: now + lifeMs,
      renewAt: now + lifeMs - Math.min(RENEW_BEFORE_MS, lifeMs / 2),
    }
  }

  let held: Held | undefined = hold(deps.first)
  let renewing: Promise<AwsCredentialIdentity> | undefined

  const renew = async (): Promise<AwsCredentialIdentity> => {
    try {
      held = hold(await deps.renew())
      return held.identity
    } catch (error) {
      if (held === undefined || clock.monotonicMs() >= held.endsAt) throw error
      held.renewAt = clock.monotonicMs() + RETRY_MS
      log.warn({ error }, 'the role could not be assumed again; going on with the credentials that are still valid')
      return held.identity
    } finally {
      renewing = undefined
    }
  }

  return {
    provide: async () => {
      if (held !== undefined && clock.monotonicMs() < held.renewAt) return held.identity
      renewing ??= renew()
      return renewing
    },
    expire: (accessKeyId) => {
      if (held?.identity.accessKeyId === accessKeyId) held = undefined
    },
    clockOffsetMs: deps.clockOffsetMs,
  }
}
