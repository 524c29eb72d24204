import { Account, AccountRegion } from '#core/account.ts'
import type { ResourceType } from '#core/resource.ts'
import { FlowLog } from './ec2/flow-log.ts'
import { Instance } from './ec2/instance.ts'
import { NetworkAcl } from './ec2/network-acl.ts'
import { PrefixList } from './ec2/prefix-list.ts'
import { SecurityGroup } from './ec2/security-group.ts'
import { Snapshot } from './ec2/snapshot.ts'
import { Vpc } from './ec2/vpc.ts'
import { Group } from './iam/group.ts'
import { Policy } from './iam/policy.ts'
import { Role } from './iam/role.ts'
import { ServerCertificate } from './iam/server-certificate.ts'
import { User } from './iam/user.ts'
import { VirtualMfaDevice } from './iam/virtual-mfa-device.ts'
import * as inventory from './inventory.ts'
import { Bucket } from './s3/bucket.ts'

/**
 * Every resource type there is. Imports no AWS client, so that everybody can. One per line, sorted by name; those of
 * `inventory.ts` come by themselves.
 */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  Account,
  AccountRegion,
  Bucket,
  FlowLog,
  Group,
  Instance,
  NetworkAcl,
  Policy,
  PrefixList,
  Role,
  SecurityGroup,
  ServerCertificate,
  Snapshot,
  User,
  VirtualMfaDevice,
  Vpc,
  ...Object.values(inventory),
]

/** Types by name. */
export const TYPES_BY_NAME: ReadonlyMap<string, ResourceType> = new Map(RESOURCE_TYPES.map((type) => [type.type, type]))
