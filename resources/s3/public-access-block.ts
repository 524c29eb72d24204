import type { PublicAccessBlockFlag } from '#core/account.ts'
import type { Collected } from '../collector.ts'

type Flags = Readonly<Record<PublicAccessBlockFlag, boolean>>

/** What holds where nothing was ever configured. Source: S3 User Guide, "Blocking public access". */
export const NOTHING_BLOCKED: Flags = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
}

/** The four flags, as S3 and S3 Control write them. */
interface SdkFlags {
  readonly BlockPublicAcls?: boolean | undefined
  readonly IgnorePublicAcls?: boolean | undefined
  readonly BlockPublicPolicy?: boolean | undefined
  readonly RestrictPublicBuckets?: boolean | undefined
}

/** A flag that a configuration leaves out is off (S3 API Reference, PublicAccessBlockConfiguration). */
export function publicAccessBlockOf(flags: SdkFlags | undefined): Collected<Flags> {
  if (flags === undefined) return undefined
  return {
    blockPublicAcls: flags.BlockPublicAcls ?? false,
    ignorePublicAcls: flags.IgnorePublicAcls ?? false,
    blockPublicPolicy: flags.BlockPublicPolicy ?? false,
    restrictPublicBuckets: flags.RestrictPublicBuckets ?? false,
  }
}
