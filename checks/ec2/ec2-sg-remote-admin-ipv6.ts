import { z } from 'zod'
import { defineCheck } from '#core/check.ts'
import { isOpenToInternet } from '#core/net/open-to-internet.ts'
import { Port } from '#core/net/port.ts'
import { PrefixList } from '#resources/ec2/prefix-list.ts'
import { SecurityGroup } from '#resources/ec2/security-group.ts'

export const ec2SgRemoteAdminIpv6 = defineCheck(SecurityGroup, {
  id: 'ec2-sg-remote-admin-ipv6',
  title: 'Security groups keep SSH and RDP off the internet (IPv6)',
  severity: 'high',
  why: 'Whoever closed the port for IPv4 believes it closed; every IPv6 address is reachable without NAT, so this rule opens it to everybody all the same.',
  fix: {
    console:
      'EC2 > Security groups > select > Inbound rules > Edit > narrow the source to known addresses, or delete the rule and use Session Manager',
    cli: 'aws ec2 revoke-security-group-ingress --group-id GROUP_ID --security-group-rule-ids RULE_ID',
    terraform: 'resource "aws_vpc_security_group_ingress_rule": cidr_ipv6 = "2001:db8::/48"   # yours, not ::/0',
  },
  // Prowler and Checkov ask for both families at once: their ids are those of ec2-sg-remote-admin-ipv4.
  aliases: [],
  references: [
    'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-54',
  ],
  notExamined: ['whether anything uses the group', 'routes and network ACLs, which may still be in the way'],
  params: z.object({ ports: z.array(Port).min(1).max(16).default(['22/tcp', '3389/tcp', '3389/udp']) }),

  failsWhen: (group, { params, find }) =>
    isOpenToInternet(group.ingress, {
      family: 'ipv6',
      ports: params.ports,
      prefixLists: (id) => find(PrefixList, 'prefixListId', id),
    }),
})
