import { z } from 'zod'
import { all, any, defineCheck } from '#core/check.ts'
import type { PublicAccessBlockFlag } from '#core/account.ts'
import { Bucket } from '#resources/s3/bucket.ts'

const FLAGS: readonly PublicAccessBlockFlag[] = [
  'blockPublicAcls',
  'ignorePublicAcls',
  'blockPublicPolicy',
  'restrictPublicBuckets',
]

export const s3BucketBlockPublicAccess = defineCheck(Bucket, {
  id: 's3-bucket-block-public-access',
  title: 'Buckets block public access, by themselves or through their account',
  severity: 'high',
  why: 'Where nothing blocks it, one wrong policy or ACL publishes what is in the bucket, today or later.',
  fix: {
    console: 'S3 > BUCKET > Permissions > Block public access > Edit > Block all public access',
    cli: 'aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true',
    terraform: 'aws_s3_bucket_public_access_block for the bucket, all four arguments true',
  },
  aliases: [
    'CKV2_AWS_6',
    'CKV_AWS_53',
    'CKV_AWS_54',
    'CKV_AWS_55',
    'CKV_AWS_56',
    's3_bucket_level_public_access_block',
  ],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-8',
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html',
  ],
  notExamined: ['whether the bucket is public now: s3-bucket-public says that'],
  params: z.object({
    /** Whether a flag that the account sets counts for the bucket: for CIS it does, for Security Hub's S3.8 not. */
    accountBlockCounts: z.boolean().default(true),
  }),

  failsWhen: (bucket, { account, params }) =>
    any(
      ...FLAGS.map((flag) => {
        const own = bucket.publicAccessBlock[flag].is(false)
        // Read in any case: what a rule reads may not depend on its parameters.
        const ofAccount = account.s3PublicAccessBlock[flag].is(false)
        return params.accountBlockCounts ? all(own, ofAccount) : own
      }),
    ),
})
