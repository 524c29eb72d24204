import type { Severity } from '#core/check.ts'
import type { Sql } from '#platform/postgres/sql.ts'

/** How many findings of a severity a scan opened, resolved or reopened. */
export interface ChangeCount {
  readonly severity: Severity
  readonly change: string
  readonly changes: number
}

/** What a scan changed, for metrics. One statement over the scan's own changes. */
export async function countChanges(sql: Sql, scanId: string): Promise<readonly ChangeCount[]> {
  const { rows } = await sql.query<ChangeCount>(
    `select severity, change, count(*)::int as changes from finding_changes where scan_id = $1
     group by severity, change order by severity, change`,
    [scanId],
  )
  return rows
}
