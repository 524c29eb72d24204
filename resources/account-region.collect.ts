import { GetEbsEncryptionByDefaultCommand, GetSnapshotBlockPublicAccessStateCommand } from '@aws-sdk/client-ec2'
import { AccountRegion } from '#core/account.ts'
import { COMPLETE, detail, resourceOf, type Collector } from './collector.ts'

/**
 * The account's settings in a region. Calls: 2. There is always exactly one, so a refused call costs its own field and
 * not the listing.
 */
export const accountRegion: Collector = {
  types: [AccountRegion],
  listed: 'region',
  operations: ['ec2:GetEbsEncryptionByDefault', 'ec2:GetSnapshotBlockPublicAccessState'],
  async *collect(aws) {
    const [encryption, sharing] = await Promise.all([
      aws.call('ec2:GetEbsEncryptionByDefault', new GetEbsEncryptionByDefaultCommand({})),
      aws.call('ec2:GetSnapshotBlockPublicAccessState', new GetSnapshotBlockPublicAccessStateCommand({})),
    ])
    const settings = resourceOf(AccountRegion, {
      id: aws.region,
      arn: null,
      location: aws.region,
      data: {
        region: aws.region,
        ebsEncryptionByDefault: detail(encryption, (answer) => answer.EbsEncryptionByDefault),
        snapshotBlockPublicAccess: detail(sharing, (answer) => answer.State),
      },
    })
    if (settings !== undefined) yield [settings]
    return COMPLETE
  },
}
