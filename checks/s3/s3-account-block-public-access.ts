import { Account } from '#core/account.ts'
import { any, defineCheck } from '#core/check.ts'

export const s3AccountBlockPublicAccess = defineCheck(Account, {
  id: 's3-account-block-public-access',
  title: 'The account blocks public access to all its buckets',
  severity: 'high',
  why: 'Without it, one wrong policy or ACL on any bucket, today or later, publishes what is in it.',
  fix: {
    console: 'S3 > Block Public Access settings for this account > Edit > Block all public access',
    cli: 'aws s3control put-public-access-block --account-id ACCOUNT --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true',
    terraform: 'aws_s3_account_public_access_block, all four arguments true',
  },
  aliases: ['s3_account_level_public_access_blocks'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-1',
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html',
  ],

  failsWhen: ({ s3PublicAccessBlock: block }) =>
    any(
      block.blockPublicAcls.is(false),
      block.ignorePublicAcls.is(false),
      block.blockPublicPolicy.is(false),
      block.restrictPublicBuckets.is(false),
    ),
})
