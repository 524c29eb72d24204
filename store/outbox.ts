import type { Sql } from '#platform/postgres/sql.ts'

/** A message that is due. */
export interface DueMessage {
  readonly jobId: string
  readonly scanId: string
  readonly targetId: string
}

/**
 * Takes messages that are due, oldest first, for as long as the transaction lasts: other dispatchers pass over them.
 * A target never has more than `perTarget` jobs on the queue or under way; one dispatcher at a time sees to a target.
 */
export async function claimDue(
  tx: Sql,
  of: { readonly limit: number; readonly perTarget: number },
): Promise<readonly DueMessage[]> {
  // A lock per target, so that two dispatchers cannot both find room for the same place. Its key space is our own.
  const targets = await tx.query<{ target_id: string; room: number }>(
    `with due as materialized (
       select d.target_id, d.at,
         $2 - (select count(*) from outbox s where s.target_id = d.target_id and s.sent_at is not null) as room
       from (select target_id, min(available_at) as at from outbox
             where sent_at is null and available_at <= now() group by target_id) d
     ), chosen as materialized (
       select target_id, room from due where room > 0 order by at limit $1
     )
     select target_id, room::int from chosen
     where pg_try_advisory_xact_lock(${LOCK_CLASS}, hashtext(target_id::text))`,
    [of.limit, of.perTarget],
  )
  if (targets.rows.length === 0) return []
  // Room is counted again under the lock: the dispatcher that held it may just have sent some.
  const { rows } = await tx.query<{ jobId: string; scanId: string; targetId: string }>(
    `select o.job_id as "jobId", o.scan_id as "scanId", o.target_id as "targetId"
     from unnest($1::uuid[]) as t (id) cross join lateral (
       select job_id, scan_id, target_id, available_at from outbox
       where target_id = t.id and sent_at is null and available_at <= now()
       order by available_at, job_id
       limit greatest(0, $3 - (select count(*) from outbox s where s.target_id = t.id and s.sent_at is not null))
       for update skip locked
     ) o order by o.available_at limit $2`,
    [targets.rows.map(({ target_id }) => target_id), of.limit, of.perTarget],
  )
  return rows
}

const LOCK_CLASS = 72_103

/** Remembers that these were sent. In the transaction that claimed them, after the queue has taken them. */
export async function markSent(tx: Sql, jobIds: readonly string[]): Promise<void> {
  await tx.query('update outbox set sent_at = clock_timestamp(), sends = sends + 1 where job_id = any($1::uuid[])', [
    jobIds,
  ])
}

/**
 * Puts back what was sent and never came: nobody has a lease on it, and it was sent longer ago than `afterMs`, which
 * doubles with every time it was sent (to 64 times), so that a long queue is not made longer. A queue that was purged,
 * or dropped its messages after four days, wedges nothing. Duplicates are absorbed by leases.
 */
export async function resendLost(sql: Sql, of: { readonly afterMs: number; readonly limit?: number }): Promise<number> {
  const { rowCount } = await sql.query(
    `update outbox o set sent_at = null, available_at = now()
     from (
       select o.job_id from outbox o join jobs j on j.id = o.job_id
       where o.sent_at < now() - make_interval(secs => $1::float8 / 1000 * 2 ^ least(greatest(o.sends - 1, 0), 6))
         and (j.state = 'Queued' or j.state = 'Leased' and j.lease_until < now() - make_interval(secs => $1::float8 / 1000))
       order by o.sent_at limit $2 for update of o skip locked
     ) lost
     where o.job_id = lost.job_id`,
    [of.afterMs, of.limit ?? 1000],
  )
  return rowCount
}

/** For metrics: what waits here, and for how long. */
export async function outboxDepth(
  sql: Sql,
): Promise<{ readonly unsent: number; readonly sent: number; readonly oldestUnsentSeconds: number }> {
  const { rows } = await sql.query<{ unsent: number; sent: number; oldest: number }>(
    `select count(*) filter (where sent_at is null and available_at <= now())::int as unsent,
       count(*) filter (where sent_at is not null)::int as sent,
       coalesce(extract(epoch from now() - min(available_at) filter (where sent_at is null and available_at <= now())), 0)::float8
         as oldest
     from outbox`,
  )
  const row = rows[0]
  return { unsent: row?.unsent ?? 0, sent: row?.sent ?? 0, oldestUnsentSeconds: row?.oldest ?? 0 }
}
