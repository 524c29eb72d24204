import { STSClient } from '@aws-sdk/client-sts'
import type { NodeHttpHandler } from '@smithy/node-http-handler'
import type { AwsCredentialIdentityProvider } from '@smithy/types'
import { refuseForeignAnswers } from './whole-answer.ts'

/**
 * A client of the regional STS endpoint. It makes each call once: `callUntilAnswered` decides about more. `endpoint`
 * replaces AWS's own, for tests and demos.
 */
export function createStsClient(options: {
  readonly region: string
  readonly credentials: AwsCredentialIdentityProvider
  readonly requestHandler: NodeHttpHandler
  readonly endpoint?: string | undefined
  /** How far AWS's clock is ahead of ours, as far as is known. */
  readonly clockOffsetMs?: number
}): STSClient {
  const { region, credentials, requestHandler, endpoint, clockOffsetMs = 0 } = options
  const client = new STSClient({
    region,
    credentials,
    requestHandler,
    maxAttempts: 1,
    systemClockOffset: clockOffsetMs,
    ...(endpoint === undefined ? {} : { endpoint }),
  })
  refuseForeignAnswers(client, 'query')
  return client
}
