import type { ResolvedReason } from '#core/finding.ts'
import type { Severity } from '#core/check.ts'
import type { Sql } from '#platform/postgres/sql.ts'

/** What a scan changed about what was known of its target. */
export interface ScanHistory {
  /** False: this was the first scan that judged, so nothing was known before. */
  readonly isKnown: boolean
  /** Fingerprints. */
  readonly opened: ReadonlySet<string>
  readonly reopened: ReadonlySet<string>
  readonly resolved: readonly {
    readonly checkId: string
    readonly severity: Severity
    /** ARN, or type and id. */
    readonly resource: string
    readonly fingerprint: string
    readonly why: ResolvedReason
  }[]
}

/** What a scan that has ended changed. Cost: one look-up per change. */
export async function readScanHistory(
  sql: Sql,
  { targetId, scanId }: { readonly targetId: string; readonly scanId: string },
): Promise<ScanHistory> {
  const earlier = await sql.query(
    'select from scans where target_id = $1 and id <> $2 and summary is not null limit 1',
    [targetId, scanId],
  )
  const { rows } = await sql.query<{
    change: string
    fingerprint: string
    checkId: string
    severity: Severity
    resource: string
    why: ResolvedReason
  }>(
    `select c.change, f.fingerprint, f.check_id as "checkId", f.severity, c.reason as why,
       coalesce(f.arn, f.type || '/' || f.resource_id) as resource
     from finding_changes c join findings f on f.id = c.finding_id where c.scan_id = $1
     order by f.check_id, resource`,
    [scanId],
  )
  const fingerprints = (change: string): ReadonlySet<string> =>
    new Set(rows.filter((row) => row.change === change).map(({ fingerprint }) => fingerprint))
  return {
    isKnown: earlier.rowCount > 0,
    opened: fingerprints('opened'),
    reopened: fingerprints('reopened'),
    resolved: rows
      .filter(({ change }) => change === 'resolved')
      .map(({ checkId, severity, resource, fingerprint, why }) => ({ checkId, severity, resource, fingerprint, why })),
  }
}

/** How many resources of each type there are in these places (regions and `global`; null: everywhere). */
export async function countResources(
  sql: Sql,
  { targetId, locations }: { readonly targetId: string; readonly locations: readonly string[] | null },
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql.query<{ type: string; resources: number }>(
    `select type, count(*)::int as resources from resources
     where target_id = $1 and gone_at is null and ($2::text[] is null or location = any($2)) group by type`,
    [targetId, locations],
  )
  return new Map(rows.map(({ type, resources }) => [type, resources]))
}
