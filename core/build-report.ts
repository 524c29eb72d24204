import { acceptResults } from './acceptance.ts'
import { fixedSince, type Baseline, type Scope } from './baseline.ts'
import { SEVERITIES, type Check } from './check.ts'
import { coveragePercent } from './coverage.ts'
import type { PairCount } from './evaluation.ts'
import type { Exception } from './exception.ts'
import { countResult, gate, type Thresholds } from './gate.ts'
import type { InlineSkip } from './inline-skip.ts'
import { VERDICTS, type Verdict } from './judge.ts'
import { compareText } from './order.ts'
import { describeReason, distinctReasons, type Reason } from './reason.ts'
import type { CountedResult, FixedFinding, Report, ReportResult } from './report.ts'

/** What a source of results (a scan, a plan) found, and what people have said of it. */
export interface ReportInput extends Pick<Report, 'subject' | 'file' | 'version' | 'at' | 'notExamined'> {
  /** All checks there are, for ids and aliases. */
  readonly catalogue: readonly Check[]
  /** Those that were asked. */
  readonly checks: readonly Check[]
  /** All failures and unknowns; other verdicts where they are to be shown. */
  readonly results: readonly ReportResult[]
  /** Every pair that was to be judged. A source that knows what is there leaves out pairs without a resource. */
  readonly counts: readonly PairCount[]
  /** What the run was limited to, so that nothing outside it is taken for fixed. */
  readonly scope: Scope
  /** Why what was read is not the whole of it, each as a clause; such a gate never passes. */
  readonly incomplete: readonly string[]
  /** What an earlier scan knew and is gone. */
  readonly fixed: readonly FixedFinding[]
  /** What the source has to tell besides. Whole sentences. */
  readonly notices: readonly string[]
  readonly exceptions: readonly Exception[]
  readonly skips: readonly InlineSkip[]
  readonly baseline: Baseline | null
  readonly thresholds: Thresholds
}

/**
 * Makes the report that all formats show: matches exceptions and baseline, counts, asks the gate, sorts worst first (the
 * order is total, so the same input gives the same report). Cost: a sort of the results, a look-up for each.
 */
export function buildReport(input: ReportInput): Report {
  const { results, thresholds, baseline, at } = input
  const asked = new Set(input.checks.map(({ id }) => id))
  const accepted = acceptResults({ ...input, asked, now: at })
  const counted = results.map((result): CountedResult => {
    const acceptance = accepted.of.get(result) ?? null
    const isInBaseline = result.fingerprint !== null && baseline?.has(result.fingerprint) === true
    const isAccepted = acceptance !== null
    const countsAs = countResult(result, { isAccepted, isInBaseline, failOn: thresholds.failOn })
    return { ...result, acceptance, countsAs }
  })
  const coverage = coveragePercent(input.counts)
  return {
    subject: input.subject,
    file: input.file,
    version: input.version,
    at,
    checks: input.checks.toSorted((a, b) => compareText(a.id, b.id)),
    results: sorted(counted),
    counts: input.counts,
    coveragePercent: coverage,
    gaps: gapsIn(results),
    notExamined: input.notExamined.toSorted((a, b) => b.resources - a.resources || compareText(a.type, b.type)),
    fixed: [...input.fixed, ...(baseline === null ? [] : fixedSince(baseline, { ...input, asked }))],
    notices: [...input.notices, ...accepted.notices],
    outcome: gate({
      thresholds,
      results: counted,
      verdicts: totals(input.counts),
      coveragePercent: coverage,
      incomplete: input.incomplete,
    }),
  }
}

/** How many verdicts of each kind all pairs have together. */
export function totals(counts: readonly PairCount[]): Readonly<Record<Verdict, number>> {
  const total = { pass: 0, fail: 0, unknown: 0, not_applicable: 0 }
  for (const pair of counts) for (const verdict of VERDICTS) total[verdict] += pair.counts[verdict]
  return total
}

const ORDER = ['failing', 'below', 'inBaseline', 'unknown', 'accepted'] as const

function sorted(results: readonly CountedResult[]): readonly CountedResult[] {
  const rank = ({ countsAs, verdict }: CountedResult): number =>
    countsAs === null ? ORDER.length + VERDICTS.indexOf(verdict) : ORDER.indexOf(countsAs)
  const keyed = results.map((result) => ({
    result,
    rank: rank(result) * SEVERITIES.length + SEVERITIES.indexOf(result.severity),
    name: nameOf(result.resource),
  }))
  keyed.sort(
    (a, b) =>
      a.rank - b.rank ||
      compareText(a.result.checkId, b.result.checkId) ||
      compareText(a.result.accountId ?? '', b.result.accountId ?? '') ||
      compareText(a.result.location ?? '', b.result.location ?? '') ||
      compareText(a.name, b.name),
  )
  return keyed.map(({ result }) => result)
}

function nameOf(resource: ReportResult['resource']): string {
  return resource === null ? '' : `${resource.address ?? ''} ${resource.arn ?? ''} ${resource.type} ${resource.id}`
}

/** Each distinct reason, with how many results it left unknown. */
function gapsIn(results: readonly ReportResult[]): Report['gaps'] {
  const gaps = new Map<string, { readonly reason: Reason; readonly text: string; results: number }>()
  for (const { verdict, missing } of results) {
    if (verdict !== 'unknown') continue
    for (const reason of distinctReasons(missing.flatMap(({ reasons }) => reasons))) {
      const key = JSON.stringify(reason)
      const gap = gaps.get(key)
      if (gap === undefined) gaps.set(key, { reason, text: describeReason(reason), results: 1 })
      else gap.results++
    }
  }
  return [...gaps.values()]
    .sort((a, b) => b.results - a.results || compareText(a.text, b.text))
    .map(({ reason, results: count }) => ({ reason, results: count }))
}
