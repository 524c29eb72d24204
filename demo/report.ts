import type { Client } from 'pg'
import type { Severity } from '#core/check.ts'
import { styleOf, type Terminal } from '#reports/terminal.ts'
import { tableLines, type Cell } from '#reports/text-table.ts'

export interface FindingRow {
  readonly severity: Severity
  readonly check_id: string
  readonly name: string
  readonly resource_id: string
  readonly location: string
  readonly first_seen: Date
  readonly target: string
}

/** Open findings, worst first. */
export async function readWorstFindings(database: Client, most: number): Promise<readonly FindingRow[]> {
  const { rows } = await database.query<FindingRow>(
    `select severity, check_id, findings.name, resource_id, location, first_seen, targets.name as target
     from findings join targets on targets.id = findings.target_id
     where state = 'open' and deleted_at is null
     order by array_position(array['critical', 'high', 'medium', 'low'], severity), check_id, targets.name, findings.name
     limit $1`,
    [most],
  )
  return rows
}

export function findingsTable(findings: readonly FindingRow[], terminal: Terminal): string {
  const { of } = styleOf(terminal)
  return table(
    ['SEVERITY', 'CHECK', 'RESOURCE', 'REGION', 'TARGET', 'FIRST SEEN'],
    findings.map((row) => [
      { text: row.severity, paint: of[row.severity] },
      row.check_id,
      resource(row),
      row.location,
      row.target,
      clock(row.first_seen),
    ]),
    terminal,
  )
}

function table(titles: readonly string[], rows: readonly (readonly Cell[])[], terminal: Terminal): string {
  const columns = titles.map((title) => ({ title }))
  return [...tableLines(columns, rows, { width: terminal.width, paintTitle: styleOf(terminal).dim })].join('\n')
}

/** Names that people gave are not unique: then the id says which. */
function resource({ name, resource_id }: FindingRow): string {
  return name === resource_id || resource_id.startsWith('arn:') ? name : `${name} (${resource_id})`
}

export interface CoverageRow {
  readonly target: string
  readonly coverage: number
  readonly gaps: readonly GapRow[]
}

export interface GapRow {
  readonly operation: string
  readonly kind: string
  readonly action: string
  readonly locations: readonly string[]
  readonly by: string | null
}

/** Coverage of each target's newest scan, with everything that could not be looked at. */
export async function readGaps(database: Client): Promise<readonly CoverageRow[]> {
  const { rows } = await database.query<CoverageRow>(
    `select targets.name as target, (summary ->> 'coveragePercent')::int as coverage,
       coalesce((
         select jsonb_agg(jsonb_build_object('operation', operation, 'kind', kind, 'action', action, 'locations', locations, 'by', "by") order by operation)
         from (
           select operation, kind, action, reason ->> 'by' as "by", jsonb_agg(distinct location) as locations
           from gaps where gaps.target_id = targets.id group by operation, kind, action, reason ->> 'by'
         ) grouped
       ), '[]') as gaps
     from targets
     join lateral (select * from scans where target_id = targets.id and finished_at is not null order by finished_at desc limit 1) scans on true
     order by targets.name`,
  )
  return rows
}

export function coverageTable(rows: readonly CoverageRow[], terminal: Terminal): string {
  return table(
    ['TARGET', 'COVERAGE', 'GAP', 'WHERE', 'CAUSE'],
    rows.flatMap(({ target, coverage, gaps }) => {
      const first = [target, `${coverage} %`]
      if (gaps.length === 0) return [[...first, 'none', '', '']]
      return gaps.map((gap, index) => [
        ...(index === 0 ? first : ['', '']),
        gap.operation,
        gap.locations.join(' '),
        causeOf(gap),
      ])
    }),
    terminal,
  )
}

function causeOf({ kind, action, by }: GapRow): string {
  if (kind !== 'denied') return kind.replaceAll('_', ' ')
  const policy = by === null || by === 'unnamed' ? '' : ` by ${by.replaceAll('_', ' ')}`
  return `denied${policy}: allow ${action}`
}

function clock(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ')
}
