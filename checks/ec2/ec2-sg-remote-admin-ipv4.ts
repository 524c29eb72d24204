import { z } from 'zod'
import { defineCheck } from '#core/check.ts'
import { isOpenToInternet } from '#core/net/open-to-internet.ts'
import { Port } from '#core/net/port.ts'
import { PrefixList } from '#resources/ec2/prefix-list.ts'
import { SecurityGroup } from '#resources/ec2/security-group.ts'

export const ec2SgRemoteAdminIpv4 = defineCheck(SecurityGroup, {
  id: 'ec2-sg-remote-admin-ipv4',
  title: 'Security groups keep SSH and RDP off the internet (IPv4)',
  severity: 'high',
  why: 'Open administration ports are found within minutes and tried without end; one weak password or unpatched server is enough.',
  fix: {
    console:
      'EC2 > Security groups > select > Inbound rules > Edit > narrow the source to known addresses, or delete the rule and use Session Manager',
    cli: 'aws ec2 revoke-security-group-ingress --group-id GROUP_ID --security-group-rule-ids RULE_ID',
    terraform: 'resource "aws_vpc_security_group_ingress_rule": cidr_ipv4 = "203.0.113.0/24"   # yours, not 0.0.0.0/0',
  },
  aliases: [
    'CKV_AWS_24',
    'CKV_AWS_25',
    'ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22',
    'ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389',
  ],
  references: [
    'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-13',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-14',
  ],
  notExamined: ['whether anything uses the group', 'routes and network ACLs, which may still be in the way'],
  params: z.object({ ports: z.array(Port).min(1).max(16).default(['22/tcp', '3389/tcp', '3389/udp']) }),

  failsWhen: (group, { params, find }) =>
    isOpenToInternet(group.ingress, {
      family: 'ipv4',
      ports: params.ports,
      prefixLists: (id) => find(PrefixList, 'prefixListId', id),
    }),
})
