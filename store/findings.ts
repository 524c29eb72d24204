import { coveragePercent, judgedScanState } from '#core/coverage.ts'
import type { PairCount } from '#core/evaluation.ts'
import type { EndedScanState, Lease, Scan } from '#core/scan.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { transactionOn } from '#platform/postgres/transaction.ts'
import { topGaps } from './gaps.ts'
import { closeJob } from './job-ends.ts'
import { holdsLease, type UnderLease } from './lease.ts'
import type { ResultBuffer } from './result-buffer.ts'
import { endScan } from './scan-steps.ts'
import type { ScanSummary } from './target-facts.ts'

export interface SavedEvaluation {
  readonly state: EndedScanState
  readonly summary: ScanSummary
}

/**
 * Saves an evaluation and ends its scan, in one transaction: findings are opened, reopened, changed and resolved,
 * changes appended, checks counted, the summary written. Rows of findings that stay as they are are not touched.
 *
 * Absence resolves only what was judged over a complete listing, within the scope; an unknown changes nothing. What a
 * person took out of the target's spec is resolved as such, by a whole-target scan of the current generation only.
 */
export async function saveEvaluation(
  buffer: ResultBuffer,
  lease: Lease,
  evaluation: { readonly scan: Scan; readonly counts: readonly PairCount[]; readonly signal: AbortSignal },
): Promise<UnderLease<SavedEvaluation>> {
  const { scan, counts, signal } = evaluation
  await buffer.flush()
  // Nothing analyses a temporary table by itself. Of the column that is joined only: evidence takes longer than the rest.
  await buffer.connection.query('analyze pg_temp.results (fingerprint)')
  return transactionOn(buffer.connection, signal, async (tx): Promise<UnderLease<SavedEvaluation>> => {
    if (!(await holdsLease(tx, lease))) return { kind: 'lost' }
    const running = await tx.query(`select from scans where id = $1 and state = 'Running' for no key update`, [scan.id])
    if (running.rowCount === 0) return { kind: 'lost' }
    const target = await tx.query<{ generation: string | null }>(
      'select generation from targets where id = $1 for no key update',
      [scan.targetId],
    )
    const isCurrent = scan.generation >= Number(target.rows[0]?.generation ?? 0)

    await saveCounts(tx, scan, counts)
    const opened = await openFindings(tx, scan)
    const { reopened } = await changeFindings(tx, scan)
    const listed = counts.filter(({ checkId, location }) => !buffer.unlisted.has(`${checkId} ${location}`))
    const planned = [...scan.spec.checks.include, ...counts.map(({ checkId }) => checkId)]
    const mayNarrow = scan.spec.isWholeTarget && isCurrent
    const resolved = await resolveFindings(tx, scan, { unseen: buffer.known.unseen(), listed, planned, mayNarrow })
    if (mayNarrow) await forgetGaps(tx, scan)

    const summary: ScanSummary = {
      findings: await countOpen(tx, scan.targetId),
      coveragePercent: coveragePercent(counts),
      opened,
      resolved,
      reopened,
      topGaps: await topGaps(tx, scan.targetId),
    }
    const state = judgedScanState({ coveragePercent: summary.coveragePercent, ...(await shortfalls(tx, scan.id)) })
    await closeJob(tx, lease.jobId, 'Succeeded')
    await endScan(tx, { scanId: scan.id, state, summary })
    return { kind: 'ok', value: { state, summary } }
  })
}

async function saveCounts(tx: Sql, scan: Scan, counts: readonly PairCount[]): Promise<void> {
  const column = (verdict: keyof PairCount['counts']): number[] => counts.map((pair) => pair.counts[verdict])
  await tx.query(
    `insert into check_counts (scan_id, target_id, namespace, check_id, location, pass, fail, unknown, not_applicable)
     select $1, $2, $3, c.* from unnest($4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::int[]) as c`,
    [
      scan.id,
      scan.targetId,
      scan.namespace,
      counts.map(({ checkId }) => checkId),
      counts.map(({ location }) => location),
      column('pass'),
      column('fail'),
      column('unknown'),
      column('not_applicable'),
    ],
  )
}

async function openFindings(tx: Sql, scan: Scan): Promise<number> {
  const { rowCount } = await tx.query(
    `with opened as (
       insert into findings (target_id, namespace, account_id, fingerprint, check_id, severity, type, resource_id, location,
         listed_at, arn, name, evidence, content_hash)
       select $1, $2, $3, r.fingerprint, r.check_id, r.severity, r.type, r.resource_id, r.location, r.listed_at, r.arn,
         r.name, r.evidence, r.content_hash
       from pg_temp.results r
       where not exists (select from findings f where f.target_id = $1 and f.fingerprint = r.fingerprint)
       on conflict (target_id, fingerprint) do nothing
       returning id, check_id, severity
     )
     insert into finding_changes (target_id, namespace, finding_id, scan_id, change, check_id, severity)
     select $1, $2, id, $4, 'opened', check_id, severity from opened`,
    [scan.targetId, scan.namespace, scan.spec.accountId, scan.id],
  )
  return rowCount
}

