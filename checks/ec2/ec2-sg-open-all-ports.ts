import { any, defineCheck } from '#core/check.ts'
import { isOpenToInternet } from '#core/net/open-to-internet.ts'
import { PrefixList } from '#resources/ec2/prefix-list.ts'
import { SecurityGroup } from '#resources/ec2/security-group.ts'

export const ec2SgOpenAllPorts = defineCheck(SecurityGroup, {
  id: 'ec2-sg-open-all-ports',
  title: 'No security group opens every port to the internet',
  severity: 'critical',
  why: 'Everything that listens, now or after the next deployment, is on the internet: databases, debug ports, agents. The firewall is off.',
  fix: {
    console:
      'EC2 > Security groups > select > Inbound rules > Edit > replace "All traffic" by the ports that the service needs',
    cli: 'aws ec2 revoke-security-group-ingress --group-id GROUP_ID --security-group-rule-ids RULE_ID',
    terraform:
      'resource "aws_vpc_security_group_ingress_rule": ip_protocol = "tcp", from_port = 443, to_port = 443   # not "-1"',
  },
  aliases: ['CKV_AWS_277', 'ec2_securitygroup_allow_ingress_from_internet_to_all_ports'],
  references: [
    'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18',
  ],
  notExamined: ['whether anything uses the group', 'routes and network ACLs, which may still be in the way'],

  failsWhen: (group, { find }) =>
    any(
      isOpenToInternet(group.ingress, {
        family: 'ipv4',
        ports: 'all',
        prefixLists: (id) => find(PrefixList, 'prefixListId', id),
      }),
      isOpenToInternet(group.ingress, {
        family: 'ipv6',
        ports: 'all',
        prefixLists: (id) => find(PrefixList, 'prefixListId', id),
      }),
    ),
})
