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
]

const BY_ID: ReadonlyMap<string, Check> = new Map(
  CHECKS.flatMap((check) => [check.id, ...check.aliases].map((id) => [id, check] as const)),
)

/** Finds a check by its id or any id that people know it under (Prowler's, Checkov's). */
export function findCheck(idOrAlias: string): Check | undefined {
  return BY_ID.get(idOrAlias)
}
