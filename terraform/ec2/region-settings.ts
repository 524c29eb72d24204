import { AccountRegion } from '#core/account.ts'
import { assumedDefault, awsDefault } from '#core/stored.ts'
import type { Setting } from '../mapping.ts'
import { unreadable, type Told } from '../told.ts'

type Sharing = AccountRegion['snapshotBlockPublicAccess']

/** Whether new volumes are encrypted without asking. Deleting the resource switches it off. */
export const ebsEncryptionByDefault: Setting<boolean> = {
  from: 'aws_ebs_encryption_by_default',
  of: AccountRegion,
  field: 'ebsEncryptionByDefault',
  read: ({ attributes }) => attributes.flag('enabled') ?? awsDefault(true),
  removed: () => awsDefault(false),
  assumed: assumedDefault(false),
}

/** Whether snapshots may be shared with everybody. Deleting the resource lets them. */
export const snapshotBlockPublicAccess: Setting<Sharing> = {
  from: 'aws_ebs_snapshot_block_public_access',
  of: AccountRegion,
  field: 'snapshotBlockPublicAccess',
  // The provider refuses any other word when it plans.
  read: ({ attributes }) => (attributes.text('state') as Told<Sharing> | undefined) ?? unreadable('no state'),
  removed: () => awsDefault('unblocked'),
  assumed: assumedDefault('unblocked'),
}
