import { defineCheck } from '#core/check.ts'
import { Bucket } from '#resources/s3/bucket.ts'

export const s3BucketEncryption = defineCheck(Bucket, {
  id: 's3-bucket-encryption',
  title: 'Buckets encrypt by default',
  severity: 'low',
  why: 'AWS encrypts every new object since January 2023, so this cannot fail there; it can on what only speaks S3.',
  fix: {
    console: 'S3 > BUCKET > Properties > Default encryption > Edit',
    cli: 'aws s3api put-bucket-encryption --bucket BUCKET --server-side-encryption-configuration \'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}\'',
    terraform: 'aws_s3_bucket_server_side_encryption_configuration for the bucket',
  },
  aliases: ['CKV_AWS_19', 's3_bucket_default_encryption'],
  references: ['https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html'],
  notExamined: ['which key encrypts', 'objects from before default encryption was on'],

  failsWhen: (bucket) => bucket.encryption.hasDefault.is(false),
})
