import { defineResource, type ResourceOf } from '#core/resource.ts'
import { oneOf, orNull, text } from '#core/schema.ts'

/** A subscription to the traffic records of a VPC, a subnet, an interface or a transit gateway. */
export const FlowLog = defineResource({
  type: 'AWS::EC2::FlowLog',
  service: 'ec2',
  listed: 'region',
  operation: 'ec2:DescribeFlowLogs',
  fields: {
    /** What it watches: a VPC's id, a subnet's, an interface's. */
    resourceId: text(),
    status: text(),
    /** Null before the first delivery was tried. */
    deliverLogsStatus: orNull(text()),
    deliverLogsError: orNull(text()),
    /** Null for transit gateways, which log everything. */
    trafficType: orNull(oneOf('ACCEPT', 'REJECT', 'ALL')),
    destinationType: text(),
    destination: orNull(text()),
  },
})
export type FlowLog = ResourceOf<typeof FlowLog>
