import { DescribeSecurityGroupsCommand, type IpPermission } from '@aws-sdk/client-ec2'
import type { Rule } from '#core/net/rule.ts'
import { collectPages, inOrder, resourceOf, type Collected, type Collector } from '../collector.ts'
import { ec2Arn } from './arn.ts'
import { SecurityGroup } from './security-group.ts'

/** Half of AWS's maximum: a group can have over a hundred rules. */
const PAGE = 500

/** Security groups with their rules. Calls: one per 500; DescribeSecurityGroupRules would give the same once more. */
export const securityGroups: Collector = {
  types: [SecurityGroup],
  listed: 'region',
  operations: ['ec2:DescribeSecurityGroups'],
  collect: (aws) =>
    collectPages(aws, {
      operation: 'ec2:DescribeSecurityGroups',
      command: (NextToken) => new DescribeSecurityGroupsCommand({ MaxResults: PAGE, NextToken }),
      nextToken: (page) => page.NextToken,
      resources: (page) =>
        (page.SecurityGroups ?? []).map((group) =>
          resourceOf(SecurityGroup, {
            id: group.GroupId,
            arn: ec2Arn(aws, 'security-group', group.GroupId, group.OwnerId),
            name: group.GroupName,
            location: aws.region,
            ownerId: group.OwnerId,
            tags: group.Tags,
            data: {
              groupName: group.GroupName,
              description: group.Description,
              vpcId: group.VpcId ?? null,
              ingress: inOrder((group.IpPermissions ?? []).flatMap(rulesOf)),
              egress: inOrder((group.IpPermissionsEgress ?? []).flatMap(rulesOf)),
            },
          }),
        ),
    }),
}

const NO_SOURCE = { cidrIpv4: null, cidrIpv6: null, prefixListId: null, groupId: null }

/** A permission names its ports once and any number of sources: one rule for each. */
function rulesOf(permission: IpPermission): readonly Collected<Rule>[] {
  const ports = {
    protocol: permission.IpProtocol,
    // Left out for all protocols; -1 stands for all ICMP types.
    fromPort: permission.FromPort ?? null,
    toPort: permission.ToPort ?? null,
    ...NO_SOURCE,
  }
  return [
    ...(permission.IpRanges ?? []).map(({ CidrIp }) => ({ ...ports, cidrIpv4: CidrIp })),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => ({ ...ports, cidrIpv6: CidrIpv6 })),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId }) => ({ ...ports, prefixListId: PrefixListId })),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId }) => ({ ...ports, groupId: GroupId })),
  ]
}
