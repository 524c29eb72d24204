import { aclEntrySchema } from '#core/net/rule.ts'
import { defineResource, type ResourceOf } from '#core/resource.ts'
import { flag, list, text } from '#core/schema.ts'

/** A stateless firewall around subnets. */
export const NetworkAcl = defineResource({
  type: 'AWS::EC2::NetworkAcl',
  service: 'ec2',
  listed: 'region',
  operation: 'ec2:DescribeNetworkAcls',
  fields: {
    vpcId: text(),
    isDefault: flag(),
    entries: list(aclEntrySchema()),
    subnetIds: list(text()),
  },
})
export type NetworkAcl = ResourceOf<typeof NetworkAcl>
