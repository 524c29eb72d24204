import type { EndedScanState, ScanState } from '#core/scan.ts'
import type { JobCounts, Refusal, RequestFacts, TargetFacts, TopGap } from '#core/target-facts.ts'
import type { Severity } from '#core/check.ts'
import type { Sql } from '#platform/postgres/sql.ts'

/** What an evaluation leaves with its scan: the fields of status, which the operator copies. */
export interface ScanSummary {
  readonly findings: Readonly<Record<Severity, number>> & { readonly excepted: number }
  readonly coveragePercent: number
  readonly opened: number
  readonly resolved: number
  readonly reopened: number
  readonly topGaps: readonly TopGap[]
}

interface ScanRow {
  readonly id: string
  readonly trigger_kind: string
  readonly state: ScanState
  readonly started_at: Date | null
  readonly created_at: Date
  readonly finished_at: Date | null
  readonly message: string | null
  readonly summary: ScanSummary | null
}

const SCAN = 'id, trigger_kind, state, started_at, created_at, finished_at, message, summary'

/** All that the operator tells of a target; undefined when there is none of this id. `generation` is the one asked about. */
export async function readTargetStatus(
  sql: Sql,
  of: { readonly targetId: string; readonly generation: number },
): Promise<TargetFacts | undefined> {
  const targets = await sql.query<{
    generation: string | null
    last_scan_now: string | null
    proven_generation: string | null
    refusal: (Refused & { generation: number }) | null
  }>('select generation, last_scan_now, proven_generation, refusal from targets where id = $1', [of.targetId])
  const target = targets.rows[0]
  if (target === undefined) return undefined

  // Each of the four is one step in an index.
  const scans = await sql.query<ScanRow & { role: 'active' | 'last' | 'judged' | 'whole' }>(
    `(select 'active' as role, ${SCAN} from scans where target_id = $1 and state = 'Running'
       -- One that waits for its jitter is not under way yet.
       and (first_leased_at is not null or available_at <= now()))
     union all
     (select 'last', ${SCAN} from scans where target_id = $1 and finished_at is not null order by finished_at desc limit 1)
     union all
     (select 'judged', ${SCAN} from scans where target_id = $1 and summary is not null order by finished_at desc limit 1)
     union all
     (select 'whole', ${SCAN} from scans where target_id = $1 and summary is not null and scope_key = 'target'
      order by finished_at desc limit 1)`,
    [of.targetId],
  )
  const scan = (role: string): ScanRow | undefined => scans.rows.find((row) => row.role === role)
  const [active, last, judged] = [scan('active'), scan('last'), scan('judged')]
  // A narrow scan says nothing about how much of the account can be looked at.
  const covered = (scan('whole') ?? judged)?.summary ?? null
  const { refusal } = target
  return {
    targetId: of.targetId,
    identity: Number(target.proven_generation ?? -1) >= of.generation ? 'proven' : 'unproven',
    // What a former spec was refused for says nothing about this one.
    refusal: refusal === null || refusal.generation < of.generation ? null : toRefusal(refusal),
    requestedGeneration: target.generation === null ? null : Number(target.generation),
    handledScanNow: target.last_scan_now,
    activeScan:
      active === undefined
        ? null
        : {
            id: active.id,
            trigger: active.trigger_kind,
            jobs: await countJobs(sql, active.id),
            since: active.started_at ?? active.created_at,
          },
    lastScan: last === undefined ? null : lastScan(last),
    lastSuccessfulTime: judged?.finished_at ?? null,
    findings: judged?.summary?.findings ?? null,
    coveragePercent: covered?.coveragePercent ?? null,
    topGaps: covered?.topGaps ?? [],
  }
}

/** All that the operator tells of a ScanRequest; undefined while no scan answers it. */
export async function readScanByRequest(sql: Sql, requestUid: string): Promise<RequestFacts | undefined> {
  const { rows } = await sql.query<ScanRow & { withdrawn_at: Date | null }>(
    `select s.*, case when s.finished_at is null or t.withdrawn_at < s.finished_at then t.withdrawn_at end as withdrawn_at
     from scan_triggers t cross join lateral (select ${SCAN} from scans where scans.id = t.scan_id) s
     where t.kind = 'request' and t.token = $1`,
    [requestUid],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  return {
    scanId: row.id,
    // Taken back before the scan ended, which goes on for others: for this request it is over.
    state: row.withdrawn_at === null ? row.state : 'Cancelled',
    jobs: await countJobs(sql, row.id),
    startedAt:
      row.withdrawn_at !== null && (row.started_at ?? row.withdrawn_at) >= row.withdrawn_at ? null : row.started_at,
    finishedAt: row.withdrawn_at ?? row.finished_at,
    message: row.message,
    opened: row.summary?.opened ?? 0,
    resolved: row.summary?.resolved ?? 0,
    reopened: row.summary?.reopened ?? 0,
    coveragePercent: row.summary?.coveragePercent ?? null,
    topGaps: row.summary?.topGaps ?? [],
  }
}

async function countJobs(sql: Sql, scanId: string): Promise<JobCounts> {
  const { rows } = await sql.query<JobCounts>(
    `select count(*)::int as total, count(*) filter (where state not in ('Queued', 'Leased'))::int as done,
       count(*) filter (where state = 'Failed')::int as failed
     from jobs where scan_id = $1`,
    [scanId],
  )
  return rows[0] ?? { total: 0, done: 0, failed: 0 }
}

function lastScan(row: ScanRow): NonNullable<TargetFacts['lastScan']> {
  const { summary } = row
  return {
    id: row.id,
    // It has a finished_at.
    state: row.state as EndedScanState,
    startedAt: row.started_at ?? row.created_at,
    finishedAt: row.finished_at ?? row.created_at,
    message: row.message,
    opened: summary?.opened ?? 0,
    resolved: summary?.resolved ?? 0,
    reopened: summary?.reopened ?? 0,
  }
}

interface Refused {
  readonly reason: string
  readonly message: string
  readonly failures: number
  readonly firstAt: string
  readonly lastAt: string
}

function toRefusal({ reason, message, failures, ...stored }: Refused): Refusal {
  return { reason, message, failures, firstAt: new Date(stored.firstAt), lastAt: new Date(stored.lastAt) }
}
