import { SEVERITIES } from '#core/check.ts'
import { describeReason } from '#core/reason.ts'
import type { CountedResult, Report } from '#core/report.ts'
import { describeResource, describeSource, describeStanding, describeWhys } from './describe-result.ts'
import { shownToPeople, type RenderOptions, type ReportFormat } from './format.ts'
import { isInUse, summarise } from './summary.ts'
import { styleOf, type Style, type Terminal } from './terminal.ts'
import { tableLines, type Cell } from './text-table.ts'
import { cutText, textWidth, wrapText } from './text-width.ts'
import { visible } from './visible.ts'

/** Longer evidence is cut in a table; other formats have all of it. */
const MOST_WHY = 240
const MOST_WHYS = 6
const MOST_GAPS = 10
const MOST_TYPES = 20

interface Screen {
  readonly terminal: Terminal
  readonly style: Style
  readonly mark: string
}

export const table: ReportFormat = {
  name: 'table',
  extension: 'txt',
  use: 'for people, on a terminal',
  *render(report, options) {
    const { terminal } = options
    const screen = { terminal, style: styleOf(terminal), mark: terminal.unicode ? '…' : '...' }
    for (const line of lines(report, options, screen)) yield `${line}\n`
  },
}

function* lines(report: Report, options: RenderOptions, screen: Screen): Iterable<string> {
  const { style, terminal } = screen
  const places = placesOf(report, options)
  const facts = [
    ...[places.accounts, places.regions].flatMap((names) => (names.size === 1 ? [...names] : [])),
    `${report.at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `Vedette ${report.version}`,
  ].filter((fact): fact is string => fact !== null && !report.subject.includes(fact))
  yield* heading(report.subject, facts, screen)
  yield* section(findings(report, options, places, screen))
  yield* section(gaps(report, screen))
  yield* section(services(report, screen))
  yield* section(notExamined(report, screen))
  yield* section(fixed(report, screen))
  yield* section(paragraphs(report.notices, screen))
  const { exitCode, sentence } = report.outcome
  yield ''
  const paint = exitCode === 0 ? style.good : style.bad
  for (const line of wrapText(visible(sentence), terminal.width)) yield paint(line)
}

/** What it is about, and what holds for all of it: on one line where that fits. */
function* heading(subject: string, facts: readonly string[], { terminal, style }: Screen): Iterable<string> {
  const dot = terminal.unicode ? ' · ' : ' - '
  const [title, rest] = [visible(subject), visible(facts.join(dot))]
  if (textWidth(title + dot + rest) <= terminal.width) {
    yield style.bold(title) + style.dim(dot + rest)
    return
  }
  for (const line of wrapText(title, terminal.width)) yield style.bold(line)
  for (const line of wrapText(rest, terminal.width)) yield style.dim(line)
}

/** Findings that a person accepted or knew are counted in the last line, and listed only among all results. */
function* rowsOf(report: Report, options: RenderOptions): Iterable<CountedResult> {
  for (const result of shownToPeople(report, options)) {
    const isSettled = result.countsAs === 'accepted' || result.countsAs === 'inBaseline'
    if (options.results === 'all' || !isSettled) yield result
  }
}

/** Where the rows are: what is the same for all of them stands above, and takes no column. */
interface Places {
  readonly accounts: ReadonlySet<string | null>
  readonly regions: ReadonlySet<string | null>
}

function placesOf(report: Report, options: RenderOptions): Places {
  const places = { accounts: new Set<string | null>(), regions: new Set<string | null>() }
  for (const { accountId, location } of rowsOf(report, options)) {
    places.accounts.add(accountId)
    places.regions.add(location)
  }
  return places
}

/** Sets off what is there by an empty line. */
function* section(body: Iterable<string>): Iterable<string> {
  let isFirst = true
  for (const line of body) {
    if (isFirst) yield ''
    isFirst = false
    yield line
  }
}

function* findings(
  report: Report,
  options: RenderOptions,
  places: Places,
  { terminal, style, mark }: Screen,
): Iterable<string> {
  if (places.regions.size === 0) return
  const checks = new Map(report.checks.map((check) => [check.id, check]))
  const rows: Iterable<readonly Cell[]> = {
    *[Symbol.iterator]() {
      for (const result of rowsOf(report, options)) {
        const name = describeResource(result, checks.get(result.checkId))
        yield [
          { text: result.severity, paint: style.of[result.severity] },
          result.checkId,
          { text: [name, whereOf(result, places)], paint: style.bold },
          describeStanding(result),
          { text: whyOf(result, mark), paint: (text) => text },
        ]
      }
    },
  }
  const columns = [
    { title: 'SEVERITY', least: 8 },
    { title: 'CHECK', least: 14 },
    { title: 'RESOURCE', least: 14 },
    { title: 'STATUS', least: 8 },
    { title: 'WHY', least: 16 },
  ]
  yield* tableLines(columns, rows, { width: terminal.width, paintTitle: style.dim })
}

/** File and line, and the account and region where they are not the same for all. */
function whereOf(result: CountedResult, { accounts, regions }: Places): string {
  const { accountId, location } = result
  const parts = [
    describeSource(result),
    accounts.size > 1 ? (accountId ?? 'account not known') : '',
    regions.size > 1 ? (location ?? 'region not known') : '',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** A line for each value that decided; what is long is cut. */
function whyOf(result: CountedResult, mark: string): readonly string[] {
  const whys = describeWhys(result)
  const more = whys.length - MOST_WHYS
  return [
    ...whys.slice(0, MOST_WHYS).map((why) => cutText(why, MOST_WHY, mark)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
}

function* gaps({ gaps }: Report, { terminal, style }: Screen): Iterable<string> {
  if (gaps.length === 0) return
  const rows = gaps
    .slice(0, MOST_GAPS)
    .map(({ reason, results }) => [String(results), cutText(describeReason(reason), MOST_WHY)])
  const columns = [{ title: 'UNKNOWN', align: 'right' as const, least: 7 }, { title: 'BECAUSE' }]
  yield* tableLines(columns, rows, { width: terminal.width, paintTitle: style.dim })
  if (gaps.length > MOST_GAPS)
    yield style.dim(`and ${gaps.length - MOST_GAPS} more reasons; other formats list them all`)
}

function* services(report: Report, { terminal, style }: Screen): Iterable<string> {
  const all = summarise(report)
  const used = all.filter(isInUse)
  const count = (number: number): string => (number === 0 ? '' : String(number))
  if (used.length > 0) {
    const titles = ['SERVICE', 'CHECKS', 'PASS', ...SEVERITIES.map((severity) => severity.toUpperCase()), 'UNKNOWN']
    const rows = used.map(({ service, checks, pass, fail, unknown }): readonly Cell[] => [
      service,
      String(checks),
      count(pass),
      ...SEVERITIES.map((severity) => ({
        text: count(fail[severity]),
        paint: style.of[severity],
      })),
      count(unknown),
    ])
    const columns = titles.map((title, index) =>
      index === 0 ? { title, least: 7 } : { title, align: 'right' as const, least: 4 },
    )
    yield* tableLines(columns, rows, { width: terminal.width, paintTitle: style.dim })
  }
  const unused = all.filter((service) => !isInUse(service)).map(({ service }) => service)
  if (unused.length > 0) {
    const text = `Nothing to judge in ${unused.join(', ')}.`
    for (const line of wrapText(text, terminal.width)) yield style.dim(line)
  }
}

function* notExamined({ notExamined }: Report, { terminal, style }: Screen): Iterable<string> {
  if (notExamined.length === 0) return
  const named = notExamined.slice(0, MOST_TYPES).map(({ type, resources }) => `${type} ${resources}`)
  const more = notExamined.length - named.length
  const text = `Not looked at, because no check reads them: ${named.join(', ')}${more > 0 ? ` and ${more} more types` : ''}.`
  for (const line of wrapText(visible(text), terminal.width)) yield style.dim(line)
}

function* fixed({ fixed }: Report, { terminal, style }: Screen): Iterable<string> {
  if (fixed.length === 0) return
  const rows = fixed.map(({ checkId, severity, resource, why }): readonly Cell[] => [
    { text: severity, paint: style.of[severity] },
    checkId,
    resource,
    why.replaceAll('_', ' '),
  ])
  const columns = [
    { title: 'GONE', least: 8 },
    { title: 'CHECK', least: 14 },
    { title: 'RESOURCE', least: 14 },
    { title: 'WHY', least: 8 },
  ]
  yield* tableLines(columns, rows, { width: terminal.width, paintTitle: style.dim })
}

function* paragraphs(texts: readonly string[], { terminal }: Screen): Iterable<string> {
  for (const text of texts) yield* wrapText(visible(text), terminal.width)
}
