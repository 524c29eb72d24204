import { EC2Client } from '@aws-sdk/client-ec2'
import { IAMClient } from '@aws-sdk/client-iam'
import { S3Client } from '@aws-sdk/client-s3'
import { S3ControlClient } from '@aws-sdk/client-s3-control'
import type { NodeHttpHandler } from '@smithy/node-http-handler'
import type { AwsCredentialIdentityProvider } from '@smithy/types'
import type { AwsCommand, Operation } from '#core/aws-call.ts'
import { partitionOf } from './partitions.ts'
import { createStsClient } from './sts-client.ts'
import { refuseForeignAnswers } from './whole-answer.ts'

/** One SDK client, as far as the transport uses it. */
export interface SdkClient {
  send<O>(command: AwsCommand<O>, signal: AbortSignal): Promise<O>
  /** How far AWS's clock is ahead of ours, as its answers have shown. */
  clockOffsetMs(): number
}

export interface ClientOptions {
  readonly region: string
  readonly credentials: AwsCredentialIdentityProvider
  readonly requestHandler: NodeHttpHandler
  /** Another endpoint for all services: for tests and demos. */
  readonly endpoint?: string | undefined
  readonly clockOffsetMs: number
}

/** A client that belongs to an operation: clients are built per one of these and region. */
export type ClientName = 'ec2' | 'iam' | 's3' | 's3control' | 'sts'

/** Operations that share S3's IAM prefix and belong to S3 Control's client. */
const S3_CONTROL: ReadonlySet<Operation> = new Set<Operation>([
  's3:GetAccessPoint',
  's3:GetAccessPointPolicy',
  's3:GetAccessPointPolicyStatus',
  's3:GetAccountPublicAccessBlock',
  's3:GetMultiRegionAccessPoint',
  's3:GetMultiRegionAccessPointPolicy',
  's3:GetMultiRegionAccessPointPolicyStatus',
  's3:ListAccessPoints',
  's3:ListMultiRegionAccessPoints',
])

/** Which client makes an operation; throws for a service that has none, which is a mistake in a collector. */
export function clientNameOf(operation: Operation): ClientName {
  if (S3_CONTROL.has(operation)) return 's3control'
  const service = operation.split(':')[0]
  switch (service) {
    case 'ec2':
    case 'iam':
    case 's3':
    case 'sts':
      return service
    default:
      throw new Error(`No AWS client makes ${operation}: add its service to platform/aws/clients.ts.`)
  }
}

/**
 * Where an operation is called: in the wanted region, unless it has one home. Multi-Region Access Points are managed
 * in us-west-2. Source: S3 User Guide, "Multi-Region Access Point request routing".
 */
export function regionOf(operation: Operation, partition: string, wanted: string): string {
  if (operation.startsWith('iam:')) return partitionOf(partition).homeRegion
  return operation.startsWith('s3:') && operation.includes('MultiRegionAccessPoint') ? 'us-west-2' : wanted
}

/** Builds a client that makes each call once. It owns no connections: they are the handler's. */
export function buildClient(name: ClientName, options: ClientOptions): SdkClient {
  const { region, credentials, requestHandler, endpoint } = options
  const config = {
    region,
    credentials,
    requestHandler,
    maxAttempts: 1,
    systemClockOffset: options.clockOffsetMs,
    ...(endpoint === undefined ? {} : { endpoint }),
  }
  switch (name) {
    case 'ec2': {
      const client = new EC2Client(config)
      refuseForeignAnswers(client, 'query')
      return sdkClient(client)
    }
    case 'iam': {
      const client = new IAMClient(config)
      refuseForeignAnswers(client, 'query')
      return sdkClient(client)
    }
    case 's3': {
      const client = new S3Client({ ...config, followRegionRedirects: false, forcePathStyle: endpoint !== undefined })
      refuseForeignAnswers(client, 'rest')
      return sdkClient(client)
    }
    case 's3control': {
      const client = new S3ControlClient({ ...config, ...addressed(endpoint) })
      refuseForeignAnswers(client, 'rest')
      return sdkClient(client)
    }
    case 'sts':
      return sdkClient(createStsClient(options))
    default:
      return name satisfies never
  }
}

/**
 * S3 Control puts the account id in front of the host's name, which an address such as 127.0.0.1 cannot have. With an
 * endpoint of one's own the account goes by the header `x-amz-account-id` alone, which is always sent.
 */
function addressed(endpoint: string | undefined): object {
  if (endpoint === undefined) return {}
  return { disableHostPrefix: true, endpointProvider: () => ({ url: new URL(endpoint) }) }
}

interface AnyClient {
  readonly config: { readonly systemClockOffset: number }
  send(command: never, options: { readonly abortSignal: AbortSignal }): Promise<unknown>
}

function sdkClient(client: AnyClient): SdkClient {
  return {
    // The operation's name has chosen the client, and an AwsCommand<O> is a command of the SDK that answers an O.
    send: <O>(command: AwsCommand<O>, signal: AbortSignal) =>
      client.send(again(command) as never, { abortSignal: signal }) as Promise<O>,
    clockOffsetMs: () => client.config.systemClockOffset,
  }
}

/** The same command, not sent yet: one of S3 Control puts its middleware on itself when it is sent, and throws the second time. */
function again<O>(command: AwsCommand<O>): AwsCommand<O> {
  // Commands of the SDK are made of their input and nothing else.
  const { constructor, input } = command as AwsCommand<O> & {
    readonly constructor: new (input: unknown) => AwsCommand<O>
    readonly input: unknown
  }
  return new constructor(input)
}
