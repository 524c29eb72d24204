import { defineResource, type ResourceOf } from './resource.ts'
import { flag, group, instant, integer, oneOf, orNull, text } from './schema.ts'

// Every check may ask about the account around a resource, so the two pseudo types live here and not under resources/.

const blockFlags = {
  blockPublicAcls: flag(),
  ignorePublicAcls: flag(),
  blockPublicPolicy: flag(),
  restrictPublicBuckets: flag(),
}
/** The four flags of S3 Block Public Access, of a bucket or of the account. */
export const publicAccessBlock = () => group(blockFlags)
export type PublicAccessBlockFlag = keyof typeof blockFlags

/**
 * Settings that an account has once. That it exists is known from the call that proves the identity and needs no
 * permission; so its listing is always complete, and a denied setting costs that setting only.
 */
export const Account = defineResource({
  type: 'AWS::::Account',
  service: 'iam',
  listed: 'global',
  operation: 'sts:GetCallerIdentity',
  fields: {
    /** The organization's policy is folded in by AWS. */
    s3PublicAccessBlock: publicAccessBlock().from('s3:GetAccountPublicAccessBlock'),
    rootAccessKeysPresent: integer().from('iam:GetAccountSummary'),
    rootMfaEnabled: flag().from('iam:GetAccountSummary'),
    rootPasswordPresent: integer().from('iam:GetAccountSummary'),
    rootSigningCertificatesPresent: integer().from('iam:GetAccountSummary'),
    passwordPolicy: group({
      present: flag(),
      minimumLength: orNull(integer()),
      reusePrevention: orNull(integer()),
    }).from('iam:GetAccountPasswordPolicy'),
    /** The credential report's row of the root user; its times move on their own. */
    rootUse: group({
      /** The report's own GeneratedTime: what "now" means for it. */
      observedAt: instant().volatile(),
      passwordLastUsed: orNull(instant()).volatile(),
      accessKey1LastUsed: orNull(instant()).volatile(),
      accessKey2LastUsed: orNull(instant()).volatile(),
    }).from('iam:GetCredentialReport'),
  },
})
export type Account = ResourceOf<typeof Account>

/** Settings that an account has once per region. */
export const AccountRegion = defineResource({
  type: 'AWS::::Region',
  service: 'ec2',
  listed: 'region',
  operation: 'ec2:GetEbsEncryptionByDefault',
  fields: {
    region: text(),
    ebsEncryptionByDefault: flag(),
    snapshotBlockPublicAccess: oneOf('block-all-sharing', 'block-new-sharing', 'unblocked').from(
      'ec2:GetSnapshotBlockPublicAccessState',
    ),
  },
})
export type AccountRegion = ResourceOf<typeof AccountRegion>
