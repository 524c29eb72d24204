import type { Pool } from '#platform/postgres/pool.ts'

export interface RetentionOptions {
  /** How long what has ended, is resolved or gone is kept. */
  readonly days: number
  /** Rows per statement: each is a short transaction of its own. Default 5,000. */
  readonly batch?: number
  readonly signal: AbortSignal
}

/** Rows removed, by table. */
export type Retained = Readonly<Record<string, number>>

/**
 * Removes what is older than `days`, by the database's clock: ended scans with their jobs, listings and counts; changes;
 * resolved findings; resources that are gone; dead letters; deleted targets with all they had. Never an open finding of
 * a living target, nor the scans that its status shows (the last, and the last that was judged).
 */
export async function retain(pool: Pool, options: RetentionOptions): Promise<Retained> {
  const { days, batch = 5000, signal } = options
  const removed: Record<string, number> = {}
  for (const [table, key, where] of RULES) {
    removed[table] ??= 0
    for (;;) {
      signal.throwIfAborted()
      const { rowCount } = await pool.query(
        `delete from ${table} where ${key} in (select ${key} from ${table} x where ${where} limit $2)`,
        [days, batch],
      )
      removed[table] += rowCount
      if (rowCount < batch) break
    }
  }
  return removed
}

const AGED = 'now() - make_interval(days => $1)'
const OF_DELETED = `x.target_id in (select id from targets where deleted_at < ${AGED})`

/** In this order: what refers to a row goes before it. */
const RULES: readonly (readonly [table: string, key: string, where: string])[] = [
  ['finding_changes', 'id', `x.at < ${AGED}`],
  ['finding_changes', 'id', OF_DELETED],
  ['findings', 'id', `x.state = 'resolved' and x.resolved_at < ${AGED}`],
  ['findings', 'id', OF_DELETED],
  // A finding that is still open, or whose history is still kept, names its resource by value, not by row.
  ['resources', 'id', `x.gone_at < ${AGED}`],
  ['resources', 'id', OF_DELETED],
  ['gaps', 'id', OF_DELETED],
  [
    'scans',
    'id',
    `x.finished_at < ${AGED}
     and exists (select from scans n where n.target_id = x.target_id and n.finished_at > x.finished_at)
     and (x.summary is null or exists (
       select from scans n where n.target_id = x.target_id and n.finished_at > x.finished_at and n.summary is not null
         and (n.scope_key = 'target' or x.scope_key <> 'target')))`,
  ],
  ['scans', 'id', OF_DELETED],
  ['scan_triggers', 'id', `x.scan_id is null and x.created_at < ${AGED}`],
  ['dead_letters', 'id', `x.received_at < ${AGED}`],
  ['targets', 'id', `x.deleted_at < ${AGED}`],
]
