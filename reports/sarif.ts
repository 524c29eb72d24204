import type { Check, Severity } from '#core/check.ts'
import type { Verdict } from '#core/judge.ts'
import { describeReason } from '#core/reason.ts'
import { EXIT, type CountedResult, type Report } from '#core/report.ts'
import { describeResource, describeWhy } from './describe-result.ts'
import { shownResults, type ReportFormat } from './format.ts'
import { requirementsOf } from './requirements.ts'
import { printableJson, visible } from './visible.ts'

const LEVELS: Readonly<Record<Severity, string>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note' }
/** By which GitHub sorts alerts: over 9.0 is critical, 7.0 high, 4.0 medium. Source: GitHub, "SARIF support for code scanning". */
const SCORES: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' }
const KINDS: Readonly<Record<Verdict, string>> = {
  fail: 'fail',
  pass: 'pass',
  unknown: 'open',
  not_applicable: 'notApplicable',
}

/**
 * SARIF 2.1.0 with one run. A result points at its lines where they are known, else at the file that was read, and always
 * names its address or ARN as a logical location.
 */
export const sarif: ReportFormat = {
  name: 'sarif',
  extension: 'sarif',
  use: 'for code scanning',
  *render(report, options) {
    const rules = new Map(report.checks.map((check, index) => [check.id, { check, index }]))
    const knowsHistory =
      report.fixed.length > 0 ||
      report.results.some(({ history, countsAs }) => history !== null || countsAs === 'inBaseline')
    yield '{"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{\n'
    yield `"tool":${printableJson({ driver: driverOf(report) })},\n`
    yield `"invocations":[${printableJson(invocationOf(report))}],\n`
    yield '"columnKind":"utf16CodeUnits",\n"results":['
    let separator = '\n'
    for (const result of shownResults(report, options)) {
      const rule = rules.get(result.checkId)
      yield separator + printableJson(resultOf(result, { ...rule, file: report.file, knowsHistory }))
      separator = ',\n'
    }
    yield '\n]}]}\n'
  },
}

function driverOf({ version, checks }: Report): object {
  return { name: 'Vedette', semanticVersion: version, rules: checks.map(ruleOf) }
}

function ruleOf({ id, title, severity, why, fix, references, aliases }: Check): object {
  const requirements = requirementsOf(id).map(({ framework, id: requirement }) => `${framework}/${requirement}`)
  const [helpUri] = references
  return {
    id,
    name: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: {
      text: `${why}\n\nTerraform: ${fix.terraform}\nCLI: ${fix.cli}\nConsole: ${fix.console}`,
      markdown: `${why}\n\n- **Terraform:** ${fix.terraform}\n- **CLI:** \`${fix.cli}\`\n- **Console:** ${fix.console}\n\n${references.map((reference) => `<${reference}>`).join('\n')}`,
    },
    ...(helpUri === undefined ? {} : { helpUri }),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      precision: 'high',
      'security-severity': SCORES[severity],
      // GitHub reads no more than 20.
      tags: ['security', ...requirements, ...aliases].slice(0, 20),
    },
  }
}

/** How the run itself went; gaps and notices are what the tool has to say of it. */
function invocationOf({ outcome, at, gaps, notices }: Report): object {
  const notification = (level: string, text: string): object => ({ level, message: { text: literal(text) } })
  return {
    executionSuccessful: outcome.exitCode !== EXIT.notEvaluated,
    exitCode: outcome.exitCode,
    exitCodeDescription: outcome.sentence,
    endTimeUtc: at.toISOString(),
    toolExecutionNotifications: [
      ...notices.map((notice) => notification('note', notice)),
      ...gaps.map(({ reason, results }) => notification('warning', `${results} unknown: ${describeReason(reason)}`)),
    ],
  }
}

function resultOf(
  result: CountedResult,
  of: {
    readonly check?: Check
    readonly index?: number
    readonly file: string | null
    readonly knowsHistory: boolean
  },
): object {
  const { verdict, severity, fingerprint, acceptance, resource, missing } = result
  const name = describeResource(result, of.check)
  const why = describeWhy(result)
  return {
    ruleId: result.checkId,
    ...(of.index === undefined ? {} : { ruleIndex: of.index }),
    kind: KINDS[verdict],
    level: verdict === 'fail' ? LEVELS[severity] : 'none',
    message: { text: literal(why === '' ? name : `${name}: ${why}`) },
    locations: [locationOf(result, of.file, name)],
    ...(fingerprint === null
      ? {}
      : { fingerprints: { 'vedette/v1': fingerprint }, partialFingerprints: { 'vedette/v1': fingerprint } }),
    ...(acceptance === null
      ? {}
      : {
          suppressions: [
            {
              kind: acceptance.approvedBy === null ? 'inSource' : 'external',
              status: 'accepted',
              justification: acceptance.reason,
            },
          ],
        }),
    ...(of.knowsHistory ? { baselineState: baselineStateOf(result) } : {}),
    properties: {
      severity,
      status: verdict,
      countsAs: result.countsAs,
      account: result.accountId,
      region: result.location,
      arn: resource?.arn ?? null,
      evidence: result.evidence,
      missing,
    },
  }
}

function locationOf({ source, resource }: CountedResult, file: string | null, name: string): object {
  const logical = { name, fullyQualifiedName: resource?.address ?? resource?.arn ?? name, kind: 'resource' }
  const physical =
    source !== null
      ? {
          artifactLocation: { uri: uriOf(source.file) },
          region: { startLine: source.startLine, endLine: source.endLine },
        }
      : file === null
        ? null
        : { artifactLocation: { uri: uriOf(file) } }
  return { ...(physical === null ? {} : { physicalLocation: physical }), logicalLocations: [logical] }
}

/** A path as a relative URI reference. */
function uriOf(path: string): string {
  return path.toWellFormed().replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
}

/** SARIF wants it of every result, or of none; what is no finding was none before either, as far as a baseline tells. */
function baselineStateOf({ verdict, countsAs, history }: CountedResult): string {
  return verdict !== 'fail' || countsAs === 'inBaseline' || history === 'unchanged' ? 'unchanged' : 'new'
}

/** Text in a message: braces would be placeholders, and brackets before a parenthesis a link. Source: SARIF 2.1.0, 3.11.5 and 3.11.6. */
function literal(text: string): string {
  return visible(text).replaceAll('{', '{{').replaceAll('}', '}}').replaceAll('](', '] (')
}
