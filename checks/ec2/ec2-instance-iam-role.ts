import { defineCheck } from '#core/check.ts'
import { Instance } from '#resources/ec2/instance.ts'

export const ec2InstanceIamRole = defineCheck(Instance, {
  id: 'ec2-instance-iam-role',
  title: 'Instances get their AWS permissions from a role',
  severity: 'low',
  why: 'Without an instance profile, software on the instance that calls AWS needs access keys on disk, which are copied, leaked and rarely rotated.',
  fix: {
    console: 'EC2 > Instances > select > Actions > Security > Modify IAM role > choose a role with only what it needs',
    cli: 'aws ec2 associate-iam-instance-profile --instance-id INSTANCE_ID --iam-instance-profile Name=PROFILE',
    terraform: 'resource "aws_instance": iam_instance_profile = aws_iam_instance_profile.this.name',
  },
  aliases: ['CKV2_AWS_41', 'ec2_instance_profile_attached'],
  references: ['https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html'],
  notExamined: [
    'whether the profile contains a role, and what that role may do',
    'roles given by Systems Manager Default Host Management instead of a profile',
  ],

  appliesWhen: (instance) => instance.state.isNot('shutting-down', 'terminated'),
  failsWhen: (instance) => instance.instanceProfileArn.is(null),
})
