import type { JobKind, JobState, ScanState } from '#core/scan.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import type { ScanSummary } from './target-facts.ts'

/** How far a scan is. */
export interface ScanProgress {
  readonly scanId: string
  readonly state: ScanState
  /** Why it failed: a word, and a sentence for people; null: it did not. */
  readonly reason: string | null
  readonly message: string | null
  readonly jobs: readonly {
    readonly kind: JobKind
    readonly location: string
    readonly state: JobState
    /** Why it waits or failed. */
    readonly reason: string | null
  }[]
  /** In how many places each type has been listed, completely or not. */
  readonly listings: readonly { readonly type: string; readonly places: number }[]
  /** Null before it was judged. */
  readonly summary: ScanSummary | null
}

/** How far these scans are, in their order; those that do not exist are left out. One statement. */
export async function readScanProgress(sql: Sql, scanIds: readonly string[]): Promise<readonly ScanProgress[]> {
  const { rows } = await sql.query<ScanProgress>(
    `select s.id as "scanId", s.state, s.reason, s.message, s.summary,
       coalesce((
         select jsonb_agg(jsonb_build_object('kind', kind, 'location', location, 'state', state, 'reason', reason)
           order by kind, location)
         from jobs where scan_id = s.id), '[]') as jobs,
       coalesce((
         select jsonb_agg(jsonb_build_object('type', type, 'places', places) order by type)
         from (select type, count(*)::int as places from listings where scan_id = s.id group by type) l), '[]') as listings
     from unnest($1::uuid[]) with ordinality as wanted (id, at) join scans s on s.id = wanted.id order by wanted.at`,
    [scanIds],
  )
  return rows
}
