import { all, defineCheck } from '#core/check.ts'
import { Instance } from '#resources/ec2/instance.ts'

export const ec2InstanceImdsv2 = defineCheck(Instance, {
  id: 'ec2-instance-imdsv2',
  title: 'Instances require IMDSv2',
  severity: 'high',
  why: 'One forged GET request from the instance (SSRF) hands over the credentials of its role. IMDSv2 asks for a token that such a request cannot get.',
  fix: {
    console:
      'EC2 > Instances > select > Actions > Instance settings > Modify instance metadata options > IMDSv2: Required',
    cli: 'aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --http-tokens required',
    terraform: 'resource "aws_instance": metadata_options { http_tokens = "required" }',
  },
  aliases: ['CKV_AWS_79', 'ec2_instance_imdsv2_enabled'],
  references: [
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8',
  ],
  notExamined: ['the hop limit, which decides whether containers on the instance reach the metadata service'],

  appliesWhen: (instance) => instance.state.isNot('shutting-down', 'terminated'),
  failsWhen: (instance) =>
    all(instance.metadataOptions.httpEndpoint.isNot('disabled'), instance.metadataOptions.httpTokens.isNot('required')),
})
