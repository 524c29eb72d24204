import { DescribeFlowLogsCommand } from '@aws-sdk/client-ec2'
import { awsDefault } from '#core/stored.ts'
import { collectPages, resourceOf, type Collector } from '../collector.ts'
import { ec2Arn } from './arn.ts'
import { FlowLog } from './flow-log.ts'

/** Flow logs. Calls: one per 1,000. */
export const flowLogs: Collector = {
  types: [FlowLog],
  listed: 'region',
  operations: ['ec2:DescribeFlowLogs'],
  collect: (aws) =>
    collectPages(aws, {
      operation: 'ec2:DescribeFlowLogs',
      command: (NextToken) => new DescribeFlowLogsCommand({ MaxResults: 1000, NextToken }),
      nextToken: (page) => page.NextToken,
      resources: (page) =>
        (page.FlowLogs ?? []).map((log) =>
          resourceOf(FlowLog, {
            id: log.FlowLogId,
            arn: ec2Arn(aws, 'vpc-flow-log', log.FlowLogId),
            location: aws.region,
            tags: log.Tags,
            data: {
              resourceId: log.ResourceId,
              status: log.FlowLogStatus,
              deliverLogsStatus: log.DeliverLogsStatus ?? null,
              deliverLogsError: log.DeliverLogsErrorMessage ?? null,
              trafficType: log.TrafficType ?? null,
              destinationType: log.LogDestinationType ?? awsDefault('cloud-watch-logs'),
              destination: log.LogDestination ?? log.LogGroupName ?? null,
            },
          }),
        ),
    }),
}
