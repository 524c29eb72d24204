import { z } from 'zod'
import { any, defineCheck } from '#core/check.ts'
import { naclOpens } from '#core/net/nacl.ts'
import { Port } from '#core/net/port.ts'
import { NetworkAcl } from '#resources/ec2/network-acl.ts'

export const ec2NaclRemoteAdmin = defineCheck(NetworkAcl, {
  id: 'ec2-nacl-remote-admin',
  title: 'Network ACLs keep SSH and RDP off the internet',
  severity: 'medium',
  why: 'The network ACL is the second line: when somebody opens a security group by mistake, it decides whether the whole internet gets to the administration ports of the subnet.',
  fix: {
    console:
      'VPC > Network ACLs > select > Inbound rules > Edit > narrow the source, or add a deny for ports 22 and 3389 with a lower number',
    cli: 'aws ec2 create-network-acl-entry --network-acl-id ACL_ID --ingress --rule-number 10 --protocol tcp --port-range From=22,To=22 --cidr-block 0.0.0.0/0 --rule-action deny',
    terraform:
      'resource "aws_network_acl_rule": rule_number = 10, protocol = "tcp", rule_action = "deny", cidr_block = "0.0.0.0/0", from_port = 22, to_port = 22',
  },
  aliases: [
    'CKV_AWS_231',
    'CKV_AWS_232',
    'ec2_networkacl_allow_ingress_tcp_port_22',
    'ec2_networkacl_allow_ingress_tcp_port_3389',
  ],
  references: [
    'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-21',
  ],
  notExamined: ['whether the subnets behind it have a route to the internet'],
  params: z.object({ ports: z.array(Port).min(1).max(16).default(['22/tcp', '3389/tcp', '3389/udp']) }),

  failsWhen: (acl, { params }) =>
    any(
      naclOpens(acl.entries, { family: 'ipv4', ports: params.ports }),
      naclOpens(acl.entries, { family: 'ipv6', ports: params.ports }),
    ),
})
