import { publicAccessBlock } from '#core/account.ts'
import { policyDocument } from '#core/iam/document.ts'
import { defineResource, type ResourceOf } from '#core/resource.ts'
import { flag, group, instant, list, oneOf, orNull, text } from '#core/schema.ts'

/** Groups that S3 ACLs know: everybody, and everybody with any AWS account. */
export const PUBLIC_GRANTEES = ['AllUsers', 'AuthenticatedUsers'] as const

/** A general purpose bucket. Listed globally; lives in its region, and is asked there. */
export const Bucket = defineResource({
  type: 'AWS::S3::Bucket',
  service: 's3',
  listed: 'global',
  operation: 's3:ListBuckets',
  fields: {
    /** What policies name it by. */
    name: text(),
    created: instant(),
    publicAccessBlock: publicAccessBlock().from('s3:GetPublicAccessBlock'),
    /** Null: the bucket has no policy. */
    policy: orNull(policyDocument()).from('s3:GetBucketPolicy'),
    /** Under BucketOwnerEnforced AWS ignores ACLs; they are not asked for then, and the list is empty. */
    acl: list(
      group({
        /** The last part of a group's URI (`AllUsers`), else the account's canonical id. */
        grantee: text(),
        permission: oneOf('FULL_CONTROL', 'READ', 'READ_ACP', 'WRITE', 'WRITE_ACP'),
      }),
    ).from('s3:GetBucketAcl'),
    objectOwnership: oneOf('BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter').from(
      's3:GetBucketOwnershipControls',
    ),
    encryption: group({
      hasDefault: flag(),
      algorithm: orNull(text()),
      kmsKeyId: orNull(text()),
    }).from('s3:GetBucketEncryption'),
    versioning: group({
      /** `Off`: never switched on, where AWS answers with nothing. */
      status: oneOf('Enabled', 'Suspended', 'Off'),
      mfaDelete: flag(),
    }).from('s3:GetBucketVersioning'),
  },
})
export type Bucket = ResourceOf<typeof Bucket>
