import { awsDefault, unknown } from '#core/stored.ts'
import { NetworkAcl } from '#resources/ec2/network-acl.ts'
import type { Mapping, Planned } from '../mapping.ts'
import { members } from '../members.ts'
import { elsewhere } from '../property.ts'
import { aclEntries, ACL_RULES } from './acl-entries.ts'
import { named } from './vpc.ts'

/** A network ACL of one's own: what no entry allows is denied. */
export const networkAcl: Mapping<NetworkAcl> = {
  from: 'aws_network_acl',
  to: NetworkAcl,
  lives: 'region',
  names: ['id', 'arn'],
  companions: [ACL_RULES.companion],
  says: ['vpcId', 'isDefault', 'entries'],
  resources: (planned) => [acl(planned, false)],
  standIn: (planned) => ({ ...acl(planned, false).data, isDefault: elsewhere(planned, 'kind') }),
}

/** The one that comes with a VPC, adopted: what the configuration does not say is emptied. */
export const defaultNetworkAcl: Mapping<NetworkAcl> = {
  from: 'aws_default_network_acl',
  to: NetworkAcl,
  lives: 'region',
  names: ['id', 'arn', 'default_network_acl_id'],
  companions: [ACL_RULES.companion],
  says: networkAcl.says,
  resources: (planned) => [acl(planned, true)],
}

function acl(planned: Planned, isDefault: boolean) {
  const { attributes } = planned
  return {
    ...named(planned),
    data: {
      vpcId: planned.reference('vpc_id') ?? unknown({ kind: 'elsewhere', detail: 'the VPC that it came with' }),
      isDefault: awsDefault(isDefault),
      entries: members(planned, {
        of: NetworkAcl,
        field: 'entries',
        inline: { attribute: attributes.isConfigured('ingress') ? 'ingress' : 'egress', read: aclEntries },
        companions: [{ type: ACL_RULES.companion.type, read: ACL_RULES.read }],
        created: [],
      }),
      subnetIds: unknown({ kind: 'elsewhere', detail: 'subnets say themselves to which network ACL they belong' }),
    },
  }
}
