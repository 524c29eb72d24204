import { awsDefault, unknown, type Stored } from '#core/stored.ts'
import { Vpc } from '#resources/ec2/vpc.ts'
import type { Mapping, Planned } from '../mapping.ts'
import type { Told } from '../told.ts'

/** By which others name a VPC, or what comes with it. */
export const VPC_NAMES = ['id', 'arn', 'default_network_acl_id', 'default_security_group_id']

/** A virtual network. Its flow logs are resources of their own, to a plan as to AWS. */
export const vpc: Mapping<Vpc> = {
  from: 'aws_vpc',
  to: Vpc,
  lives: 'region',
  names: VPC_NAMES,
  companions: [{ type: 'aws_flow_log', by: 'vpc_id' }],
  says: ['vpcId', 'isDefault', 'cidrs'],
  resources: (planned) => [{ ...named(planned), data: dataOf(planned) }],
}

/** What people know a VPC by, and what comes with it. */
export function named({ attributes }: Planned): {
  readonly name: Told<string> | undefined
  readonly arn: Told<string> | undefined
  readonly tags: Readonly<Record<string, string>>
} {
  const tags = attributes.textMap('tags')
  const name = tags['Name']
  return { name: name === undefined ? undefined : awsDefault(name), arn: attributes.text('arn'), tags }
}

function dataOf({ identity, attributes }: Planned): Stored<Vpc> {
  const own = attributes.text('cidr_block')
  const elsewhere = unknown({ kind: 'elsewhere', detail: 'ranges that are added to a VPC are resources of their own' })
  return {
    vpcId: identity,
    state: awsDefault('available'),
    isDefault: awsDefault(false),
    cidrs: { $items: own === undefined ? [] : [own], $incomplete: elsewhere.$unknown },
    ipv6Cidrs: elsewhere,
  }
}
