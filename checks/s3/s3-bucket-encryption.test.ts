import { bucket } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { s3BucketEncryption } from './s3-bucket-encryption.ts'

table(
  s3BucketEncryption,
  [
    ['pass', 'AES256, as AWS sets it', bucket()],
    ['pass', 'a KMS key', bucket({ encryption: { hasDefault: true, algorithm: 'aws:kms', kmsKeyId: 'k' } })],
    ['fail', 'no rule', bucket({ encryption: { hasDefault: false, algorithm: null, kmsKeyId: null } })],
    ['unknown', 'denied', bucket({ encryption: hidden() })],
  ],
  { unreachable: { not_applicable: 'every bucket holds objects' } },
)
