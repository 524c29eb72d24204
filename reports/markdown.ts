import type { Check, Severity } from '#core/check.ts'
import { describeReason } from '#core/reason.ts'
import { EXIT, type CountedResult, type Report } from '#core/report.ts'
import { describeResource, describeSource, describeWhy } from './describe-result.ts'
import type { ReportFormat } from './format.ts'
import { codeSpan, markdownText } from './markdown-text.ts'
import { cutText } from './text-width.ts'

/** What a comment on GitHub can hold, in characters. */
const MOST = 65_536
/** Kept free for the sentence about what was cut, and the last line. */
const RESERVED = 1_000
const MOST_WHY = 400
const MOST_GAPS = 20

const MARKS: Readonly<Record<Severity, string>> = { critical: '🟣', high: '🔴', medium: '🟡', low: '🔵' }

/**
 * A comment for a pull request: what breaks the gate first, by check, with why and how to fix it; the rest folds away.
 * Never longer than a comment may be; what did not fit is counted in its last lines.
 */
export const markdown: ReportFormat = {
  name: 'markdown',
  extension: 'md',
  use: 'for a comment on a pull request, or a job summary',
  *render(report, options) {
    const page = new Page(MOST - RESERVED)
    page.add(headOf(report))
    addFailing(page, report)
    if (report.notices.length > 0)
      page.add(`${report.notices.map((notice) => `- ⚠️ ${codeSpan(notice)}`).join('\n')}\n`)
    addFolded(page, report, options.results === 'all')
    page.add(gapsOf(report))
    page.add(notExaminedOf(report))
    yield page.text + cutSentence(page) + footOf(report)
  },
}

/** Markdown that stops growing when it is full, and counts what it left out. */
class Page {
  text = ''
  shown = 0
  left = 0
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  fits(text: string): boolean {
    return this.text.length + text.length <= this.#most
  }

  /** Adds a part, or leaves it out whole. */
  add(text: string): boolean {
    if (text === '' || !this.fits(text)) return text === ''
    this.text += `${text}\n`
    return true
  }

  /** Adds head, items and tail; items that do not fit, and all of it where not even one does, are counted as left out. */
  addList(head: string, items: readonly string[], tail: string): void {
    let body = ''
    let count = 0
    for (const item of items) {
      if (!this.fits(head + body + item + tail + MORE)) break
      body += `${item}\n`
      count++
    }
    this.shown += count
    this.left += items.length - count
    if (count === 0) return
    const more = count < items.length ? `- and ${items.length - count} more\n` : ''
    this.text += `${head}${body}${more}${tail}\n`
  }
}

/** Room for the line that counts what is left out, and for line feeds. */
const MORE = '- and 1234567890 more\n\n\n'

function headOf({ outcome }: Report): string {
  const [mark, title] =
    outcome.exitCode === EXIT.notEvaluated
      ? ['⚠️', 'could not be judged']
      : outcome.exitCode === EXIT.findings
        ? ['❌', `${outcome.failing} ${outcome.failing === 1 ? 'finding' : 'findings'} to fix`]
        : ['✅', 'nothing to fix']
  // The comment lets a workflow find its own comment again, and write it anew.
  return `<!-- vedette-report -->\n## ${mark} Vedette: ${title}\n\n${markdownText(outcome.sentence)}\n`
}

function addFailing(page: Page, report: Report): void {
  const checks = new Map(report.checks.map((check) => [check.id, check]))
  const groups = Map.groupBy(
    report.results.filter(({ countsAs }) => countsAs === 'failing'),
    ({ checkId }) => checkId,
  )
  for (const [checkId, results] of groups) {
    const check = checks.get(checkId)
    const severity = results[0]?.severity ?? 'low'
    const head = `### ${MARKS[severity]} ${severity}: ${markdownText(check?.title ?? checkId)}

${codeSpan(checkId)} ${markdownText(check?.why ?? '')}

`
    const isConfigured = results.some(({ resource }) => (resource?.address ?? null) !== null)
    page.addList(
      head,
      results.map((result) => itemOf(result, check)),
      check === undefined ? '' : fixOf(check, isConfigured),
    )
  }
}

/** `- resource in file: why`. */
function itemOf(result: CountedResult, check: Check | undefined): string {
  const source = describeSource(result)
  const why = describeWhy(result)
  const parts = [
    codeSpan(describeResource(result, check)),
    ...(source === '' ? [placeOf(result)] : [`in ${codeSpan(source)}`]),
    ...(result.history === 'new' || result.history === 'reopened' ? [`(${result.history})`] : []),
  ].filter((part) => part !== '')
  return `- ${parts.join(' ')}${why === '' ? '' : `: ${codeSpan(cutText(why, MOST_WHY))}`}`
}

