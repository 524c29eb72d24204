import { CHECKS } from '#checks/registry.ts'
import type { ScanSpec } from '#core/scan.ts'

/** A scan of all that there is in an account, through the role that the replay server knows everywhere. */
export function wholeScan(accountId: string): Partial<ScanSpec> {
  return {
    accountId,
    roleArn: `arn:aws:iam::${accountId}:role/VedetteScan`,
    checks: { include: CHECKS.map(({ id }) => id), exclude: [], minSeverity: null, parameters: [] },
  }
}
