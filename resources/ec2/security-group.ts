import { ruleSchema } from '#core/net/rule.ts'
import { defineResource, type ResourceOf } from '#core/resource.ts'
import { list, orNull, text } from '#core/schema.ts'

/** A stateful firewall around network interfaces. Groups that other accounts share are listed too, and are theirs. */
export const SecurityGroup = defineResource({
  type: 'AWS::EC2::SecurityGroup',
  service: 'ec2',
  listed: 'region',
  operation: 'ec2:DescribeSecurityGroups',
  fields: {
    /** `default` is reserved: it names the group that comes with a VPC. */
    groupName: text(),
    description: text(),
    vpcId: orNull(text()),
    /** One member per source of each permission. */
    ingress: list(ruleSchema()),
    egress: list(ruleSchema()),
  },
})
export type SecurityGroup = ResourceOf<typeof SecurityGroup>
