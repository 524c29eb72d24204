import type { Check } from '#core/check.ts'
import type { ScanSpec } from '#core/scan.ts'
import { selectChecks, type SelectedCheck } from '#core/selection.ts'
import type { Logger } from '#platform/log/logger.ts'

/** The checks of a scan as this worker knows them. */
export interface ScanChecks {
  readonly checks: readonly SelectedCheck[]
  /** Ids that the scan asks for and this worker's catalogue lacks: the operator is newer. Nobody can judge them here. */
  readonly unknownIds: readonly string[]
}

/**
 * Finds the checks of a scan in the catalogue. Services were resolved when the scan was asked for, so the ids stand as
 * they are. What is not understood is logged, and ids that are missing are for the caller to show as gaps.
 */
export function checksOf(catalogue: readonly Check[], spec: Pick<ScanSpec, 'checks'>, log: Logger): ScanChecks {
  const { checks, faults } = selectChecks(catalogue, spec.checks)
  const known = new Set(catalogue.flatMap((check) => [check.id, ...check.aliases]))
  const unknownIds = spec.checks.include.filter((id) => !known.has(id))
  if (faults.length > 0) {
    log.warn(
      { faults },
      'checks of the scan that this worker does not understand: run operator and workers at one version',
    )
  }
  return { checks, unknownIds }
}