async function changeFindings(tx: Sql, scan: Scan): Promise<{ readonly reopened: number }> {
  const { rows } = await tx.query<{ reopened: number }>(
    `with changed as (
       select distinct on (f.id) f.id, f.state, f.severity as severity_before, r.severity, r.check_id, r.evidence, r.content_hash, r.name, r.arn
       from pg_temp.results r join findings f on f.target_id = $1 and f.fingerprint = r.fingerprint
       where f.state = 'resolved' or f.content_hash <> r.content_hash
     ), updated as (
       update findings f set state = 'open', resolved_at = null, resolved_reason = null, severity = c.severity,
         evidence = c.evidence, content_hash = c.content_hash, name = c.name, arn = c.arn,
         opened_at = case when c.state = 'resolved' then now() else f.opened_at end,
         reopened = f.reopened + case when c.state = 'resolved' then 1 else 0 end
       from changed c where f.id = c.id
     ), told as (
       insert into finding_changes (target_id, namespace, finding_id, scan_id, change, check_id, severity, severity_before)
       select $1, $2, id, $3, case when state = 'resolved' then 'reopened' else 'severity_changed' end, check_id, severity,
         case when severity_before <> severity then severity_before end
       from changed where state = 'resolved' or severity_before <> severity
       returning change
     )
     select count(*) filter (where change = 'reopened')::int as reopened from told`,
    [scan.targetId, scan.namespace, scan.id],
  )
  return { reopened: rows[0]?.reopened ?? 0 }
}

async function resolveFindings(
  tx: Sql,
  scan: Scan,
  of: {
    /** Ids of the open findings that no result was about. */
    readonly unseen: readonly string[]
    readonly listed: readonly PairCount[]
    readonly planned: readonly string[]
    readonly mayNarrow: boolean
  },
): Promise<number> {
  const { spec } = scan
  const { rowCount } = await tx.query(
    `with judged as (
       select f.id, f.check_id, f.severity,
         case
           when $4 and $5::text[] is not null and split_part(f.check_id, '-', 1) <> all($5) then 'scope_removed'
           when $4 and f.check_id <> all($6::text[]) then 'check_removed'
           when $4 and $7::text[] is not null and f.location <> 'global' and f.location <> all($7) then 'scope_removed'
           when p.check_id is not null
             and ($7::text[] is null or f.location = 'global' or f.location = any($7))
             and f.location <> all($11::text[])
             then case when exists (
               select from resources o where o.target_id = $1 and o.type = f.type and o.location = f.location
                 and o.resource_id = f.resource_id and o.gone_at is null
             ) then 'fixed' else 'resource_deleted' end
         end as reason
       from findings f
       left join unnest($8::text[], $9::text[]) as p (check_id, listed_at)
         on p.check_id = f.check_id and p.listed_at = f.listed_at
       where f.id = any($10::bigint[]) and f.target_id = $1 and f.state = 'open'
     ), updated as (
       update findings f set state = 'resolved', resolved_at = now(), resolved_reason = j.reason
       from judged j where f.id = j.id and j.reason is not null
     )
     insert into finding_changes (target_id, namespace, finding_id, scan_id, change, check_id, severity, reason)
     select $1, $2, id, $3, 'resolved', check_id, severity, reason from judged where reason is not null`,
    [
      scan.targetId,
      scan.namespace,
      scan.id,
      of.mayNarrow,
      spec.services,
      of.planned,
      spec.regions,
      of.listed.map(({ checkId }) => checkId),
      of.listed.map(({ location }) => location),
      of.unseen,
      spec.regionsExcluded ?? [],
    ],
  )
  return rowCount
}

/** Gaps of places and types that the target's spec does not reach any more. */
async function forgetGaps(tx: Sql, scan: Scan): Promise<void> {
  await tx.query(
    `delete from gaps g where g.target_id = $1 and g.source in ('listing', 'resource', 'job')
       and (
         -- Judged by where a type is listed: a bucket's gaps have the bucket's region.
         g.location <> 'global' and g.location <> all($3::text[]) and g.source <> 'resource'
         or g.source = 'listing' and not exists (
           select from listings l where l.scan_id = $2 and l.type = g.type and l.location = g.location)
         and exists (select from jobs j where j.scan_id = $2 and j.location = g.location and j.state = 'Succeeded')
       )`,
    [scan.targetId, scan.id, scan.prepared?.regions ?? []],
  )
  await tx.query(
    `delete from gaps g where g.target_id = $1 and g.source = 'resource' and not exists (
       select from resources r join listings l on l.type = r.type and l.location = r.listed_at and l.scan_id = $2
       where r.target_id = $1 and r.type = g.type and r.location = g.location and r.resource_id = g.resource_id)
     and not exists (
       select from jobs j where j.scan_id = $2 and j.state = 'Failed' and j.location in ('global', g.location))`,
    [scan.targetId, scan.id],
  )
}

async function countOpen(tx: Sql, targetId: string): Promise<ScanSummary['findings']> {
  const { rows } = await tx.query<ScanSummary['findings']>(
    `select count(*) filter (where severity = 'critical')::int as critical,
       count(*) filter (where severity = 'high')::int as high,
       count(*) filter (where severity = 'medium')::int as medium,
       count(*) filter (where severity = 'low')::int as low,
       0 as excepted
     from findings where target_id = $1 and state = 'open'`,
    [targetId],
  )
  return rows[0] ?? { critical: 0, high: 0, medium: 0, low: 0, excepted: 0 }
}

async function shortfalls(
  tx: Sql,
  scanId: string,
): Promise<{ readonly failedJobs: number; readonly incompleteListings: number }> {
  const { rows } = await tx.query<{ failedJobs: number; incompleteListings: number }>(
    `select (select count(*) from jobs where scan_id = $1 and state = 'Failed')::int as "failedJobs",
       (select count(*) from listings where scan_id = $1 and not complete)::int as "incompleteListings"`,
    [scanId],
  )
  return rows[0] ?? { failedJobs: 0, incompleteListings: 0 }
}
