import { Account } from '#core/account.ts'
import { assumedDefault, awsDefault } from '#core/stored.ts'
import type { Setting } from '../mapping.ts'
import { NOTHING_BLOCKED, publicAccessBlockOf } from './public-access-block.ts'

/** The account's own block: it counts for every bucket, so where nobody knows it, it counts as absent. */
export const accountPublicAccessBlock: Setting<Account['s3PublicAccessBlock']> = {
  from: 'aws_s3_account_public_access_block',
  of: Account,
  field: 's3PublicAccessBlock',
  read: publicAccessBlockOf,
  removed: () => awsDefault(NOTHING_BLOCKED),
  assumed: assumedDefault(NOTHING_BLOCKED),
}
