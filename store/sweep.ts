import type { Pool } from '#platform/postgres/pool.ts'
import { transaction } from '#platform/postgres/transaction.ts'
import { attemptsExhausted, failOpenJob, type JobFailure, type OpenJob } from './job-ends.ts'
import { endScan, startNext } from './scan-steps.ts'

/** How long an evaluate has after the deadline of its scan. */
const GRACE_MINUTES = 10
const MOST_AT_ONCE = 100

export interface Swept {
  /** Jobs that were open at the deadline of their scan. */
  readonly expiredJobs: number
  /** Scans that did not even end after that. */
  readonly expiredScans: number
  /** Jobs whose workers died too often. */
  readonly exhaustedJobs: number
  /** Scans that waited for nothing. */
  readonly started: number
}

/**
 * Ends what would otherwise never end, by the database's clock: jobs past the deadline of their scan (evaluate then
 * judges what is there), scans ten minutes past it, jobs that workers keep dying over. Any process may run it at any
 * time, several at once: each row is taken by one.
 */
export async function sweep(pool: Pool, of: { readonly signal: AbortSignal }): Promise<Swept> {
  const { signal } = of
  const overdue = `state = 'Running' and deadline_at + make_interval(mins => ${GRACE_MINUTES}) < now()`
  let expiredScans = 0
  for (const scanId of await ids(pool, `select id from scans where ${overdue} limit ${MOST_AT_ONCE}`)) {
    const ended = await transaction(pool, signal, async (tx) => {
      // Against a write that is under way: jobs first, as everywhere.
      await tx.query('select from jobs where scan_id = $1 order by id for update', [scanId])
      const scan = await tx.query(`select from scans where id = $1 and ${overdue} for update skip locked`, [scanId])
      if (scan.rowCount === 0) return false
      return endScan(tx, {
        scanId,
        state: 'Failed',
        reason: 'DeadlineExceeded',
        message: `The scan had not ended ${GRACE_MINUTES} minutes after its deadline; see the log of the workers.`,
      })
    })
    if (ended) expiredScans++
  }

  const late = await ids(
    pool,
    `select j.id from jobs j join scans s on s.id = j.scan_id
     where s.state = 'Running' and s.deadline_at < now() and j.state in ('Queued', 'Leased') and j.kind <> 'evaluate'
     limit ${MOST_AT_ONCE}`,
  )
  const expiredJobs = await failEach(pool, signal, late, 'true', () => ({
    reason: 'DeadlineExceeded',
    message:
      'The deadline of the scan passed before this was done: raise spec.deadlineSeconds, or see what slowed it down.',
  }))

  const lapsed = `state = 'Leased' and lease_until < now() and lost_leases + 1 >= max_attempts`
  const dead = await ids(pool, `select id from jobs where ${lapsed} limit ${MOST_AT_ONCE}`)
  const exhaustedJobs = await failEach(pool, signal, dead, lapsed, (job) => attemptsExhausted(job.max_attempts ?? 0))

  const waiting = await ids(
    pool,
    `select distinct p.target_id as id from scans p join targets t on t.id = p.target_id
     where p.state = 'Pending' and t.deleted_at is null
       and not exists (select from scans r where r.target_id = p.target_id and r.state = 'Running') limit ${MOST_AT_ONCE}`,
  )
  for (const targetId of waiting) await transaction(pool, signal, (tx) => startNext(tx, targetId))
  return { expiredJobs, expiredScans, exhaustedJobs, started: waiting.length }
}

interface SweptJob extends OpenJob {
  readonly max_attempts: number | null
}

async function ids(pool: Pool, text: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(text)
  return rows.map(({ id }) => id)
}

async function failEach(
  pool: Pool,
  signal: AbortSignal,
  jobIds: readonly string[],
  still: string,
  failure: (job: SweptJob) => JobFailure,
): Promise<number> {
  let failed = 0
  for (const jobId of jobIds) {
    const isFailed = await transaction(pool, signal, async (tx) => {
      const { rows } = await tx.query<SweptJob>(
        `select id, scan_id, target_id, kind, location, max_attempts from jobs
         where id = $1 and state in ('Queued', 'Leased') and ${still} for update skip locked`,
        [jobId],
      )
      for (const job of rows) await failOpenJob(tx, job, failure(job))
      return rows.length > 0
    })
    if (isFailed) failed++
  }
  return failed
}
