import type { EndedScanState, Prepared, Scan, ScanSpec, ScanState } from '#core/scan.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { notifyScans } from './notify.ts'

// The steps a scan takes, each part of somebody's transaction. Rows are always locked in the order job, scan, target,
// scans that wait: whoever locked them otherwise would only be run again (deadlock), but slowly.

/** Puts jobs of a running scan on their way: the job and its outbox row, once however often it is asked for. */
export async function insertJobs(
  tx: Sql,
  of: {
    readonly scanId: string
    readonly targetId: string
    readonly kind: string
    readonly locations: readonly string[]
  },
): Promise<number> {
  const { rowCount } = await tx.query(
    `with job as (
       insert into jobs (id, scan_id, target_id, kind, location)
       select gen_random_uuid(), $1, $2, $3, location from unnest($4::text[]) location
       on conflict (scan_id, kind, location) do nothing
       returning id, scan_id, target_id
     )
     insert into outbox (job_id, scan_id, target_id) select id, scan_id, target_id from job`,
    [of.scanId, of.targetId, of.kind, of.locations],
  )
  return rowCount
}

/** Starts scans that are Running and have no job yet. */
export async function insertPrepareJobs(tx: Sql, scanIds: readonly string[]): Promise<void> {
  if (scanIds.length === 0) return
  await tx.query(
    `with scan as (
       update scans set open_jobs = 1, started_at = now() where id = any($1::uuid[]) and state = 'Running'
       returning id, target_id, available_at
     ), job as (
       insert into jobs (id, scan_id, target_id, kind, location)
       select gen_random_uuid(), id, target_id, 'prepare', '' from scan
       on conflict (scan_id, kind, location) do nothing
       returning id, scan_id, target_id
     )
     insert into outbox (job_id, scan_id, target_id, available_at)
     select job.id, job.scan_id, job.target_id, greatest(now(), scan.available_at)
     from job join scan on scan.id = job.scan_id`,
    [scanIds],
  )
}

/**
 * Ends a running scan, with all of its jobs, and starts the one that waited longest for its target. False when it was
 * not running any more.
 */
export async function endScan(
  tx: Sql,
  of: {
    readonly scanId: string
    readonly state: EndedScanState
    readonly reason?: string
    readonly message?: string
    readonly summary?: unknown
  },
): Promise<boolean> {
  const { rows } = await tx.query<{ target_id: string }>(
    `update scans set state = $2, reason = $3, message = $4, summary = $5, open_jobs = 0, finished_at = now()
     where id = $1 and state = 'Running' returning target_id`,
    [
      of.scanId,
      of.state,
      of.reason ?? null,
      of.message ?? null,
      of.summary === undefined ? null : JSON.stringify(of.summary),
    ],
  )
  const row = rows[0]
  if (row === undefined) return false
  await closeJobs(tx, [of.scanId])
  await notifyScans(tx, [of.scanId])
  await startNext(tx, row.target_id)
  return true
}

/** Starts the scan that waits for a target, if one does and none is running. Ones that are due go before ones that wait for their jitter. */
export async function startNext(tx: Sql, targetId: string): Promise<void> {
  // Against a request that does not see that the running scan has ended: both hold the target.
  const living = await tx.query('select from targets where id = $1 and deleted_at is null for no key update', [
    targetId,
  ])
  if (living.rowCount === 0) return
  const { rows } = await tx.query<{ id: string }>(
    `update scans set state = 'Running' where state = 'Pending' and id = (
       select id from scans where target_id = $1 and state = 'Pending'
       order by available_at > now(), created_at, id limit 1
     ) and not exists (select from scans where target_id = $1 and state = 'Running')
     returning id`,
    [targetId],
  )
  const started = rows.map(({ id }) => id)
  await insertPrepareJobs(tx, started)
  await notifyScans(tx, started)
}

/** Cancels whatever a target has, running or waiting; nothing is started after it. */
export async function cancelScansOf(tx: Sql, targetId: string): Promise<void> {
  await tx.query(
    `select j.id from jobs j join scans s on s.id = j.scan_id
     where s.target_id = $1 and s.state = 'Running' order by j.id for update of j`,
    [targetId],
  )
  const { rows } = await tx.query<{ id: string }>(
    `update scans set state = 'Cancelled', reason = 'TargetDeleted', message = 'The ScanTarget was deleted.',
       open_jobs = 0, finished_at = now()
     where target_id = $1 and state in ('Pending', 'Running') returning id`,
    [targetId],
  )
  const ids = rows.map(({ id }) => id)
  await closeJobs(tx, ids)
  await notifyScans(tx, ids)
}

/** Whoever holds one of these jobs has lost it: the epoch moves. */
async function closeJobs(tx: Sql, scanIds: readonly string[]): Promise<void> {
  await tx.query(
    `with open as (
       select id from jobs where scan_id = any($1::uuid[]) and state in ('Queued', 'Leased') order by id for update
     )
     update jobs set state = 'Cancelled', lease_epoch = lease_epoch + 1, lease_until = null, finished_at = now()
     from open where jobs.id = open.id`,
    [scanIds],
  )
  await tx.query('delete from outbox where scan_id = any($1::uuid[])', [scanIds])
}

interface ScanRow {
  readonly id: string
  readonly target_id: string
  readonly namespace: string
  readonly target_name: string
  readonly generation: string
  readonly spec: ScanSpec
  readonly state: ScanState
  readonly prepared: Prepared | null
}

/** Milliseconds until the scan's deadline, by the database's clock; null before the first lease of its first job. */
export async function msUntilDeadline(sql: Sql, scanId: string): Promise<number | null> {
  const { rows } = await sql.query<{ left: number | null }>(
    `select (extract(epoch from deadline_at - clock_timestamp()) * 1000)::float8 as left from scans where id = $1`,
    [scanId],
  )
  return rows[0]?.left ?? null
}

/** A scan as workers see it; undefined when there is none of this id. */
export async function selectScan(sql: Sql, scanId: string): Promise<Scan | undefined> {
  const { rows } = await sql.query<ScanRow>(
    `select s.id, s.target_id, s.namespace, t.name as target_name, s.generation, s.spec, s.state, s.prepared
     from scans s join targets t on t.id = s.target_id where s.id = $1`,
    [scanId],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  return {
    id: row.id,
    targetId: row.target_id,
    namespace: row.namespace,
    targetName: row.target_name,
    generation: Number(row.generation),
    spec: row.spec,
    state: row.state,
    prepared: row.prepared,
  }
}
