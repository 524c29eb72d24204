import type { Check } from '#core/check.ts'
import type { Clock } from '#core/clock.ts'
import type { PairCount, Result } from '#core/evaluation.ts'
import { typesRead } from '#core/evaluation.ts'
import type { FixedFinding, Report, ReportResult } from '#core/report.ts'
import { GLOBAL, type ResourceType } from '#core/resource.ts'
import type { Scan } from '#core/scan.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { countResources, readScanHistory, type ScanHistory } from '#store/scan-history.ts'
import { checksOf } from '#worker/checks-of.ts'
import { judgeStored } from '#worker/judge-stored.ts'
import { wantedTypes } from '#worker/wanted-collectors.ts'

/** What a report says of one account. */
export interface JudgedAccount {
  readonly results: readonly ReportResult[]
  readonly counts: readonly PairCount[]
  readonly fixed: readonly FixedFinding[]
  readonly notExamined: Report['notExamined']
}

/**
 * Judges an account again from what its scan has stored, and says beside each finding whether it is
 * new. Asks AWS nothing. Memory: all results.
 */
export async function judgeAccount(
  deps: {
    readonly pool: Pool
    readonly clock: Clock
    readonly log: Logger
    readonly catalogue: readonly Check[]
    readonly types: readonly ResourceType[]
  },
  {
    scan,
    results: wanted,
    signal,
  }: { readonly scan: Scan; readonly results: 'findings' | 'all'; readonly signal: AbortSignal },
): Promise<JudgedAccount> {
  const { pool, catalogue, types, log } = deps
  const { targetId, spec } = scan
  const chosen = checksOf(catalogue, spec, log)
  const history = await readScanHistory(pool, { targetId, scanId: scan.id })
  const results: ReportResult[] = []
  const onResults = (some: readonly Result[]): void => {
    for (const result of some) results.push(toReportResult(result, spec.accountId, history))
  }
  const counts = await judgeStored(deps, {
    scan,
    chosen,
    ...(wanted === 'all' ? { keep: 'all' } : {}),
    onResults,
    signal,
  })

  const checks = chosen.checks.map(({ check }) => check)
  const read = typesRead(checks)
  const listed = wantedTypes(types, checks, spec)
  const locations = [GLOBAL, ...(scan.prepared?.regions ?? [])]
  const there = await countResources(pool, { targetId, locations })
  return {
    results,
    counts,
    fixed: history.resolved,
    notExamined: [...there]
      .filter(([type]) => listed.has(type) && !read.has(type) && !type.startsWith('AWS::::'))
      .map(([type, resources]) => ({ type, resources })),
  }
}

function toReportResult(result: Result, accountId: string, history: ScanHistory): ReportResult {
  const { checkId, severity, verdict, evidence, missing, fingerprint, resource, listedAt } = result
  return {
    checkId,
    severity,
    verdict,
    accountId,
    location: resource?.location ?? listedAt,
    resource: resource === null ? null : { ...resource, address: null },
    evidence,
    missing,
    fingerprint,
    source: null,
    history: verdict === 'fail' && fingerprint !== null && history.isKnown ? since(fingerprint, history) : null,
  }
}

function since(fingerprint: string, { opened, reopened }: ScanHistory): ReportResult['history'] {
  if (opened.has(fingerprint)) return 'new'
  return reopened.has(fingerprint) ? 'reopened' : 'unchanged'
}
