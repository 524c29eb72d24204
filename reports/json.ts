import type { z } from 'zod'
import { totals } from '#core/build-report.ts'
import type { Check } from '#core/check.ts'
import { describeReason } from '#core/reason.ts'
import type { CountedResult, Report } from '#core/report.ts'
import { describeWhy, identifyResource } from './describe-result.ts'
import { shownResults, type ReportFormat } from './format.ts'
import type { JsonReport, JsonResult } from './json-schema.ts'
import { requirementsOf } from './requirements.ts'
import { printableJson } from './visible.ts'

/** One JSON document as `json-schema.ts` describes it; one line per result, so that it can be searched and compared. */
export const json: ReportFormat = {
  name: 'json',
  extension: 'json',
  use: 'for programs; docs/reference/report.schema.json describes it',
  *render(report, options) {
    yield '{\n'
    for (const [name, value] of Object.entries(headOf(report))) yield `"${name}": ${printableJson(value)},\n`
    yield '"results": ['
    let separator = '\n'
    const checks = new Map(report.checks.map((check) => [check.id, check]))
    for (const result of shownResults(report, options)) {
      yield separator + printableJson(resultOf(result, checks.get(result.checkId)))
      separator = ',\n'
    }
    yield '\n]\n}\n'
  },
}

function headOf(report: Report): Omit<z.input<typeof JsonReport>, 'results'> {
  const { outcome, subject, file, coveragePercent, notExamined, notices } = report
  return {
    formatVersion: 1,
    tool: { name: 'vedette', version: report.version },
    subject,
    file,
    at: report.at.toISOString(),
    outcome,
    coveragePercent,
    verdicts: totals(report.counts),
    checks: report.checks.map(({ id, title, severity, on, why, fix, references, aliases }) => ({
      id,
      title,
      severity,
      resourceType: on.type,
      why,
      fix,
      references,
      aliases,
      requirements: requirementsOf(id).map(({ framework, id: requirement }) => ({ framework, id: requirement })),
    })),
    gaps: report.gaps.map(({ reason, results }) => ({
      reason: describeReason(reason),
      results,
      detail: { ...reason },
    })),
    notExamined,
    fixed: report.fixed.map(({ checkId, ...rest }) => ({ check: checkId, ...rest })),
    notices,
  }
}

function resultOf(result: CountedResult, check: Check | undefined): z.input<typeof JsonResult> {
  const { resource, acceptance, missing } = result
  const why = describeWhy(result)
  return {
    check: result.checkId,
    status: result.verdict,
    severity: result.severity,
    account: result.accountId,
    region: result.location,
    resourceType: resource?.type ?? check?.on.type ?? null,
    resource: identifyResource(result),
    name: resource?.name ?? null,
    arn: resource?.arn ?? null,
    address: resource?.address ?? null,
    // What a field holds came out of JSON; what was not set has no place there.
    evidence: result.evidence.map(({ field, value, basis }) => ({
      field,
      value: (value ?? null) as z.core.util.JSONType,
      basis,
    })),
    reason: why === '' ? null : why,
    missing: missing.map(({ field, reasons }) => ({ field, reasons: reasons.map((reason) => ({ ...reason })) })),
    source: result.source,
    fingerprint: result.fingerprint,
    history: result.history,
    countsAs: result.countsAs,
    accepted: acceptance === null ? null : { ...acceptance, expiresAt: acceptance.expiresAt?.toISOString() ?? null },
  }
}
