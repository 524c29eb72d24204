import { EC2Client } from '@aws-sdk/client-ec2'
import { IAMClient } from '@aws-sdk/client-iam'
import { S3Client } from '@aws-sdk/client-s3'
import { S3ControlClient } from '@aws-sdk/client-s3-control'
import { SQSClient } from '@aws-sdk/client-sqs'
import { STSClient } from '@aws-sdk/client-sts'
import type { Credentials } from './identity.ts'

export interface Clients {
  readonly ec2: EC2Client
  readonly iam: IAMClient
  readonly s3: S3Client
  readonly s3control: S3ControlClient
  readonly sqs: SQSClient
  readonly sts: STSClient
}

/** The real SDK's clients, pointed at a test AWS; they retry nothing, so that tests see what was answered. */
export function clientsFor(url: string, credentials: Credentials, region = 'eu-central-1'): Clients {
  const config = { endpoint: url, region, credentials, maxAttempts: 1 }
  // S3 Control puts the account id in front of the host name, where an address cannot have it: it goes by header alone.
  const addressed = { disableHostPrefix: true, endpointProvider: () => ({ url: new URL(url) }) }
  const s3control = new S3ControlClient({ ...config, ...addressed })
  return {
    ec2: new EC2Client(config),
    iam: new IAMClient(config),
    s3: new S3Client(config),
    s3control,
    sqs: new SQSClient(config),
    sts: new STSClient(config),
  }
}
