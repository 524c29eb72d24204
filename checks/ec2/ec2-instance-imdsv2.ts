import { all, defineCheck } from '#core/check.ts'
import { Instance } from '#resources/ec2/instance.ts'

export const ec2InstanceImdsv2 = defineCheck(Instance, {
  id: 'ec2-instance-imdsv2',
  title: 'Instances require IMDSv2',
  severity: 'high',
  why: 'One forged GET from the instance (SSRF) hands over its role credentials.',
  fix: {
    console: 'Actions > Instance settings > Modify metadata options > IMDSv2: Required',
    cli: 'aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required',
    terraform: 'metadata_options { http_tokens = "required" }',
  },
  aliases: ['ec2_instance_imdsv2_enabled', 'CKV_AWS_79'],
  references: ['https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8'],

  appliesWhen: (instance) => instance.state.isNot('terminated'),
  failsWhen: (instance) =>
    all(instance.metadataOptions.httpEndpoint.isNot('disabled'), instance.metadataOptions.httpTokens.isNot('required')),
})
