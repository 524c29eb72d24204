import { defineCheck, not } from '#core/check.ts'
import { deniesInsecureTransport } from '#core/iam/insecure-transport.ts'
import { Bucket } from '#resources/s3/bucket.ts'

export const s3BucketDenyHttp = defineCheck(Bucket, {
  id: 's3-bucket-deny-http',
  title: 'Buckets refuse requests without TLS',
  severity: 'medium',
  why: 'Over plain HTTP, anyone on the way reads and changes what is sent, presigned URLs included.',
  fix: {
    console:
      'S3 > BUCKET > Permissions > Bucket policy > Edit: deny s3:* to everyone on the bucket and its objects where aws:SecureTransport is false',
    cli: 'aws s3api put-bucket-policy --bucket BUCKET --policy \'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::BUCKET","arn:aws:s3:::BUCKET/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}\'',
    terraform: 'aws_s3_bucket_policy with that statement',
  },
  aliases: ['CKV_AWS_379', 's3_bucket_secure_transport_policy'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-5',
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit',
  ],
  notExamined: ['service control and resource control policies that deny it for the whole organization'],

  failsWhen: (bucket) => not(deniesInsecureTransport(bucket.policy, bucket.name)),
})
