import { defineResource, type ResourceOf } from '#core/resource.ts'
import { group, instant, oneOf, orNull, text } from '#core/schema.ts'

/** A virtual machine. Terminated ones stay listed for about an hour. */
export const Instance = defineResource({
  type: 'AWS::EC2::Instance',
  service: 'ec2',
  listed: 'region',
  operation: 'ec2:DescribeInstances',
  fields: {
    state: oneOf('pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'),
    instanceType: text(),
    imageId: text(),
    launchedAt: instant(),
    vpcId: orNull(text()),
    subnetId: orNull(text()),
    publicIp: orNull(text()),
    /** How a role gets into an instance; null: no role. */
    instanceProfileArn: orNull(text()),
    metadataOptions: group({
      httpEndpoint: oneOf('enabled', 'disabled'),
      httpTokens: oneOf('required', 'optional'),
    }),
  },
})
export type Instance = ResourceOf<typeof Instance>
