import { CHECKS } from '#checks/registry.ts'
import { buildReport, type ReportInput } from '#core/build-report.ts'
import type { Check } from '#core/check.ts'
import type { PairCount } from '#core/evaluation.ts'
import type { Verdict } from '#core/judge.ts'
import { describeReason, type Reason } from '#core/reason.ts'
import type { Report, ReportResult } from '#core/report.ts'
import { createHash } from 'node:crypto'

export const ACCOUNT = '111122223333'
export const REGION = 'eu-central-1'
export const AT = new Date('2026-11-25T10:00:00.000Z')

export const denied = (action = 's3:GetBucketPolicy'): Reason => ({
  kind: 'denied',
  operation: 's3:GetBucketPolicy',
  action,
  by: 'service_control_policy',
  explicit: true,
})
export const afterApply = (attribute = 'aws_s3_bucket.new.policy'): Reason => ({ kind: 'after_apply', attribute })

export function findCheck(id: string): Check {
  const check = CHECKS.find((candidate) => candidate.id === id)
  if (check === undefined) throw new Error(`there is no check ${id}`)
  return check
}

/** A public bucket that fails; whatever a test is about comes in. */
export function result(
  given: Partial<Omit<ReportResult, 'resource'>> & {
    readonly resource?: Partial<NonNullable<ReportResult['resource']>> | null
  } = {},
): ReportResult {
  const { resource, ...rest } = given
  const checkId = given.checkId ?? 's3-bucket-public'
  const id = resource?.id ?? 'logs'
  const verdict = given.verdict ?? 'fail'
  return {
    checkId,
    severity: CHECKS.find((check) => check.id === checkId)?.severity ?? 'critical',
    verdict,
    accountId: ACCOUNT,
    location: REGION,
    resource:
      resource === null
        ? null
        : { type: 'AWS::S3::Bucket', id, name: id, arn: `arn:aws:s3:::${id}`, address: null, tags: {}, ...resource },
    evidence: verdict === 'unknown' ? [] : [{ field: 'acl[0].grantee', value: 'AllUsers', basis: 'observed' }],
    missing: verdict === 'unknown' ? [{ field: 'policy', reasons: [denied()] }] : [],
    fingerprint: resource === null ? null : createHash('sha256').update(`${checkId} ${id}`).digest('hex'),
    source: null,
    history: null,
    ...rest,
  }
}

/** The pairs that these results came from: one for each check and place. */
export function countsOf(results: readonly ReportResult[]): readonly PairCount[] {
  const pairs = new Map<string, PairCount & { readonly counts: Record<Verdict, number> }>()
  for (const { checkId, severity, location, verdict } of results) {
    const place = location ?? 'unknown'
    const pair = pairs.get(`${checkId} ${place}`) ?? {
      checkId,
      severity,
      location: place,
      counts: { pass: 0, fail: 0, unknown: 0, not_applicable: 0 },
    }
    pair.counts[verdict]++
    pairs.set(`${checkId} ${place}`, pair)
  }
  return [...pairs.values()]
}

export function reportInput(given: Partial<ReportInput> = {}): ReportInput {
  const results = given.results ?? [result()]
  const asked = new Set(results.map(({ checkId }) => checkId))
  return {
    subject: `AWS account ${ACCOUNT}`,
    file: null,
    version: '0.1.0',
    at: AT,
    catalogue: CHECKS,
    checks: CHECKS.filter(({ id }) => asked.has(id)),
    results,
    counts: countsOf(results),
    scope: { accounts: null, regions: null },
    incomplete: [],
    notExamined: [],
    fixed: [],
    notices: [],
    exceptions: [],
    skips: [],
    baseline: null,
    thresholds: { failOn: 'critical', minCoverage: 80, strict: false },
    ...given,
  }
}

export function report(given: Partial<ReportInput> = {}): Report {
  return buildReport(reportInput(given))
}

/** What a reader should find of an unknown, whatever the format. */
export function reasonsOf({ missing }: ReportResult): readonly string[] {
  return missing.flatMap(({ reasons }) => reasons.map(describeReason))
}
