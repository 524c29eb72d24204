import type { AwsCredentialIdentityProvider } from '@smithy/types'
import type { SessionCredentials } from './session-credentials.ts'

/**
 * The credentials that the process has, for an account that is its own: no role is assumed, so nothing narrows them. The
 * SDK's chain keeps what it found until that ends; what AWS says is over is looked for again.
 */
export function ownCredentials(base: AwsCredentialIdentityProvider): SessionCredentials {
  let isOver = false
  return {
    provide: async () => {
      const { accessKeyId, secretAccessKey, sessionToken } = await base(isOver ? { forceRefresh: true } : undefined)
      isOver = false
      return {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
        // An end in the past makes the SDK ask at each call: the chain itself knows when to look again.
        expiration: new Date(0),
      }
    },
    expire: () => {
      isOver = true
    },
    clockOffsetMs: () => 0,
  }
}
