import type { Framework } from '#core/frameworks.ts'
import { CIS_AWS_3_0 } from './cis-aws-3.0.ts'
import { CIS_AWS_5_0 } from './cis-aws-5.0.ts'

/** Every framework there is, each version for itself. */
export const FRAMEWORKS: readonly Framework[] = [CIS_AWS_3_0, CIS_AWS_5_0]
