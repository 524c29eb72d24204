import type { Check, Severity } from '#core/check.ts'
import type { Verdict } from '#core/judge.ts'
import type { CountedResult, FixedFinding, Report } from '#core/report.ts'
import { describeResource, describeWhy, describeWhys, identifyResource } from './describe-result.ts'
import { shownResults, type ReportFormat } from './format.ts'
import { requirementsOf } from './requirements.ts'
import { printableJson } from './visible.ts'

// Names, numbers and captions are those of OCSF 1.5.0: category Findings (2), class Compliance Finding (2003), profile
// cloud. Source: schema.ocsf.io/1.5.0/classes/compliance_finding.

const OCSF_VERSION = '1.5.0'
const SEVERITY_IDS: Readonly<Record<Severity, readonly [number, string]>> = {
  critical: [5, 'Critical'],
  high: [4, 'High'],
  medium: [3, 'Medium'],
  low: [2, 'Low'],
}
/** `Warning` is OCSF's word for a check that "did not yield a result due to missing information". */
const STATUSES: Readonly<Record<Verdict, readonly [number, string]>> = {
  pass: [1, 'Pass'],
  unknown: [2, 'Warning'],
  fail: [3, 'Fail'],
  not_applicable: [99, 'Not Applicable'],
}
const ACTIVITIES = { create: [1, 'Create'], update: [2, 'Update'], close: [3, 'Close'] } as const

/** A JSON array of OCSF events, one a line: what is found, and, closed, what was known before and is gone. */
export const ocsf: ReportFormat = {
  name: 'ocsf',
  extension: 'ocsf.json',
  use: 'for security data lakes and SIEMs (OCSF 1.5 Compliance Finding)',
  *render(report, options) {
    const checks = new Map(report.checks.map((check) => [check.id, check]))
    let separator = '[\n'
    for (const result of shownResults(report, options)) {
      yield separator + printableJson(eventOf(report, result, checks.get(result.checkId)))
      separator = ',\n'
    }
    for (const fixed of report.fixed) {
      yield separator + printableJson(closingEventOf(report, fixed, checks.get(fixed.checkId)))
      separator = ',\n'
    }
    yield separator === '[\n' ? '[]\n' : '\n]\n'
  },
}

/** What events of every kind have. */
function baseOf(
  report: Report,
  of: { readonly activity: keyof typeof ACTIVITIES; readonly severity: Severity; readonly checkId: string },
): object {
  const [activityId, activity] = ACTIVITIES[of.activity]
  const [severityId, severity] = SEVERITY_IDS[of.severity]
  return {
    activity_id: activityId,
    activity_name: activity,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2003,
    class_name: 'Compliance Finding',
    type_uid: 200_300 + activityId,
    type_name: `Compliance Finding: ${activity}`,
    time: report.at.getTime(),
    severity_id: severityId,
    severity,
    metadata: {
      version: OCSF_VERSION,
      profiles: ['cloud'],
      event_code: of.checkId,
      product: { name: 'Vedette', vendor_name: 'Vedette', uid: 'vedette', version: report.version },
      original_time: report.at.toISOString(),
    },
  }
}

function eventOf(report: Report, result: CountedResult, check: Check | undefined): object {
  const { verdict, accountId, location, checkId } = result
  const isKnown = result.history === 'unchanged' || result.countsAs === 'inBaseline'
  const name = describeResource(result, check)
  const why = describeWhy(result)
  return {
    ...baseOf(report, { ...result, activity: isKnown ? 'update' : 'create' }),
    ...statusOf(result, isKnown),
    message: `${check?.title ?? checkId}: ${verdict.replaceAll('_', ' ')} for ${name}`,
    cloud: {
      provider: 'AWS',
      ...(location === null ? {} : { region: location }),
      ...(accountId === null ? {} : { account: { uid: accountId, type_id: 10, type: 'AWS Account' } }),
    },
    finding_info: {
      ...findingOf(report, checkId, check),
      uid: result.fingerprint ?? `${checkId}/${accountId ?? ''}/${location ?? ''}`,
    },
    compliance: complianceOf(result, check),
    ...remediationOf(check),
    resources: [resourceOf(result, check, name)],
    ...(result.evidence.length === 0
      ? {}
      : { evidences: [{ name: 'observed values', data: { values: result.evidence } }] }),
    ...(result.acceptance === null ? {} : { comment: result.acceptance.reason }),
    ...(why === '' ? {} : { status_detail: why }),
  }
}

