import type { Operation } from '#core/aws-call.ts'
import { unknown, type Unknown } from '#core/stored.ts'

// Source of the columns and of what they may hold: IAM User Guide, "Generate credential reports for your AWS account".

export const REPORT: Operation = 'iam:GetCredentialReport'
/** The name of the root user's row. */
export const ROOT_ROW = '<root_account>'

/** One row of the report, by column. Asked for a column that AWS left out, or does not answer, it gives an unknown. */
export interface ReportRow {
  flag(column: string): boolean | Unknown
  /** An ISO 8601 instant, or null where nothing happened yet. */
  time(column: string): string | null | Unknown
}

/** The rows of a credential report, by user name. Throws nothing: what is odd becomes an unknown in its place. */
export function parseReport(csv: string): ReadonlyMap<string, ReportRow> {
  const [header, ...lines] = csv.split(/\r?\n/).filter((line) => line !== '')
  const columns = splitLine(header ?? '')
  return new Map(
    lines.flatMap((line) => {
      const values = splitLine(line)
      // A row of another length would put values under the wrong columns; its user then counts as left out.
      if (values.length !== columns.length) return []
      const row = new Map(columns.map((column, at) => [column, values[at]]))
      return [[row.get('user') ?? '', readRow(row)] as const]
    }),
  )
}

function readRow(row: ReadonlyMap<string, string | undefined>): ReportRow {
  const odd = (column: string): Unknown => {
    const value = row.get(column)
    const said = value === undefined ? 'leaves it out' : `says ${JSON.stringify(value.slice(0, 40))}`
    return unknown({ kind: 'fault', operation: REPORT, detail: `${column}: the credential report ${said}` })
  }
  return {
    flag: (column) => {
      const value = row.get(column)?.toLowerCase()
      // N/A: there is no such credential, so it is not in use.
      if (value === 'true') return true
      return value === 'false' || value === 'n/a' ? false : odd(column)
    },
    time: (column) => {
      const value = row.get(column)
      // N/A: there is no such credential or it was never used. no_information: not since AWS began to track it (2014).
      if (value === 'N/A' || value === 'no_information') return null
      const at = Date.parse(value ?? '')
      // not_supported lands here: AWS does not say, so neither do we.
      return Number.isNaN(at) ? odd(column) : new Date(at).toISOString()
    },
  }
}

/** Splits a line of RFC 4180 CSV: user names may hold commas. The first value is never empty. */
function splitLine(line: string): readonly string[] {
  const values: string[] = []
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    values.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
  }
  return values
}
