import type { JobState, Lease } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { transaction } from '#platform/postgres/transaction.ts'

export type Heartbeat =
  | { readonly kind: 'held'; readonly deadlineAt: Date | null }
  | { readonly kind: 'lost'; readonly because: 'taken' | 'ended' | 'cancelled' }

/** Renews a lease. Touches no key column, so it does not wait for the job's own writes. Says why when it is lost. */
export async function heartbeat(sql: Sql, lease: Lease): Promise<Heartbeat> {
  const renewed = await sql.query<{ deadline_at: Date | null }>(
    `update jobs set lease_until = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
     where id = $1 and lease_epoch = $2 and state = 'Leased'
     returning (select deadline_at from scans where scans.id = jobs.scan_id)`,
    [lease.jobId, lease.epoch, lease.leaseMs],
  )
  const held = renewed.rows[0]
  if (held !== undefined) return { kind: 'held', deadlineAt: held.deadline_at }
  const { rows } = await sql.query<{ state: JobState }>('select state from jobs where id = $1', [lease.jobId])
  const state = rows[0]?.state
  if (state === 'Cancelled') return { kind: 'lost', because: 'cancelled' }
  return { kind: 'lost', because: state === 'Queued' || state === 'Leased' ? 'taken' : 'ended' }
}

export type UnderLease<T> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'lost' }

/**
 * Runs one write transaction of a job: nothing of it happens unless the lease is still this one, and nobody takes the
 * job over before it has ended. `work` may run again after a deadlock.
 */
export async function underLease<T>(
  pool: Pool,
  lease: Lease,
  signal: AbortSignal,
  work: (tx: Sql) => Promise<T>,
): Promise<UnderLease<T>> {
  return transaction(pool, signal, async (tx) =>
    (await holdsLease(tx, lease)) ? { kind: 'ok', value: await work(tx) } : { kind: 'lost' },
  )
}

/** The fence that a write transaction begins with. */
export async function holdsLease(tx: Sql, lease: Lease): Promise<boolean> {
  // `for share` would block the job's own heartbeat.
  const { rowCount } = await tx.query(
    `select from jobs where id = $1 and lease_epoch = $2 and state = 'Leased' for key share`,
    [lease.jobId, lease.epoch],
  )
  return rowCount > 0
}
