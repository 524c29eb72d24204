import { defineCheck } from '#core/check.ts'
import { Bucket } from '#resources/s3/bucket.ts'

export const s3BucketMfaDelete = defineCheck(Bucket, {
  id: 's3-bucket-mfa-delete',
  title: 'Deleting old versions for good needs MFA',
  severity: 'low',
  why: 'Stolen credentials alone can otherwise erase every version, and with them the last copy.',
  fix: {
    console: 'Not in the console: only the root user can switch it on, with the CLI.',
    cli: 'aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled,MFADelete=Enabled --mfa "SERIAL CODE"   # as the root user; refused while the bucket has lifecycle rules',
    terraform: 'aws_s3_bucket_versioning { mfa = "SERIAL CODE"; versioning_configuration { mfa_delete = "Enabled" } }',
  },
  aliases: ['s3_bucket_no_mfa_delete'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-20',
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html',
  ],
  notExamined: ['Object Lock, which protects versions in another way'],

  failsWhen: (bucket) => bucket.versioning.mfaDelete.is(false),
})
