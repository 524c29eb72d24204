import { flowLog } from './ec2/flow-log.ts'
import { instance } from './ec2/instance.ts'
import { defaultNetworkAcl, networkAcl } from './ec2/network-acl.ts'
import { prefixList } from './ec2/prefix-list.ts'
import { ebsEncryptionByDefault, snapshotBlockPublicAccess } from './ec2/region-settings.ts'
import { defaultSecurityGroup, securityGroup } from './ec2/security-group.ts'
import { vpcDefaultAcl, vpcDefaultGroup } from './ec2/vpc-defaults.ts'
import { vpc } from './ec2/vpc.ts'
import { passwordPolicy } from './iam/password-policy.ts'
import * as policies from './iam/policy.ts'
import { user } from './iam/user.ts'
import type { Mapping, Setting } from './mapping.ts'
import { accountPublicAccessBlock } from './s3/account-public-access-block.ts'
import { bucket } from './s3/bucket.ts'

/** Every mapping there is. One per line, sorted by name. */
export const MAPPINGS: readonly Mapping[] = [
  bucket,
  defaultNetworkAcl,
  defaultSecurityGroup,
  flowLog,
  instance,
  networkAcl,
  ...Object.values(policies),
  prefixList,
  securityGroup,
  user,
  vpc,
  vpcDefaultAcl,
  vpcDefaultGroup,
]

/** Every setting of the account that a plan can manage. One per line, sorted by name. */
export const SETTINGS: readonly Setting[] = [
  accountPublicAccessBlock,
  ebsEncryptionByDefault,
  passwordPolicy,
  snapshotBlockPublicAccess,
]
