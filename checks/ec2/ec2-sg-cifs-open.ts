import { z } from 'zod'
import { any, defineCheck } from '#core/check.ts'
import { isOpenToInternet } from '#core/net/open-to-internet.ts'
import { Port } from '#core/net/port.ts'
import { PrefixList } from '#resources/ec2/prefix-list.ts'
import { SecurityGroup } from '#resources/ec2/security-group.ts'

export const ec2SgCifsOpen = defineCheck(SecurityGroup, {
  id: 'ec2-sg-cifs-open',
  title: 'Security groups keep Windows file sharing (CIFS) off the internet',
  severity: 'high',
  why: 'Worms and ransomware look for open file shares; a share that answers on the internet also gives away names and password hashes.',
  fix: {
    console:
      'EC2 > Security groups > select > Inbound rules > Edit > narrow the source to known addresses, or delete the rule and use a VPN',
    cli: 'aws ec2 revoke-security-group-ingress --group-id GROUP_ID --security-group-rule-ids RULE_ID',
    terraform: 'resource "aws_vpc_security_group_ingress_rule": cidr_ipv4 = "10.0.0.0/16"   # not 0.0.0.0/0',
  },
  aliases: ['ec2_instance_port_cifs_exposed_to_internet'],
  references: [
    'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19',
  ],
  notExamined: ['whether anything uses the group', 'routes and network ACLs, which may still be in the way'],
  params: z.object({ ports: z.array(Port).min(1).max(16).default(['445/tcp']) }),

  failsWhen: (group, { params, find }) =>
    any(
      isOpenToInternet(group.ingress, {
        family: 'ipv4',
        ports: params.ports,
        prefixLists: (id) => find(PrefixList, 'prefixListId', id),
      }),
      isOpenToInternet(group.ingress, {
        family: 'ipv6',
        ports: params.ports,
        prefixLists: (id) => find(PrefixList, 'prefixListId', id),
      }),
    ),
})
