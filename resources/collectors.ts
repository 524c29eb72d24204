import { accountRegion } from './account-region.collect.ts'
import { account } from './account.collect.ts'
import type { Collector } from './collector.ts'
import { flowLogs } from './ec2/flow-log.collect.ts'
import { instances } from './ec2/instance.collect.ts'
import { networkAcls } from './ec2/network-acl.collect.ts'
import { prefixLists } from './ec2/prefix-list.collect.ts'
import { securityGroups } from './ec2/security-group.collect.ts'
import { snapshots } from './ec2/snapshot.collect.ts'
import { vpcs } from './ec2/vpc.collect.ts'
import { authorization } from './iam/authorization.collect.ts'
import { serverCertificates } from './iam/server-certificate.collect.ts'
import { virtualMfaDevices } from './iam/virtual-mfa-device.collect.ts'
import { INVENTORY } from './inventory.collect.ts'
import { buckets } from './s3/bucket.collect.ts'

/** Every collector there is: one per line, sorted. Imports AWS commands, which is why it is apart from `registry.ts`. */
export const COLLECTORS: readonly Collector[] = [
  account,
  accountRegion,
  authorization,
  buckets,
  flowLogs,
  instances,
  networkAcls,
  prefixLists,
  securityGroups,
  serverCertificates,
  snapshots,
  virtualMfaDevices,
  vpcs,
  ...INVENTORY,
]
