import { RunInstancesCommand } from '@aws-sdk/client-ec2'
import { CreateBucketCommand, DeletePublicAccessBlockCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import type { Aws } from '#test/harness/aws/aws.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { assumeRole, createRole, policy, trustPolicy } from '#test/harness/aws/roles.ts'

export const PROD = '111122223333'
export const DEV = '444455556666'
export const REGION = 'eu-central-1'
export const EXTERNAL_ID = 'vedette-cli-test'

/** A person's own session in an account, as environment variables. */
export async function personIn(
  aws: Aws,
  account: string,
  options: { readonly policy?: object } = {},
): Promise<Readonly<Record<string, string>>> {
  const RoleArn = await createRole(aws, account, {
    name: 'Person',
    trust: trustPolicy(aws.workerRoleArn()),
    policy: options.policy ?? policy('Allow', ['*']),
  })
  return aws.env({ credentials: await assumeRole(aws, { RoleArn }), region: REGION })
}

/** A role for `vedette scan` that a person in `PROD` may assume; gives its ARN. */
export async function scanRole(aws: Aws, account: string): Promise<string> {
  return createRole(aws, account, {
    name: 'VedetteScan',
    trust: trustPolicy(`arn:aws:iam::${PROD}:role/Person`, EXTERNAL_ID),
    policy: policy('Allow', ['*']),
  })
}

/** One account with an instance that answers IMDSv1 and, unless it is to be clean, a bucket that everybody reads. */
export async function seedAccount(aws: Aws, account: string): Promise<{ readonly bucket: string }> {
  // Besides: the home region, and the one that answers for multi-region access points.
  aws.account(account).enableRegions([REGION, 'us-east-1', 'us-west-2'])
  const { ec2, s3 } = clientsFor(aws.url, aws.adminCredentials(account), REGION)
  const bucket = `reports-${account}`
  await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12345678',
      MinCount: 1,
      MaxCount: 1,
      MetadataOptions: { HttpTokens: 'optional' },
    }),
  )
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }))
  await openBucket(aws, account, bucket)
  return { bucket }
}

/** Lets everybody read what is in a bucket. */
export async function openBucket(aws: Aws, account: string, bucket: string, region = REGION): Promise<void> {
  const { s3 } = clientsFor(aws.url, aws.adminCredentials(account), region)
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }))
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` }],
  })
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }))
}
