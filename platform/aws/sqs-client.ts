import { SQSClient } from '@aws-sdk/client-sqs'
import type { AwsCredentialIdentityProvider } from '@smithy/types'
import { createHttpHandler } from './http-handler.ts'

/** The SDK's own retries, with jitter: a queue call is cheap, idempotent here, and nobody counts it. */
const ATTEMPTS = 4

/**
 * A client of the queue, with time limits that leave room for a long poll of 20 s. Destroy it when done. `endpoint`
 * replaces AWS's own, for tests and demos.
 */
export function createSqsClient(options: {
  readonly region: string
  /** Default: the SDK's own chain (IRSA, Pod Identity, an ECS task role). */
  readonly credentials?: AwsCredentialIdentityProvider
  readonly endpoint?: string | undefined
}): SQSClient {
  const { region, credentials, endpoint } = options
  return new SQSClient({
    region,
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: createHttpHandler(),
    maxAttempts: ATTEMPTS,
    ...(endpoint === undefined ? {} : { endpoint }),
  })
}
