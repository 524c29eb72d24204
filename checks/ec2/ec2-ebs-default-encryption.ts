import { AccountRegion } from '#core/account.ts'
import { defineCheck } from '#core/check.ts'

export const ec2EbsDefaultEncryption = defineCheck(AccountRegion, {
  id: 'ec2-ebs-default-encryption',
  title: 'New EBS volumes are encrypted by default',
  severity: 'high',
  why: 'Whoever forgets to ask for encryption gets a plain disk, and so do its snapshots and copies. The setting makes forgetting impossible.',
  fix: {
    console:
      'EC2 > Dashboard > Data protection and security > EBS encryption > Manage > Always encrypt new EBS volumes',
    cli: 'aws ec2 enable-ebs-encryption-by-default --region REGION',
    terraform: 'resource "aws_ebs_encryption_by_default" "this" { enabled = true }   # once per region',
  },
  aliases: ['CKV_AWS_106', 'ec2_ebs_default_encryption'],
  references: [
    'https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-7',
  ],
  notExamined: ['volumes that exist already', 'which KMS key is the default'],

  failsWhen: (region) => region.ebsEncryptionByDefault.is(false),
})
