import type { AclEntry, Rule } from '#core/net/rule.ts'
import { awsDefault, unknown, type Stored } from '#core/stored.ts'
import { NetworkAcl } from '#resources/ec2/network-acl.ts'
import { SecurityGroup } from '#resources/ec2/security-group.ts'
import type { Attributes } from '../attributes.ts'
import type { CompanionType, Mapped, Mapping, Planned } from '../mapping.ts'
import { members } from '../members.ts'
import { aclEntries, ACL_RULES } from './acl-entries.ts'
import { inlineRules, RULES, ruleCompanions, type Direction } from './rules.ts'
import { named, VPC_NAMES } from './vpc.ts'

const ADOPTS_GROUP: CompanionType = { type: 'aws_default_security_group', by: 'vpc_id' }
const ADOPTS_ACL: CompanionType = { type: 'aws_default_network_acl', by: 'default_network_acl_id' }

/**
 * The group that comes with a VPC, as AWS makes it, where nothing of the plan adopts it. Judged at the VPC's address.
 * Source: Amazon VPC User Guide, "Default security groups for your VPCs".
 */
export const vpcDefaultGroup: Mapping<SecurityGroup> = {
  from: 'aws_vpc',
  to: SecurityGroup,
  lives: 'region',
  names: VPC_NAMES,
  companions: [ADOPTS_GROUP, ...RULES],
  says: ['groupName', 'vpcId', 'ingress', 'egress'],
  resources: (planned) =>
    untouched<SecurityGroup>(planned, ADOPTS_GROUP, RULES, (left) => ({
      groupName: awsDefault('default'),
      description: awsDefault('default VPC security group'),
      vpcId: planned.identity,
      ingress: groupRules(planned, 'ingress', left, {
        ...EVERY_PORT,
        cidrIpv4: null,
        prefixListId: null,
        groupId: planned.identity,
      }),
      egress: groupRules(planned, 'egress', left, {
        ...EVERY_PORT,
        cidrIpv4: '0.0.0.0/0',
        prefixListId: null,
        groupId: null,
      }),
    })),
}

/**
 * The network ACL that comes with a VPC, likewise: it lets everything through.
 * Source: Amazon VPC User Guide, "Default network ACL".
 */
export const vpcDefaultAcl: Mapping<NetworkAcl> = {
  from: 'aws_vpc',
  to: NetworkAcl,
  lives: 'region',
  names: VPC_NAMES,
  companions: [ADOPTS_ACL, ACL_RULES.companion],
  says: ['vpcId', 'isDefault', 'entries'],
  resources: (planned) =>
    untouched<NetworkAcl>(planned, ADOPTS_ACL, [ACL_RULES.companion], (left) => ({
      vpcId: planned.identity,
      isDefault: awsDefault(true),
      entries: members<AclEntry>(planned, {
        of: NetworkAcl,
        field: 'entries',
        inline: { attribute: 'ingress', read: () => left && aclEntries(left) },
        companions: [{ type: ACL_RULES.companion.type, read: ACL_RULES.read }],
        created: [
          awsDefault({ ...EVERY_PORT, ruleNumber: 100, egress: false, action: 'allow', cidrIpv4: '0.0.0.0/0' }),
        ],
      }),
      subnetIds: unknown({ kind: 'elsewhere', detail: 'subnets that name no network ACL belong to this one' }),
    })),
}

const EVERY_PORT = { protocol: '-1', fromPort: null, toPort: null, cidrIpv6: null }

/**
 * What comes with a VPC where nothing adopts it. Terraform cannot delete it: deleting its resource only ends managing it,
 * and it stays as it was (`left`). Of a VPC that is there already, what the plan does not touch is none of its business.
 */
function untouched<T>(
  planned: Planned,
  adoption: CompanionType,
  rules: readonly CompanionType[],
  data: (left: Attributes | undefined) => Stored<T>,
): readonly Mapped<T>[] {
  const { planned: adopted, deleted, forgotten, unresolved } = planned.companions(adoption.type)
  if (adopted.length > 0) return []
  const left = planned.isNew ? undefined : (deleted[0] ?? forgotten[0])
  const own = rules.map(({ type }) => planned.companions(type))
  const isRuled = own.some((linked) => linked.planned.length + linked.deleted.length + linked.forgotten.length > 0)
  if (!planned.isNew && left === undefined && !isRuled) return []
  const held = unresolved.length > 0 ? unknown(...unresolved) : data(left?.attributes)
  return [{ ...named(planned), arn: undefined, data: held }]
}

function groupRules(
  planned: Planned,
  direction: Direction,
  left: Attributes | undefined,
  made: Rule,
): Stored<readonly Rule[]> {
  return members<Rule>(planned, {
    of: SecurityGroup,
    field: direction,
    inline: { attribute: direction, read: () => left && inlineRules(left, direction, planned.identity) },
    companions: ruleCompanions(direction, planned.identity),
    created: [awsDefault(made)],
  })
}
