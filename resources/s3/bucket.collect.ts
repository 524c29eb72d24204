import {
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  type Bucket as SdkBucket,
  type Grant,
} from '@aws-sdk/client-s3'
import type { Answer, AwsCalls, AwsCommand, Operation } from '#core/aws-call.ts'
import { storedPolicy } from '#core/iam/document.ts'
import type { Resource } from '#core/resource.ts'
import { awsDefault } from '#core/stored.ts'
import { collectPages, detail, instantOf, resourceOf, type Collected, type Collector } from '../collector.ts'
import { Bucket } from './bucket.ts'
import { inParallel } from './in-parallel.ts'
import { NOTHING_BLOCKED, publicAccessBlockOf } from './public-access-block.ts'

const LIST: Operation = 's3:ListBuckets'
const BLOCK: Operation = 's3:GetPublicAccessBlock'
const POLICY: Operation = 's3:GetBucketPolicy'
const ACL: Operation = 's3:GetBucketAcl'
const OWNERSHIP: Operation = 's3:GetBucketOwnershipControls'
const ENCRYPTION: Operation = 's3:GetBucketEncryption'
const VERSIONING: Operation = 's3:GetBucketVersioning'

/** Buckets asked at once. The transport's rate limits hold below this; it only bounds what is in flight. */
const BUCKETS_AT_ONCE = 8

/**
 * Buckets, each with its configuration. Cost: a call per 100 buckets, and 5 or (where ACLs count) 6 per bucket, because
 * S3 has no call that answers for several.
 */
export const buckets: Collector = {
  types: [Bucket],
  listed: 'global',
  operations: [LIST, BLOCK, POLICY, ACL, OWNERSHIP, ENCRYPTION, VERSIONING],
  collect: (aws) =>
    collectPages(aws, {
      operation: LIST,
      // Unpaged, AWS leaves out BucketRegion and refuses accounts with a quota above 10,000 buckets.
      command: (token) => new ListBucketsCommand({ MaxBuckets: 100, ContinuationToken: token }),
      nextToken: ({ ContinuationToken }) => ContinuationToken,
      resources: ({ Buckets = [] }) => inParallel(Buckets, BUCKETS_AT_ONCE, (bucket) => bucketOf(bucket, aws)),
    }),
}

async function bucketOf({ Name, BucketRegion, CreationDate }: SdkBucket, aws: AwsCalls): Promise<Resource | undefined> {
  // Without its region a bucket cannot be asked, nor told where it is: an item that could not be read.
  if (Name === undefined || BucketRegion === undefined) return undefined
  const ask = <O>(operation: Operation, command: AwsCommand<O>): Promise<Answer<O>> =>
    aws.call(operation, command, { region: BucketRegion })
  // The owner guards against a bucket that was deleted and made anew by another account since it was listed.
  const of = { Bucket: Name, ExpectedBucketOwner: aws.accountId }

  const objectOwnership = detail(
    await ask(OWNERSHIP, new GetBucketOwnershipControlsCommand(of)),
    ({ OwnershipControls }) => OwnershipControls?.Rules?.[0]?.ObjectOwnership,
    awsDefault<Bucket['objectOwnership']>('ObjectWriter'),
  )
  return resourceOf(Bucket, {
    id: Name,
    arn: `arn:${aws.partition}:s3:::${Name}`,
    location: BucketRegion,
    data: {
      name: Name,
      created: instantOf(CreationDate),
      objectOwnership,
      acl:
        objectOwnership === 'BucketOwnerEnforced'
          ? []
          : detail(await ask(ACL, new GetBucketAclCommand(of)), ({ Grants = [] }) => Grants.map(grantOf)),
      publicAccessBlock: detail(
        await ask(BLOCK, new GetPublicAccessBlockCommand(of)),
        ({ PublicAccessBlockConfiguration }) => publicAccessBlockOf(PublicAccessBlockConfiguration),
        awsDefault(NOTHING_BLOCKED),
      ),
      policy: detail(
        await ask(POLICY, new GetBucketPolicyCommand(of)),
        ({ Policy }) => storedPolicy(Policy, POLICY),
        null,
      ),
      encryption: await encryptionOf(ask, of),
      versioning: detail(await ask(VERSIONING, new GetBucketVersioningCommand(of)), ({ Status, MFADelete }) => ({
        status: Status ?? 'Off',
        mfaDelete: MFADelete === 'Enabled',
      })),
    },
  })
}

function grantOf({ Grantee, Permission }: Grant): Collected<Bucket['acl'][number]> {
  return {
    grantee: Grantee?.URI?.split('/').at(-1) ?? Grantee?.ID ?? Grantee?.EmailAddress,
    permission: Permission,
  }
}

async function encryptionOf(
  ask: <O>(operation: Operation, command: AwsCommand<O>) => Promise<Answer<O>>,
  of: { readonly Bucket: string },
): Promise<Collected<Bucket['encryption']>> {
  const none: Bucket['encryption'] = { hasDefault: false, algorithm: null, kmsKeyId: null }
  return detail(
    await ask(ENCRYPTION, new GetBucketEncryptionCommand(of)),
    ({ ServerSideEncryptionConfiguration }) => {
      const rule = ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
      if (rule === undefined) return none
      return { hasDefault: true, algorithm: rule.SSEAlgorithm, kmsKeyId: rule.KMSMasterKeyID ?? null }
    },
    none,
  )
}
