import type { Sql } from '#platform/postgres/sql.ts'

/** Payloads are the keys of work queues: `ScanTarget/<namespace>/<name>`, `ScanRequest/<namespace>/<name>`. */
export const CHANNEL = 'vedette'

/**
 * Tells operators that a scan or one of its jobs changed state: its target, and every request that it answers. Sent at
 * commit; commits that notify wait for each other, so only state changes do.
 */
export async function notifyScans(tx: Sql, scanIds: readonly string[]): Promise<void> {
  if (scanIds.length === 0) return
  await tx.query(
    `select pg_notify('${CHANNEL}', key) from (
       select 'ScanTarget/' || t.namespace || '/' || t.name as key
       from scans s join targets t on t.id = s.target_id where s.id = any($1::uuid[])
       union
       select 'ScanRequest/' || namespace || '/' || request_name
       from scan_triggers where scan_id = any($1::uuid[]) and request_name is not null
     ) keys`,
    [scanIds],
  )
}
