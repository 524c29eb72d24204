import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { collectPages, instantOf, resourceOf, type Collector } from '../collector.ts'
import { ec2Arn } from './arn.ts'
import { Instance } from './instance.ts'

/** Half of AWS's maximum: parsing a page holds the event loop, about 70 ms for this many. */
const PAGE = 500

/** Instances. Calls: one per 500. */
export const instances: Collector = {
  types: [Instance],
  listed: 'region',
  operations: ['ec2:DescribeInstances'],
  collect: (aws) =>
    collectPages(aws, {
      operation: 'ec2:DescribeInstances',
      command: (NextToken) => new DescribeInstancesCommand({ MaxResults: PAGE, NextToken }),
      nextToken: (page) => page.NextToken,
      resources: (page) =>
        (page.Reservations ?? []).flatMap(({ OwnerId, Instances }) =>
          (Instances ?? []).map((instance) =>
            resourceOf(Instance, {
              id: instance.InstanceId,
              arn: ec2Arn(aws, 'instance', instance.InstanceId, OwnerId),
              location: aws.region,
              ownerId: OwnerId,
              tags: instance.Tags,
              data: {
                state: instance.State?.Name,
                instanceType: instance.InstanceType,
                imageId: instance.ImageId,
                launchedAt: instantOf(instance.LaunchTime),
                vpcId: instance.VpcId ?? null,
                subnetId: instance.SubnetId ?? null,
                publicIp: instance.PublicIpAddress ?? null,
                instanceProfileArn: instance.IamInstanceProfile?.Arn ?? null,
                metadataOptions: instance.MetadataOptions && {
                  httpEndpoint: instance.MetadataOptions.HttpEndpoint,
                  httpTokens: instance.MetadataOptions.HttpTokens,
                },
              },
            }),
          ),
        ),
    }),
}
