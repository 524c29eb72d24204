import type { PublicAccessBlockFlag } from '#core/account.ts'
import type { Stored } from '#core/stored.ts'
import { awsDefault } from '#core/stored.ts'
import type { Planned } from '../mapping.ts'

type Flags = Readonly<Record<PublicAccessBlockFlag, boolean>>

/** What holds where nothing was ever configured. Source: S3 User Guide, "Blocking public access". */
export const NOTHING_BLOCKED: Flags = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
}

/** What a new bucket has since April 2023. Source: S3 User Guide, "Default settings for new S3 buckets FAQ". */
export const ALL_BLOCKED: Flags = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
}

/** The four flags, which a bucket's and an account's resource write alike; the provider takes one that is left out as off. */
export function publicAccessBlockOf({ attributes }: Planned): Stored<Flags> {
  const flag = (name: string): Stored<boolean> => attributes.flag(name) ?? awsDefault(false)
  return {
    blockPublicAcls: flag('block_public_acls'),
    ignorePublicAcls: flag('ignore_public_acls'),
    blockPublicPolicy: flag('block_public_policy'),
    restrictPublicBuckets: flag('restrict_public_buckets'),
  }
}
