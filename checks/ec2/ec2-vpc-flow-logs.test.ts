import { FlowLog } from '#resources/ec2/flow-log.ts'
import { table, type Around } from '#test/checks/table.ts'
import { hidden, partial } from '#test/checks/world.ts'
import { ec2VpcFlowLogs } from './ec2-vpc-flow-logs.ts'

const vpc = { vpcId: 'vpc-1', state: 'available', isDefault: false, cidrs: ['10.0.0.0/16'], ipv6Cidrs: [] }
const log = {
  resourceId: 'vpc-1',
  status: 'ACTIVE',
  deliverLogsStatus: 'SUCCESS',
  deliverLogsError: null,
  trafficType: 'ALL',
  destinationType: 's3',
  destination: 'arn:aws:s3:::logs',
}
const logs = (value: unknown): Around => ({ others: [[FlowLog, value]] })

table(ec2VpcFlowLogs, [
  ['pass', 'all traffic', vpc, logs([log])],
  ['pass', 'rejected traffic', vpc, logs([{ ...log, trafficType: 'REJECT' }])],
  ['pass', 'not delivered yet', vpc, logs([{ ...log, deliverLogsStatus: null }])],
  ['pass', 'one that works beside one that does not', vpc, logs([{ ...log, deliverLogsStatus: 'FAILED' }, log])],
  ['pass', 'seen in a listing that was cut', vpc, logs(partial(log))],
  ['fail', 'none', vpc, logs([])],
  ['fail', 'of another VPC', vpc, logs([{ ...log, resourceId: 'vpc-2' }])],
  ['fail', 'of a subnet', vpc, logs([{ ...log, resourceId: 'subnet-1' }])],
  ['fail', 'no longer active', vpc, logs([{ ...log, status: 'INACTIVE' }])],
  ['fail', 'accepted traffic only', vpc, logs([{ ...log, trafficType: 'ACCEPT' }])],
  ['fail', 'delivery fails', vpc, logs([{ ...log, deliverLogsStatus: 'FAILED' }])],
  ['unknown', 'logs refused', vpc, logs(hidden())],
  ['unknown', 'none in a listing that was cut', vpc, logs(partial())],
  ['unknown', 'a log of something nobody knows', vpc, logs([{ ...log, resourceId: hidden() }])],
  ['not_applicable', 'shared by another account', vpc, { ownerId: '999988887777' }],
])
