import type { PairCount } from '#core/evaluation.ts'
import type { Reason } from '#core/reason.ts'
import type { ReportResult } from '#core/report.ts'
import { GLOBAL } from '#core/resource.ts'
import type { SelectedCheck } from '#core/selection.ts'
import type { LostAccount } from './accounts.ts'

/**
 * What a report says of an account that could not be scanned: one unknown for each check, so that it counts against
 * coverage and an account that was refused never looks like one that is clean.
 */
export function unknownsOf(
  { accountId, reason, message }: LostAccount,
  checks: readonly SelectedCheck[],
): { readonly results: readonly ReportResult[]; readonly counts: readonly PairCount[] } {
  const why: Reason =
    reason === 'AssumeRoleDenied'
      ? { kind: 'denied', operation: 'sts:AssumeRole', action: 'sts:AssumeRole', by: 'unnamed', explicit: false }
      : { kind: 'not_collected', detail: `${reason}: ${message}` }
  return {
    results: checks.map(({ check }) => ({
      checkId: check.id,
      severity: check.severity,
      verdict: 'unknown',
      accountId,
      location: GLOBAL,
      resource: null,
      evidence: [],
      missing: [{ field: check.on.type, reasons: [why] }],
      fingerprint: null,
      source: null,
      history: null,
    })),
    counts: checks.map(({ check }) => ({
      checkId: check.id,
      severity: check.severity,
      location: GLOBAL,
      counts: { pass: 0, fail: 0, unknown: 1, not_applicable: 0 },
    })),
  }
}