/** A finding that is gone: closed under the same uid. */
function closingEventOf(report: Report, fixed: FixedFinding, check: Check | undefined): object {
  const { checkId, resource, fingerprint, why } = fixed
  const verdict = why === 'fixed' ? 'pass' : 'not_applicable'
  return {
    ...baseOf(report, { ...fixed, activity: 'close' }),
    status_id: 4,
    status: 'Resolved',
    status_detail: why.replaceAll('_', ' '),
    message: `${check?.title ?? checkId}: ${why.replaceAll('_', ' ')} for ${resource}`,
    cloud: { provider: 'AWS' },
    finding_info: { ...findingOf(report, checkId, check), uid: fingerprint },
    compliance: complianceOf({ ...fixed, verdict, evidence: [], missing: [] }, check),
    resources: [{ uid: resource, ...(check === undefined ? {} : { type: check.on.type }) }],
  }
}

/** A finding's own life, not the check's answer, which is in `compliance`. A pass, and what was known before, has none to tell. */
function statusOf({ countsAs, verdict }: CountedResult, isKnown: boolean): object {
  if (countsAs === 'accepted') return { status_id: 3, status: 'Suppressed' }
  return verdict === 'fail' && !isKnown ? { status_id: 1, status: 'New' } : {}
}

function findingOf(report: Report, checkId: string, check: Check | undefined): object {
  return {
    title: check?.title ?? checkId,
    ...(check === undefined ? {} : { desc: check.why }),
    last_seen_time: report.at.getTime(),
    types: ['Software and Configuration Checks'],
    analytic: { uid: checkId, name: check?.title ?? checkId, type_id: 1, type: 'Rule' },
  }
}

function remediationOf(check: Check | undefined): object {
  if (check === undefined) return {}
  const { fix, references } = check
  const desc = `Terraform: ${fix.terraform}\nCLI: ${fix.cli}\nConsole: ${fix.console}`
  return { remediation: { desc, references } }
}

function complianceOf(
  result: Pick<CountedResult, 'verdict' | 'checkId' | 'evidence' | 'missing' | 'severity'>,
  check: Check | undefined,
): object {
  const { verdict, checkId, severity } = result
  const [statusId, status] = STATUSES[verdict]
  const requirements = requirementsOf(checkId)
  const standards = [...new Set(requirements.map(({ frameworkTitle }) => frameworkTitle))]
  const [severityId, severityName] = SEVERITY_IDS[severity]
  return {
    control: checkId,
    ...(check === undefined ? {} : { desc: check.title }),
    standards,
    requirements: requirements.map(({ frameworkTitle, id }) => `${frameworkTitle} ${id}`),
    status_id: statusId,
    status,
    status_details: describeWhys(result),
    checks: [
      {
        uid: checkId,
        name: check?.title ?? checkId,
        severity_id: severityId,
        severity: severityName,
        standards,
        status_id: statusId,
        status,
      },
    ],
  }
}

function resourceOf(result: CountedResult, check: Check | undefined, name: string): object {
  const { resource, location, source } = result
  const labels = Object.entries(resource?.tags ?? {}).map(([key, value]) => `${key}:${value}`)
  const arn = resource?.arn ?? null
  const address = resource?.address ?? null
  return {
    uid: identifyResource(result) ?? name,
    name: resource?.name ?? name,
    type: resource?.type ?? check?.on.type ?? 'unknown',
    ...(arn === null ? {} : { cloud_partition: arn.split(':')[1] ?? '' }),
    ...(location === null ? {} : { region: location }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(address === null ? {} : { data: { address, source } }),
  }
}
