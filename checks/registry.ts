import type { Check } from '#core/check.ts'
import { ec2DefaultSgClosed } from './ec2/ec2-default-sg-closed.ts'
import { ec2EbsDefaultEncryption } from './ec2/ec2-ebs-default-encryption.ts'
import { ec2InstanceIamRole } from './ec2/ec2-instance-iam-role.ts'
import { ec2InstanceImdsv2 } from './ec2/ec2-instance-imdsv2.ts'
import { ec2NaclRemoteAdmin } from './ec2/ec2-nacl-remote-admin.ts'
import { ec2SgCifsOpen } from './ec2/ec2-sg-cifs-open.ts'
import { ec2SgOpenAllPorts } from './ec2/ec2-sg-open-all-ports.ts'
import { ec2SgRemoteAdminIpv4 } from './ec2/ec2-sg-remote-admin-ipv4.ts'
import { ec2SgRemoteAdminIpv6 } from './ec2/ec2-sg-remote-admin-ipv6.ts'
import { ec2VpcFlowLogs } from './ec2/ec2-vpc-flow-logs.ts'
import { iamPasswordPolicyLength } from './iam/iam-password-policy-length.ts'
import { iamPasswordPolicyReuse } from './iam/iam-password-policy-reuse.ts'
import { iamPolicyAdminWildcard } from './iam/iam-policy-admin-wildcard.ts'
import { iamRootAccessKey } from './iam/iam-root-access-key.ts'
import { iamRootHardwareMfa } from './iam/iam-root-hardware-mfa.ts'
import { iamRootMfa } from './iam/iam-root-mfa.ts'
import { iamRootRecentUse } from './iam/iam-root-recent-use.ts'
import { iamServerCertificateExpired } from './iam/iam-server-certificate-expired.ts'
import { iamSupportRole } from './iam/iam-support-role.ts'
import { iamUserAccessKeyRotation } from './iam/iam-user-access-key-rotation.ts'
import { iamUserConsoleMfa } from './iam/iam-user-console-mfa.ts'
import { iamUserDirectPolicies } from './iam/iam-user-direct-policies.ts'
import { iamUserKeyAtCreation } from './iam/iam-user-key-at-creation.ts'
import { iamUserSingleActiveKey } from './iam/iam-user-single-active-key.ts'
import { iamUserUnusedCredentials } from './iam/iam-user-unused-credentials.ts'
import { s3AccountBlockPublicAccess } from './s3/s3-account-block-public-access.ts'
import { s3BucketBlockPublicAccess } from './s3/s3-bucket-block-public-access.ts'
import { s3BucketDenyHttp } from './s3/s3-bucket-deny-http.ts'
import { s3BucketEncryption } from './s3/s3-bucket-encryption.ts'
import { s3BucketMfaDelete } from './s3/s3-bucket-mfa-delete.ts'
import { s3BucketPublic } from './s3/s3-bucket-public.ts'
import { s3BucketVersioning } from './s3/s3-bucket-versioning.ts'

/** Every check there is: one per line, sorted by id; a test compares it with the folder. */
export const CHECKS: readonly Check[] = [
  ec2DefaultSgClosed,
  ec2EbsDefaultEncryption,
  ec2InstanceIamRole,
  ec2InstanceImdsv2,
  ec2NaclRemoteAdmin,
  ec2SgCifsOpen,
  ec2SgOpenAllPorts,
  ec2SgRemoteAdminIpv4,
  ec2SgRemoteAdminIpv6,
  ec2VpcFlowLogs,
  iamPasswordPolicyLength,
  iamPasswordPolicyReuse,
  iamPolicyAdminWildcard,
  iamRootAccessKey,
  iamRootHardwareMfa,
  iamRootMfa,
  iamRootRecentUse,
  iamServerCertificateExpired,
  iamSupportRole,
  iamUserAccessKeyRotation,
  iamUserConsoleMfa,
  iamUserDirectPolicies,
  iamUserKeyAtCreation,
  iamUserSingleActiveKey,
  iamUserUnusedCredentials,
  s3AccountBlockPublicAccess,
  s3BucketBlockPublicAccess,
  s3BucketDenyHttp,
  s3BucketEncryption,
  s3BucketMfaDelete,
  s3BucketPublic,
  s3BucketVersioning,
]

const BY_ID: ReadonlyMap<string, Check> = new Map(
  CHECKS.flatMap((check) => [check.id, ...check.aliases].map((id) => [id, check] as const)),
)

/** Finds a check by its id or any id that people know it under (Prowler's, Checkov's). */
export function findCheck(idOrAlias: string): Check | undefined {
  return BY_ID.get(idOrAlias)
}
