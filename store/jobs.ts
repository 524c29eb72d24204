import type { Job, JobKind, JobState, Lease, Scan } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { transaction } from '#platform/postgres/transaction.ts'
import { attemptsExhausted, failOpenJob } from './job-ends.ts'
import { notifyScans } from './notify.ts'
import { selectScan } from './scan-steps.ts'

export type TakenLease =
  | { readonly kind: 'taken'; readonly lease: Lease; readonly job: Job; readonly scan: Scan }
  /** Somebody else has it, or it is delayed: look again then. The message stays. */
  | { readonly kind: 'held'; readonly remainingMs: number }
  /** A worker died over it, and this one does something else beside: look again when it does not. Nothing has changed. */
  | { readonly kind: 'suspect' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'missing' }
  /** Workers died over it too often: it was failed just now. */
  | { readonly kind: 'exhausted' }

interface JobRow {
  readonly id: string
  readonly scan_id: string
  readonly target_id: string
  readonly kind: JobKind
  readonly location: string
  readonly state: JobState
  readonly lost_leases: number
  readonly held_ms: number | null
  readonly delayed_ms: number | null
}

/**
 * Takes a job, for `leaseMs`, by the database's clock. A lease that ran out without being given back counts as an
 * attempt; the one that makes it `maxAttempts` fails the job instead, and after any of them the job is given only to a
 * worker that does nothing else: of those that were under way when a worker died, one may have killed it. Waits for a
 * write that the last holder has under way.
 */
export async function takeLease(
  pool: Pool,
  of: {
    readonly jobId: string
    readonly worker: string
    readonly leaseMs: number
    readonly maxAttempts: number
    /** Nothing else is under way in this worker, and nothing will be until the job has ended. */
    readonly isAlone: boolean
    readonly signal: AbortSignal
  },
): Promise<TakenLease> {
  return transaction(pool, of.signal, async (tx): Promise<TakenLease> => {
    // `for update` and nothing weaker: it is what a write under the old lease (`for key share`) stands against.
    await tx.query('select from jobs where id = $1 for update', [of.jobId])
    const { rows } = await tx.query<JobRow>(
      `select j.id, j.scan_id, j.target_id, j.kind, j.location, j.state, j.lost_leases,
         (extract(epoch from j.lease_until - clock_timestamp()) * 1000)::float8 as held_ms,
         (extract(epoch from o.available_at - clock_timestamp()) * 1000)::float8 as delayed_ms
       from jobs j left join outbox o on o.job_id = j.id where j.id = $1`,
      [of.jobId],
    )
    const row = rows[0]
    if (row === undefined) return { kind: 'missing' }
    const isLapsed = row.state === 'Leased' && (row.held_ms ?? 0) <= 0
    switch (row.state) {
      case 'Cancelled':
        return { kind: 'cancelled' }
      case 'Succeeded':
      case 'Failed':
        return { kind: 'finished' }
      case 'Leased':
        if (!isLapsed) return { kind: 'held', remainingMs: row.held_ms ?? 0 }
        break
      case 'Queued':
        if ((row.delayed_ms ?? 0) > 0) return { kind: 'held', remainingMs: row.delayed_ms ?? 0 }
        break
      default:
        return row.state satisfies never
    }
    const lostLeases = row.lost_leases + (isLapsed ? 1 : 0)
    if (lostLeases >= of.maxAttempts) {
      await failOpenJob(tx, row, attemptsExhausted(lostLeases))
      return { kind: 'exhausted' }
    }
    if (lostLeases > 0 && !of.isAlone) return { kind: 'suspect' }
    return grant(tx, row, { ...of, lostLeases })
  })
}

async function grant(
  tx: Sql,
  row: JobRow,
  of: { readonly worker: string; readonly leaseMs: number; readonly maxAttempts: number; readonly lostLeases: number },
): Promise<TakenLease> {
  if (row.kind === 'prepare') {
    // The deadline runs from here; and from here on nothing else is absorbed.
    await tx.query(
      `update scans set first_leased_at = now(),
         deadline_at = now() + make_interval(secs => (spec ->> 'deadlineSeconds')::float8)
       where id = $1 and state = 'Running' and first_leased_at is null`,
      [row.scan_id],
    )
  }
  const scan = await selectScan(tx, row.scan_id)
  if (scan?.state !== 'Running') return { kind: 'cancelled' }
  const { rows } = await tx.query<{ lease_epoch: number; is_first: boolean }>(
    `update jobs set state = 'Leased', lease_epoch = lease_epoch + 1, worker = $2, lost_leases = $4, max_attempts = $5,
       lease_until = clock_timestamp() + make_interval(secs => $3::float8 / 1000),
       first_leased_at = coalesce(first_leased_at, now())
     where id = $1 returning lease_epoch, first_leased_at = now() as is_first`,
    [row.id, of.worker, of.leaseMs, of.lostLeases, of.maxAttempts],
  )
  const epoch = rows[0]?.lease_epoch
  if (epoch === undefined) return { kind: 'missing' }
  if (row.kind === 'prepare' && rows[0]?.is_first === true) await notifyScans(tx, [row.scan_id])
  return {
    kind: 'taken',
    lease: {
      jobId: row.id,
      scanId: row.scan_id,
      targetId: row.target_id,
      epoch,
      leaseMs: of.leaseMs,
      worker: of.worker,
    },
    job: { id: row.id, kind: row.kind, location: row.location, lostLeases: of.lostLeases },
    scan,
  }
}
