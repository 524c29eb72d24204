import { DescribeNetworkAclsCommand, type NetworkAclEntry } from '@aws-sdk/client-ec2'
import { collectPages, inOrder, resourceOf, type Collector } from '../collector.ts'
import { ec2Arn } from './arn.ts'
import { NetworkAcl } from './network-acl.ts'

/** Network ACLs with their entries. Calls: one per 1,000. */
export const networkAcls: Collector = {
  types: [NetworkAcl],
  listed: 'region',
  operations: ['ec2:DescribeNetworkAcls'],
  collect: (aws) =>
    collectPages(aws, {
      operation: 'ec2:DescribeNetworkAcls',
      command: (NextToken) => new DescribeNetworkAclsCommand({ MaxResults: 1000, NextToken }),
      nextToken: (page) => page.NextToken,
      resources: (page) =>
        (page.NetworkAcls ?? []).map((acl) =>
          resourceOf(NetworkAcl, {
            id: acl.NetworkAclId,
            arn: ec2Arn(aws, 'network-acl', acl.NetworkAclId, acl.OwnerId),
            location: aws.region,
            ownerId: acl.OwnerId,
            tags: acl.Tags,
            data: {
              vpcId: acl.VpcId,
              isDefault: acl.IsDefault,
              entries: inRuleOrder(acl.Entries ?? []).map((entry) => ({
                egress: entry.Egress,
                ruleNumber: entry.RuleNumber,
                action: entry.RuleAction,
                protocol: entry.Protocol,
                fromPort: entry.PortRange?.From ?? null,
                toPort: entry.PortRange?.To ?? null,
                cidrIpv4: entry.CidrBlock ?? null,
                cidrIpv6: entry.Ipv6CidrBlock ?? null,
              })),
              subnetIds: inOrder((acl.Associations ?? []).map(({ SubnetId }) => SubnetId)),
            },
          }),
        ),
    }),
}

/** Inbound first, then by number: the order in which they count. */
function inRuleOrder(entries: readonly NetworkAclEntry[]): readonly NetworkAclEntry[] {
  return [...entries].sort(
    (a, b) => Number(a.Egress ?? false) - Number(b.Egress ?? false) || (a.RuleNumber ?? 0) - (b.RuleNumber ?? 0),
  )
}
