import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import type { AwsCredentialIdentityProvider } from '@smithy/types'

/**
 * Who the process itself is: IRSA, EKS Pod Identity, an ECS task role, or what else the SDK's default chain finds.
 * Made once per process and shared by all clients, which refresh through it. Nothing is read until the first use.
 */
export function createBaseCredentials(options: { readonly region: string }): AwsCredentialIdentityProvider {
  return fromNodeProviderChain({ clientConfig: { region: options.region } })
}
