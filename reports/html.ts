import { createHash } from 'node:crypto'
import { totals } from '#core/build-report.ts'
import { SEVERITIES, type Check, type Severity } from '#core/check.ts'
import { describeReason } from '#core/reason.ts'
import { EXIT, type CountedResult, type Report } from '#core/report.ts'
import { shownToPeople, type RenderOptions, type ReportFormat } from './format.ts'
import { checkGroup, resultRow } from './html-result.ts'
import { HTML_SCRIPT, HTML_STYLE } from './html-style.ts'
import { isInUse, summarise } from './summary.ts'
import { xmlAttributes, xmlText } from './xml.ts'

/**
 * One page that needs nothing else: no request leaves it (its policy allows none), and it can be read, searched and
 * printed as it is. All text from outside is escaped; what runs and styles it is constant, and allowed by its hash only.
 */
export const html: ReportFormat = {
  name: 'html',
  extension: 'html',
  use: 'one page for the browser, and for printing',
  *render(report, options) {
    yield headOf(report)
    yield filterOf(report, options)
    yield '<main id="results">\n'
    yield* sections(report, options)
    yield '</main>\n'
    yield aside(report)
    yield `<footer>Vedette ${xmlText(report.version)}. Coverage counts the checks, place by place, that nothing kept from a verdict.</footer>\n`
    yield `<script>${HTML_SCRIPT}</script>\n</body>\n</html>\n`
  },
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

function headOf(report: Report): string {
  const { subject, outcome, at, coveragePercent, notices } = report
  const policy = `default-src 'none'; style-src ${hashOf(HTML_STYLE)}; script-src ${hashOf(HTML_SCRIPT)}; base-uri 'none'; form-action 'none'`
  const [mood, title] =
    outcome.exitCode === EXIT.notEvaluated
      ? ['warn', 'Could not be judged']
      : outcome.exitCode === EXIT.findings
        ? ['bad', `${outcome.failing} ${outcome.failing === 1 ? 'finding' : 'findings'} to fix`]
        : ['good', 'Nothing to fix']
  const when = at.toISOString()
  const account = onlyAccount(report)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${xmlText(title)}: ${xmlText(subject)}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<a class="skip" href="#results">Skip to the results</a>
<header>
<h1>${xmlText(subject)}</h1>
<p class="facts">${account === null || subject.includes(account) ? '' : `<span>AWS account ${xmlText(account)}</span>`}<time datetime="${when}">${when.slice(0, 16).replace('T', ' ')} UTC</time></p>
<p class="verdict ${mood}"><strong>${xmlText(title)}</strong> ${xmlText(outcome.sentence)}</p>
<dl class="tiles">${tilesOf(report, coveragePercent)}</dl>
${notices.length === 0 ? '' : `<ul class="notices">${notices.map((notice) => `<li>${xmlText(notice)}</li>`).join('')}</ul>`}
</header>
`
}

/** The account that all results are about, or null. */
function onlyAccount({ results }: Report): string | null {
  const [first] = results
  return first !== undefined && results.every(({ accountId }) => accountId === first.accountId) ? first.accountId : null
}

function tilesOf(report: Report, coveragePercent: number): string {
  const open: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0 }
  for (const { countsAs, severity } of report.results) {
    if (countsAs === 'failing' || countsAs === 'below') open[severity]++
  }
  const tile = (name: string, value: string, style = ''): string =>
    `<div${style === '' ? '' : ` class="${style}"`}><dt>${name}</dt><dd>${value}</dd></div>`
  const severities = SEVERITIES.map((severity) =>
    tile(severity, String(open[severity]), open[severity] === 0 ? 'none' : severity),
  )
  const { pass } = totals(report.counts)
  return [
    ...severities,
    tile('unknown', String(report.outcome.unknown), report.outcome.unknown === 0 ? 'none' : ''),
    tile('passed', String(pass), pass === 0 ? 'none' : ''),
    tile('coverage', `${coveragePercent} %`),
  ].join('')
}

function filterOf(report: Report, options: RenderOptions): string {
  const present = new Set<string>()
  for (const { checkId } of shownToPeople(report, options)) present.add(checkId)
  if (present.size === 0) return ''
  const chips = SEVERITIES.map(
    (severity) =>
      `<label class="chip ${severity}"><input type="checkbox" name="severity" value="${severity}" checked>${severity}</label>`,
  )
  const checks = report.checks
    .filter(({ id }) => present.has(id))
    .map(({ id }) => `<option${xmlAttributes({ value: id })}>${xmlText(id)}</option>`)
  return `<form class="filter" role="search" hidden>
<fieldset><legend>Severity</legend>${chips.join('')}</fieldset>
<label class="away" for="check">Check</label><select id="check" name="check"><option value="">All checks</option>${checks.join('')}</select>
<label class="away" for="text">Text</label><input id="text" type="search" name="text" placeholder="Resource, region, evidence">
<output aria-live="polite"></output>
</form>
`
}

const SECTIONS = {
  failing: 'Breaks the gate',
  below: 'Below the threshold',
  inBaseline: 'In the baseline',
  unknown: 'Unknown',
  accepted: 'Accepted',
  pass: 'Passed',
  not_applicable: 'Not applicable',
  fail: 'Findings',
} as const

function sectionOf({ countsAs, verdict }: CountedResult): keyof typeof SECTIONS {
  return countsAs ?? verdict
}

/** Results come sorted by section, then by check: each run of them is a group. */
function* sections(report: Report, options: RenderOptions): Iterable<string> {
  const checks = new Map<string, Check>(report.checks.map((check) => [check.id, check]))
  const sizes = new Map<string, number>()
  const add = (key: string): void => void sizes.set(key, (sizes.get(key) ?? 0) + 1)
  for (const result of shownToPeople(report, options)) {
    add(sectionOf(result))
    add(`${sectionOf(result)} ${result.checkId}`)
  }
  const accountIsKnown = onlyAccount(report) !== null
  let section = ''
  let group = ''
  for (const result of shownToPeople(report, options)) {
    const next = sectionOf(result)
    const key = `${next} ${result.checkId}`
    if (key !== group && group !== '') yield '</tbody></table></div></details>\n'
    if (next !== section) {
      if (section !== '') yield '</section>\n'
      yield `<section><h2>${SECTIONS[next]} <span>${sizes.get(next) ?? 0}</span></h2>\n`
      section = next
    }
    const check = checks.get(result.checkId)
    if (key !== group) yield checkGroup(result, check, { count: sizes.get(key) ?? 0, isOpen: next === 'failing' })
    group = key
    yield resultRow(result, check, { accountIsKnown })
  }
  if (group !== '') yield '</tbody></table></div></details>\n</section>\n'
  else yield '<p>No findings.</p>\n'
}

const MOST_GAPS = 100

function aside(report: Report): string {
  const { gaps, notExamined, fixed } = report
  const parts: string[] = []
  if (gaps.length > 0) {
    const rows = gaps
      .slice(0, MOST_GAPS)
      .map(
        ({ reason, results }) =>
          `<tr><td class="number">${results}</td><td>${xmlText(describeReason(reason))}</td></tr>`,
      )
    const more = gaps.length > MOST_GAPS ? `<tr><td></td><td>and ${gaps.length - MOST_GAPS} more reasons</td></tr>` : ''
    parts.push(
      panel(
        'What could not be learnt',
        `<table><thead><tr><th class="number" scope="col">Results</th><th scope="col">Because</th></tr></thead><tbody>${rows.join('')}${more}</tbody></table>`,
      ),
    )
  }
  if (fixed.length > 0) {
    const rows = fixed.map(
      ({ severity, checkId, resource, why }) =>
        `<tr><td>${severity}</td><td><code>${xmlText(checkId)}</code></td><td><code>${xmlText(resource)}</code></td><td>${why.replaceAll('_', ' ')}</td></tr>`,
    )
    parts.push(
      panel(
        `Fixed or gone <span>${fixed.length}</span>`,
        `<table><thead><tr><th scope="col">Severity</th><th scope="col">Check</th><th scope="col">Resource</th><th scope="col">Why</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
      ),
    )
  }
  parts.push(servicesOf(report))
  if (notExamined.length > 0) {
    const types = notExamined.map(({ type, resources }) => `<li><code>${xmlText(type)}</code> ${resources}</li>`)
    parts.push(panel('Not looked at: no check reads these types', `<ul class="types">${types.join('')}</ul>`))
  }
  return parts.join('')
}

function servicesOf(report: Report): string {
  const all = summarise(report)
  const number = (count: number): string => `<td class="number">${count === 0 ? '' : count}</td>`
  const rows = all
    .filter(isInUse)
    .map(
      ({ service, checks, pass, fail, unknown }) =>
        `<tr><td>${xmlText(service)}</td>${[checks, pass, ...SEVERITIES.map((severity) => fail[severity]), unknown].map(number).join('')}</tr>`,
    )
  const unused = all.filter((service) => !isInUse(service)).map(({ service }) => service)
  const titles = ['checks', 'passed', ...SEVERITIES, 'unknown'].map(
    (title) => `<th class="number" scope="col">${title}</th>`,
  )
  const body = [
    rows.length === 0
      ? ''
      : `<table><thead><tr><th scope="col">service</th>${titles.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
    unused.length === 0 ? '' : `<p class="note">Nothing to judge in ${unused.map(xmlText).join(', ')}.</p>`,
  ].join('')
  return body === '' ? '' : panel('By service', body)
}

function panel(title: string, body: string): string {
  return `<section><h2>${title}</h2><div class="panel">${body}</div></section>\n`
}
