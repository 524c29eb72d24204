import { defineCheck } from '#core/check.ts'
import { Bucket } from '#resources/s3/bucket.ts'

export const s3BucketVersioning = defineCheck(Bucket, {
  id: 's3-bucket-versioning',
  title: 'Buckets keep old versions',
  severity: 'medium',
  why: 'Without versions, what is overwritten or deleted, by mistake or by ransomware, is gone.',
  fix: {
    console: 'S3 > BUCKET > Properties > Bucket Versioning > Edit > Enable',
    cli: 'aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled',
    terraform: 'aws_s3_bucket_versioning { versioning_configuration { status = "Enabled" } }',
  },
  aliases: ['CKV_AWS_21', 's3_bucket_object_versioning'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-14',
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html',
  ],
  notExamined: ['how long a lifecycle rule keeps old versions'],

  failsWhen: (bucket) => bucket.versioning.status.isNot('Enabled'),
})
