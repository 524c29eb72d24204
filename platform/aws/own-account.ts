import { STSClient } from '@aws-sdk/client-sts'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import type { AwsCredentialIdentityProvider } from '@smithy/types'

/** Where STS is asked when nothing names a region: it answers for every account of the partition. */
const DEFAULT_REGION = 'us-east-1'

/** What a person has on a machine: credentials, and the region that goes with them. */
export interface OwnAccess {
  readonly credentials: AwsCredentialIdentityProvider
  readonly region: string
}

/**
 * The SDK's default chain, or one profile of the shared configuration, with its region: `AWS_REGION`, the command line's
 * `AWS_DEFAULT_REGION`, the profile's. Reads no credentials before their first use.
 */
export async function ownAccess(of: {
  readonly profile: string | null
  readonly env: Readonly<Record<string, string | undefined>>
}): Promise<OwnAccess> {
  const { profile, env } = of
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? (await profileRegion(profile)) ?? DEFAULT_REGION
  const named = profile === null ? {} : { profile }
  return { credentials: fromNodeProviderChain({ ...named, clientConfig: { region } }), region }
}

/** The SDK's own way to a region, which throws where none is configured. */
async function profileRegion(profile: string | null): Promise<string | undefined> {
  const client = new STSClient(profile === null ? {} : { profile })
  try {
    return await client.config.region()
  } catch {
    return undefined
  } finally {
    client.destroy()
  }
}
