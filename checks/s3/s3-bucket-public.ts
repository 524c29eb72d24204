import type { PublicAccessBlockFlag } from '#core/account.ts'
import { all, any, defineCheck, not } from '#core/check.ts'
import { isPublic } from '#core/iam/is-public.ts'
import { Bucket, PUBLIC_GRANTEES } from '#resources/s3/bucket.ts'

export const s3BucketPublic = defineCheck(Bucket, {
  id: 's3-bucket-public',
  title: 'Buckets are closed to the public',
  severity: 'critical',
  why: 'Anyone on the internet can read or change what the bucket holds.',
  fix: {
    console: 'S3 > BUCKET > Permissions > Block public access > Edit > Block all public access',
    cli: 'aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true',
    terraform: 'aws_s3_bucket_public_access_block for the bucket, all four arguments true',
  },
  aliases: [
    'CKV2_AWS_43',
    'CKV_AWS_20',
    'CKV_AWS_375',
    'CKV_AWS_57',
    'CKV_AWS_70',
    's3_bucket_policy_public_write_access',
    's3_bucket_public_access',
    's3_bucket_public_list_acl',
    's3_bucket_public_write_acl',
  ],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-2',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-3',
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html',
  ],
  notExamined: ['ACLs of single objects', 'access points', 'what CloudFront or a website in front of it serves'],

  failsWhen: (bucket, { account }) => {
    const blocks = (flag: PublicAccessBlockFlag) =>
      any(bucket.publicAccessBlock[flag].is(true), account.s3PublicAccessBlock[flag].is(true))
    // The Block* flags only refuse new policies and ACLs: what is there stays in force.
    return any(
      all(isPublic(bucket.policy), not(blocks('restrictPublicBuckets'))),
      all(
        bucket.acl.any((grant) => grant.grantee.is(...PUBLIC_GRANTEES)),
        bucket.objectOwnership.isNot('BucketOwnerEnforced'),
        not(blocks('ignorePublicAcls')),
      ),
    )
  },
})
