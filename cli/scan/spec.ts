import { CHECKS } from '#checks/registry.ts'
import type { ScanSpec } from '#core/scan.ts'
import { serviceOfCheck, type CheckParameter, type SelectedCheck } from '#core/selection.ts'
import type { ScanAccount } from './accounts.ts'
import type { ScanOptions } from './options.ts'

/** Until then a scan by hand has ended or is given up. */
const DEADLINE_SECONDS = 4 * 3600

/**
 * All that the jobs have to know of the scan of one account. Whoever asks for some checks does not ask for the inventory
 * of services that none of them is about; and what lies outside a narrow scan is left as it was.
 */
export function specOf(account: ScanAccount, { checks, regions, excludeRegions }: ScanOptions): ScanSpec {
  const { partition, accountId, roleArn, externalId } = account
  return {
    partition,
    accountId,
    roleArn,
    externalId,
    regions,
    ...(excludeRegions.length === 0 ? {} : { regionsExcluded: excludeRegions }),
    services: servicesOf(checks),
    checks: {
      include: checks.map(({ check }) => check.id),
      exclude: [],
      minSeverity: null,
      parameters: checks.flatMap(parametersOf),
    },
    deadlineSeconds: DEADLINE_SECONDS,
    isWholeTarget: checks.length === CHECKS.length && regions === null && excludeRegions.length === 0,
  }
}

/** The services whose inventory is wanted; null: of all. */
export function servicesOf(checks: readonly SelectedCheck[]): readonly string[] | null {
  return checks.length === CHECKS.length ? null : [...new Set(checks.map(({ check }) => serviceOfCheck(check)))]
}

/** As a target writes them; those that are the check's own stay out. */
function parametersOf({ check, params }: SelectedCheck): readonly CheckParameter[] {
  if (params === check.defaults) return []
  // Parameters are an object by the check's own schema.
  return Object.entries(params as Readonly<Record<string, unknown>>).map(([name, value]) => ({
    check: check.id,
    name,
    value: JSON.stringify(value),
  }))
}
