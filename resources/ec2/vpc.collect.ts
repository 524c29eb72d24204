import { DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { collectPages, resourceOf, type Collector } from '../collector.ts'
import { ec2Arn } from './arn.ts'
import { Vpc } from './vpc.ts'

/** VPCs. Calls: one per 1,000. */
export const vpcs: Collector = {
  types: [Vpc],
  listed: 'region',
  operations: ['ec2:DescribeVpcs'],
  collect: (aws) =>
    collectPages(aws, {
      operation: 'ec2:DescribeVpcs',
      command: (NextToken) => new DescribeVpcsCommand({ MaxResults: 1000, NextToken }),
      nextToken: (page) => page.NextToken,
      resources: (page) =>
        (page.Vpcs ?? []).map((vpc) =>
          resourceOf(Vpc, {
            id: vpc.VpcId,
            arn: ec2Arn(aws, 'vpc', vpc.VpcId, vpc.OwnerId),
            location: aws.region,
            ownerId: vpc.OwnerId,
            tags: vpc.Tags,
            data: {
              vpcId: vpc.VpcId,
              state: vpc.State,
              isDefault: vpc.IsDefault,
              // Former ranges stay listed for a while as disassociated.
              cidrs: (vpc.CidrBlockAssociationSet ?? [])
                .filter(({ CidrBlockState }) => CidrBlockState?.State === 'associated')
                .map(({ CidrBlock }) => CidrBlock),
              ipv6Cidrs: (vpc.Ipv6CidrBlockAssociationSet ?? [])
                .filter(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated')
                .map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
            },
          }),
        ),
    }),
}
