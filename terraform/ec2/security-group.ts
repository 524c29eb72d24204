import type { Stored } from '#core/stored.ts'
import { awsDefault, isUnknown } from '#core/stored.ts'
import { SecurityGroup } from '#resources/ec2/security-group.ts'
import type { Mapping, Planned } from '../mapping.ts'
import { members } from '../members.ts'
import { elsewhere } from '../property.ts'
import { inlineRules, RULES, ruleCompanions, type Direction } from './rules.ts'

/** A group of one's own, with rules in it or beside it. */
export const securityGroup: Mapping<SecurityGroup> = {
  from: 'aws_security_group',
  to: SecurityGroup,
  lives: 'region',
  names: ['id', 'arn'],
  companions: RULES,
  says: ['groupName', 'vpcId', 'ingress', 'egress'],
  resources: (planned) => [group(planned, nameOf(planned))],
  standIn: (planned) => ({
    groupName: elsewhere(planned, 'name'),
    description: elsewhere(planned, 'description'),
    vpcId: elsewhere(planned, 'vpc_id'),
    ingress: rules(planned, 'ingress'),
    egress: rules(planned, 'egress'),
  }),
}

/** The group that comes with a VPC, adopted: what the configuration does not say is emptied. */
export const defaultSecurityGroup: Mapping<SecurityGroup> = {
  from: 'aws_default_security_group',
  to: SecurityGroup,
  lives: 'region',
  names: securityGroup.names,
  companions: RULES,
  says: securityGroup.says,
  resources: (planned) => [group(planned, awsDefault('default'))],
}

function group(planned: Planned, groupName: Stored<string>) {
  const { attributes } = planned
  return {
    name: attributes.text('name'),
    arn: attributes.text('arn'),
    tags: attributes.textMap('tags'),
    data: {
      groupName,
      description: attributes.text('description') ?? awsDefault('Managed by Terraform'),
      vpcId: planned.reference('vpc_id') ?? null,
      ingress: rules(planned, 'ingress'),
      egress: rules(planned, 'egress'),
    },
  }
}

/** A name that is not known, or made up, is none that AWS reserves. */
function nameOf({ attributes, address }: Planned): Stored<string> {
  const name = attributes.text('name')
  return name === undefined || isUnknown(name) ? awsDefault(address) : name
}

/** Terraform takes out of a new group what AWS puts into it, so there is nothing in it but what the plan says. */
function rules(planned: Planned, direction: Direction): Stored<SecurityGroup['ingress']> {
  return members(planned, {
    of: SecurityGroup,
    field: direction,
    inline: { attribute: direction, read: (attributes) => inlineRules(attributes, direction, planned.identity) },
    companions: ruleCompanions(direction, planned.identity),
    created: [],
  })
}
