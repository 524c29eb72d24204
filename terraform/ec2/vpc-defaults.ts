import type { AclEntry, Rule } from '#core/net/rule.ts'
import { awsDefault, unknown, type Stored, type Unknown } from '#core/stored.ts'
import { NetworkAcl } from '#resources/ec2/network-acl.ts'
import { SecurityGroup } from '#resources/ec2/security-group.ts'
import type { Attributes } from '../attributes.ts'
import type { Companions, Mapped, Mapping, Planned } from '../mapping.ts'
import type { Members } from '../members.ts'
import { aclEntries } from './acl-entries.ts'
import { inlineRules } from './rules.ts'
import { named, VPC_NAMES } from './vpc.ts'

/**
 * The group that comes with a VPC, as AWS makes it, where nothing of the plan adopts it. Judged at the VPC's address.
 * Source: Amazon VPC User Guide, "Default security groups for your VPCs".
 */
export const vpcDefaultGroup: Mapping<SecurityGroup> = {
  from: 'aws_vpc',
  to: SecurityGroup,
  lives: 'region',
  names: VPC_NAMES,
  companions: [{ type: 'aws_default_security_group', by: 'vpc_id' }],
  says: ['groupName', 'vpcId', 'ingress', 'egress'],
  resources: (planned) =>
    untouched<SecurityGroup>(planned, planned.companions('aws_default_security_group'), (was, why) => ({
      groupName: awsDefault('default'),
      description: awsDefault('default VPC security group'),
      vpcId: planned.identity,
      ingress: why ?? listed(was, (left) => inlineRules(left, 'ingress', planned.identity), [fromMembers(planned)]),
      egress: why ?? listed(was, (left) => inlineRules(left, 'egress', planned.identity), [TO_EVERYWHERE]),
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
  companions: [{ type: 'aws_default_network_acl', by: 'default_network_acl_id' }],
  says: ['vpcId', 'isDefault', 'entries'],
  resources: (planned) =>
    untouched<NetworkAcl>(planned, planned.companions('aws_default_network_acl'), (was, why) => ({
      vpcId: planned.identity,
      isDefault: awsDefault(true),
      entries: why ?? listed(was, aclEntries, [EVERYTHING]),
      subnetIds: unknown({ kind: 'elsewhere', detail: 'subnets that name no network ACL belong to this one' }),
    })),
}

/**
 * What comes with a VPC where nothing adopts it. Terraform cannot delete it: deleting its resource only ends managing it,
 * and it stays as it was. Of a VPC that is there already, what nobody manages is none of this plan's business.
 */
function untouched<T>(
  planned: Planned,
  { planned: adopted, deleted, forgotten, unresolved }: Companions,
  data: (was: Attributes | undefined, why: Unknown | undefined) => Stored<T>,
): readonly Mapped<T>[] {
  if (adopted.length > 0) return []
  const left = planned.isNew ? undefined : (deleted[0] ?? forgotten[0])
  if (left === undefined && !planned.isNew) return []
  const why = unresolved.length > 0 ? unknown(...unresolved) : undefined
  return [{ ...named(planned), arn: undefined, data: data(left?.attributes, why) }]
}

function listed<T>(
  was: Attributes | undefined,
  read: (attributes: Attributes) => Members<T> | undefined,
  made: readonly Stored<T>[],
): Stored<readonly T[]> {
  if (was === undefined) return made
  const { items, incomplete } = read(was) ?? { items: [], incomplete: [] }
  return incomplete.length === 0 ? items : { $items: items, $incomplete: incomplete }
}

const EVERY_PORT = { protocol: '-1', fromPort: null, toPort: null, cidrIpv6: null }

const TO_EVERYWHERE = awsDefault<Rule>({ ...EVERY_PORT, cidrIpv4: '0.0.0.0/0', prefixListId: null, groupId: null })

function fromMembers({ identity }: Planned): Stored<Rule> {
  return awsDefault<Rule>({ ...EVERY_PORT, cidrIpv4: null, prefixListId: null, groupId: identity })
}

const EVERYTHING = awsDefault<AclEntry>({
  ...EVERY_PORT,
  ruleNumber: 100,
  egress: false,
  action: 'allow',
  cidrIpv4: '0.0.0.0/0',
})
