import { any, defineCheck, not } from '#core/check.ts'
import { SecurityGroup } from '#resources/ec2/security-group.ts'

export const ec2DefaultSgClosed = defineCheck(SecurityGroup, {
  id: 'ec2-default-sg-closed',
  title: "Every VPC's default security group is empty",
  severity: 'high',
  why: 'Whatever is launched without naming a group lands in this one. As AWS makes it, its members reach each other on every port and may send anything anywhere.',
  fix: {
    console:
      'EC2 > Security groups > select "default" > delete every inbound and outbound rule, after moving what uses it to groups of its own',
    cli: 'aws ec2 revoke-security-group-ingress --group-id GROUP_ID --security-group-rule-ids RULE_ID; aws ec2 revoke-security-group-egress --group-id GROUP_ID --security-group-rule-ids RULE_ID',
    terraform:
      'resource "aws_default_security_group" "this" { vpc_id = aws_vpc.this.id }   # no ingress, no egress block',
  },
  aliases: ['CKV2_AWS_12', 'ec2_securitygroup_default_restrict_traffic'],
  references: [
    'https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2',
  ],

  appliesWhen: (group) => group.groupName.is('default'),
  failsWhen: (group) => any(not(group.ingress.isEmpty()), not(group.egress.isEmpty())),
})