function placeOf({ accountId, location }: CountedResult): string {
  const places = [accountId, location].filter((place) => place !== null)
  return places.length === 0 ? '' : `in ${places.map(codeSpan).join(' ')}`
}

/** How to fix it, first in the way in which it was made. */
function fixOf({ fix, references }: Check, isConfigured: boolean): string {
  const links = references.map((reference, index) => `[${index + 1}](${reference})`).join(' ')
  const [first, second] = isConfigured
    ? [`in Terraform:** ${codeSpan(fix.terraform)}`, `CLI: ${codeSpan(fix.cli)}`]
    : [`by CLI:** ${codeSpan(fix.cli)}`, `Terraform: ${codeSpan(fix.terraform)}`]
  return `
**Fix ${first}
<details><summary>Other ways, references</summary>

- ${second}
- Console: ${markdownText(fix.console)}
${links === '' ? '' : `- Read more: ${links}\n`}
</details>
`
}

const FOLDED = [
  ['below', 'below the threshold'],
  ['inBaseline', 'in the baseline'],
  ['accepted', 'accepted'],
  ['unknown', 'unknown'],
] as const

function addFolded(page: Page, report: Report, isAll: boolean): void {
  const checks = new Map(report.checks.map((check) => [check.id, check]))
  const line = (result: CountedResult): string =>
    `- ${result.severity} ${codeSpan(result.checkId)} ${itemOf(result, checks.get(result.checkId)).slice(2)}${acceptanceOf(result)}`
  const fold = (title: string, lines: readonly string[]): void =>
    page.addList(`<details><summary>${lines.length} ${title}</summary>\n\n`, lines, '\n</details>\n')
  for (const [countsAs, title] of FOLDED) {
    const results = report.results.filter((result) => result.countsAs === countsAs)
    // Where enough could be judged, unknowns are told by their reasons.
    const isShown = isAll || countsAs !== 'unknown' || report.outcome.exitCode === EXIT.notEvaluated
    if (results.length > 0 && isShown) fold(title, results.map(line))
  }
  if (report.fixed.length > 0) {
    const lines = report.fixed.map(
      ({ severity, checkId, resource, why }) =>
        `- ${severity} ${codeSpan(checkId)} ${codeSpan(resource)}: ${why.replaceAll('_', ' ')}`,
    )
    fold('fixed or gone', lines)
  }
  for (const verdict of isAll ? (['pass', 'not_applicable'] as const) : []) {
    const results = report.results.filter((result) => result.verdict === verdict)
    if (results.length > 0) fold(verdict === 'pass' ? 'passed' : 'not applicable', results.map(line))
  }
}

function acceptanceOf({ acceptance }: CountedResult): string {
  if (acceptance === null) return ''
  const by = acceptance.approvedBy === null ? '' : `, approved by ${codeSpan(acceptance.approvedBy)}`
  return ` (${codeSpan(acceptance.reason)}${by})`
}

function gapsOf({ gaps, outcome }: Report): string {
  if (gaps.length === 0) return ''
  const lines = gaps
    .slice(0, MOST_GAPS)
    .map(({ reason, results }) => `- ${results} × ${codeSpan(cutText(describeReason(reason), MOST_WHY))}`)
  const more = gaps.length > MOST_GAPS ? `\n- and ${gaps.length - MOST_GAPS} more reasons` : ''
  const title = `Why ${outcome.unknown} ${outcome.unknown === 1 ? 'verdict is' : 'verdicts are'} unknown`
  return `<details><summary>${title}</summary>\n\n${lines.join('\n')}${more}\n\n</details>\n`
}

function notExaminedOf({ notExamined }: Report): string {
  if (notExamined.length === 0) return ''
  const total = notExamined.reduce((sum, { resources }) => sum + resources, 0)
  const types = notExamined.slice(0, 100).map(({ type, resources }) => `${codeSpan(type)} ${resources}`)
  const more = notExamined.length > 100 ? ` and ${notExamined.length - 100} more types` : ''
  return `<details><summary>${total} resources of types that no check reads</summary>\n\n${types.join(', ')}${more}\n\n</details>\n`
}

function cutSentence({ left, shown }: Page): string {
  if (left === 0) return ''
  return `\n**Cut to the length of a comment:** ${shown} results are listed here, ${left} are not. Other formats have them all.\n`
}

function footOf({ subject, version, coveragePercent }: Report): string {
  return `\n<sub>Vedette ${markdownText(version)} on ${codeSpan(cutText(subject, 200))}, coverage ${coveragePercent} %</sub>\n`
}
