import { defineResource, type ResourceOf } from '#core/resource.ts'
import { flag, list, text } from '#core/schema.ts'

/** A virtual network. Those whose subnets another account shares are listed too, and are that account's. */
export const Vpc = defineResource({
  type: 'AWS::EC2::VPC',
  service: 'ec2',
  listed: 'region',
  operation: 'ec2:DescribeVpcs',
  fields: {
    /** What flow logs, subnets and groups refer to. */
    vpcId: text(),
    state: text(),
    isDefault: flag(),
    cidrs: list(text()),
    ipv6Cidrs: list(text()),
  },
})
export type Vpc = ResourceOf<typeof Vpc>
