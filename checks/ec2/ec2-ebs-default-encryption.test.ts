import { hidden } from '#test/checks/world.ts'
import { table } from '#test/checks/table.ts'
import { ec2EbsDefaultEncryption } from './ec2-ebs-default-encryption.ts'

table(
  ec2EbsDefaultEncryption,
  [
    ['pass', 'on', { region: 'eu-west-1', ebsEncryptionByDefault: true }],
    ['fail', 'off, as AWS makes accounts', { region: 'eu-west-1', ebsEncryptionByDefault: false }],
    ['unknown', 'refused', { region: 'eu-west-1', ebsEncryptionByDefault: hidden() }],
  ],
  { unreachable: { not_applicable: 'every account has the setting in every region' } },
)
