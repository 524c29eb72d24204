// Makes a bucket of the demo's first account public, as a hurried colleague would: node demo/break-a-bucket.ts ENDPOINT
import { DeletePublicAccessBlockCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import { adminCredentials } from '#test/harness/aws/identity.ts'
import { PROD } from './seed.ts'

const endpoint = process.argv[2]
if (endpoint === undefined || !URL.canParse(endpoint)) {
  console.error('usage: node demo/break-a-bucket.ts ENDPOINT   (the AWS endpoint that `make demo` shows)')
  process.exit(2)
}
const Bucket = `vedette-${PROD}-logs`
const s3 = new S3Client({ endpoint, region: 'eu-central-1', forcePathStyle: true, credentials: adminCredentials(PROD) })
await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
const everybody = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` }
const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [everybody] })
await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
console.log(`Bucket ${Bucket} is public now. Scan again to see it found.`)
