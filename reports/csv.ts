import type { Check } from '#core/check.ts'
import type { CountedResult } from '#core/report.ts'
import { describeWhy, identifyResource } from './describe-result.ts'
import { shownResults, type ReportFormat } from './format.ts'
import { visibleLines } from './visible.ts'

type Column = readonly [
  name: string,
  value: (result: CountedResult, check: Check | undefined) => string | number | null,
]

const COLUMNS: readonly Column[] = [
  ['severity', ({ severity }) => severity],
  ['status', ({ verdict }) => verdict],
  ['counts_as', ({ countsAs }) => countsAs],
  ['check', ({ checkId }) => checkId],
  ['title', (_, check) => check?.title ?? null],
  ['account', ({ accountId }) => accountId],
  ['region', ({ location }) => location],
  ['resource_type', ({ resource }, check) => resource?.type ?? check?.on.type ?? null],
  ['resource', (result) => identifyResource(result)],
  ['name', ({ resource }) => resource?.name ?? null],
  ['arn', ({ resource }) => resource?.arn ?? null],
  ['address', ({ resource }) => resource?.address ?? null],
  ['reason', (result) => describeWhy(result)],
  ['file', ({ source }) => source?.file ?? null],
  ['line', ({ source }) => source?.startLine ?? null],
  ['history', ({ history }) => history],
  ['accepted_because', ({ acceptance }) => acceptance?.reason ?? null],
  ['accepted_by', ({ acceptance }) => acceptance?.approvedBy ?? null],
  ['accepted_until', ({ acceptance }) => acceptance?.expiresAt?.toISOString() ?? null],
  ['fingerprint', ({ fingerprint }) => fingerprint],
]

/** One row per result, as RFC 4180 writes it; what is not known is empty. */
export const csv: ReportFormat = {
  name: 'csv',
  extension: 'csv',
  use: 'for spreadsheets, one row per result',
  *render(report, options) {
    const checks = new Map(report.checks.map((check) => [check.id, check]))
    yield row(COLUMNS.map(([name]) => name))
    for (const result of shownResults(report, options)) {
      const check = checks.get(result.checkId)
      yield row(COLUMNS.map(([, value]) => value(result, check)))
    }
  },
}

function row(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => (cell === null ? '' : quoted(unformula(visibleLines(String(cell)))))).join(',')}\r\n`
}

/**
 * A spreadsheet runs what starts like a formula, full-width signs and cells that start behind a blank included: an
 * apostrophe before it makes it text. Source: OWASP, "CSV Injection".
 */
function unformula(text: string): string {
  return /^\s*[=+\-@＝＋－＠]/u.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return /[",\r\n;]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
