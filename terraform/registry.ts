import type { Mapping, Setting } from './mapping.ts'
import { accountPublicAccessBlock } from './s3/account-public-access-block.ts'
import { bucket } from './s3/bucket.ts'

/** Every mapping there is. One per line, sorted by name. */
export const MAPPINGS: readonly Mapping[] = [bucket]

/** Every setting of the account that a plan can manage. One per line, sorted by name. */
export const SETTINGS: readonly Setting[] = [accountPublicAccessBlock]
