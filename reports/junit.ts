import type { Check } from '#core/check.ts'
import { EXIT, type CountedResult, type Report } from '#core/report.ts'
import { serviceOfCheck } from '#core/selection.ts'
import { describeResource, describeStanding, describeWhy, identifyResource } from './describe-result.ts'
import { shownResults, type RenderOptions, type ReportFormat } from './format.ts'
import { xmlAttributes, xmlLines } from './xml.ts'

/**
 * JUnit's XML: a suite per service, a test case per result. What breaks the gate is a failure; findings below the
 * threshold, accepted ones and unknowns are skipped tests that say why. A last suite holds the gate itself, as an error
 * where not enough could be judged, so that a run never shows up as empty or as passed when it was neither.
 */
export const junit: ReportFormat = {
  name: 'junit',
  extension: 'xml',
  use: 'for CI systems that show test results',
  *render(report, options) {
    const checks = new Map(report.checks.map((check) => [check.id, check]))
    const suites = countSuites(report, options)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    const total = sum([...suites.values(), gateSize(report)])
    yield `<testsuites${xmlAttributes({ name: 'vedette', ...total })}>\n`
    for (const [service, size] of suites) {
      yield `<testsuite${xmlAttributes({ name: service, ...size, timestamp: timestamp(report) })}>\n`
      for (const result of shownResults(report, options)) {
        if (serviceOfCheck({ id: result.checkId }) === service) yield testCase(result, checks.get(result.checkId))
      }
      yield '</testsuite>\n'
    }
    yield gateSuite(report)
    yield '</testsuites>\n'
  },
}

interface Size {
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly skipped: number
}

function countSuites(report: Report, options: RenderOptions): ReadonlyMap<string, Size> {
  const suites = new Map<string, Size>()
  for (const result of shownResults(report, options)) {
    const service = serviceOfCheck({ id: result.checkId })
    const size = suites.get(service) ?? { tests: 0, failures: 0, errors: 0, skipped: 0 }
    const isFailure = result.countsAs === 'failing'
    suites.set(service, {
      ...size,
      tests: size.tests + 1,
      failures: size.failures + (isFailure ? 1 : 0),
      skipped: size.skipped + (isFailure || result.verdict === 'pass' ? 0 : 1),
    })
  }
  return new Map([...suites].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function sum(sizes: readonly Size[]): Size {
  const total = (key: keyof Size): number => sizes.reduce((so, size) => so + size[key], 0)
  return { tests: total('tests'), failures: total('failures'), errors: total('errors'), skipped: total('skipped') }
}

function testCase(result: CountedResult, check: Check | undefined): string {
  const { source, severity, checkId } = result
  const attributes = xmlAttributes({
    classname: checkId,
    name: identifyResource(result) ?? describeResource(result, check),
    file: source?.file ?? null,
    line: source?.startLine ?? null,
  })
  const body = bodyOf(result, check, severity)
  return body === '' ? `<testcase${attributes}/>\n` : `<testcase${attributes}>${body}</testcase>\n`
}

function bodyOf(result: CountedResult, check: Check | undefined, severity: string): string {
  const why = describeWhy(result)
  if (result.countsAs === 'failing') {
    const { title, why: risk, fix } = check ?? { title: '', why: '', fix: { terraform: '', cli: '' } }
    const text = `${title}\n${risk}\n\nSeen: ${why}\nTerraform: ${fix.terraform}\nCLI: ${fix.cli}`
    return `<failure${xmlAttributes({ type: severity, message: why })}>${xmlLines(text)}</failure>`
  }
  if (result.verdict === 'pass') return ''
  const standing = result.countsAs === 'below' ? `${severity}, below the threshold` : describeStanding(result)
  return `<skipped${xmlAttributes({ message: why === '' ? standing : `${standing}: ${why}` })}/>`
}

function gateSize({ outcome }: Report): Size {
  return { tests: 1, failures: 0, errors: outcome.exitCode === EXIT.notEvaluated ? 1 : 0, skipped: 0 }
}

function gateSuite(report: Report): string {
  const { exitCode, sentence } = report.outcome
  const body =
    exitCode === EXIT.notEvaluated
      ? `<error${xmlAttributes({ type: 'not evaluated', message: sentence })}/>`
      : `<system-out>${xmlLines([sentence, ...report.notices].join('\n'))}</system-out>`
  return `<testsuite${xmlAttributes({ name: 'gate', ...gateSize(report), timestamp: timestamp(report) })}>
<testcase${xmlAttributes({ classname: 'gate', name: report.subject })}>${body}</testcase>
</testsuite>
`
}

/** Without the zone and fractions that the schema of Ant's JUnit task refuses. */
function timestamp({ at }: Report): string {
  return at.toISOString().slice(0, 19)
}
