import { all, defineCheck, not } from '#core/check.ts'
import { FlowLog } from '#resources/ec2/flow-log.ts'
import { Vpc } from '#resources/ec2/vpc.ts'

export const ec2VpcFlowLogs = defineCheck(Vpc, {
  id: 'ec2-vpc-flow-logs',
  title: 'Every VPC records its rejected traffic in a flow log that works',
  severity: 'medium',
  why: 'After an incident, flow logs are what tells who talked to whom. They cannot be made afterwards.',
  fix: {
    console: 'VPC > Your VPCs > select > Flow logs > Create flow log > Filter: Reject or All',
    cli: 'aws ec2 create-flow-logs --resource-type VPC --resource-ids VPC_ID --traffic-type ALL --log-destination-type s3 --log-destination arn:aws:s3:::BUCKET',
    terraform:
      'resource "aws_flow_log" "this" { vpc_id = aws_vpc.this.id, traffic_type = "ALL", log_destination_type = "s3", log_destination = aws_s3_bucket.logs.arn }',
  },
  aliases: ['CKV2_AWS_11', 'vpc_flow_logs_enabled'],
  references: [
    'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6',
  ],
  notExamined: [
    'flow logs of single subnets or interfaces, which leave the others unrecorded',
    'how long the records are kept',
  ],

  failsWhen: (vpc, { find }) =>
    not(
      find(FlowLog, 'resourceId', vpc.vpcId).any((log) =>
        all(log.status.is('ACTIVE'), log.deliverLogsStatus.isNot('FAILED'), log.trafficType.is('ALL', 'REJECT')),
      ),
    ),
})
