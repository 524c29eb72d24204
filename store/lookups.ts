import type { Sql } from '#platform/postgres/sql.ts'

/** What it takes to ask for a scan of a target. */
export interface TargetIdentityFacts {
  readonly targetId: string
  readonly externalId: string
}

/** By the uid of the ScanTarget; those that the database does not know, or that are stalled, are left out. One statement. */
export async function readTargetIdentities(
  sql: Sql,
  uids: readonly string[],
): Promise<ReadonlyMap<string, TargetIdentityFacts>> {
  const { rows } = await sql.query<TargetIdentityFacts & { readonly uid: string }>(
    `select targets.uid, targets.id as "targetId", namespaces.external_id as "externalId"
     from targets join namespaces using (namespace) where targets.uid = any($1::text[]) and deleted_at is null`,
    [uids],
  )
  return new Map(rows.map(({ uid, ...identity }) => [uid, identity]))
}

/** The uid of the living target that a ScanTarget of this name stands for. */
export async function targetUidAt(
  sql: Sql,
  of: { readonly namespace: string; readonly name: string },
): Promise<string | null> {
  const { rows } = await sql.query<{ uid: string }>(
    'select uid from targets where namespace = $1 and name = $2 and deleted_at is null',
    [of.namespace, of.name],
  )
  return rows[0]?.uid ?? null
}

/** The uids of requests that had a name and may still be answered: for one that was deleted. */
export async function requestUidsAt(
  sql: Sql,
  of: { readonly namespace: string; readonly name: string },
): Promise<readonly string[]> {
  const { rows } = await sql.query<{ token: string }>(
    `select token from scan_triggers join scans on scans.id = scan_id
     where kind = 'request' and scan_triggers.namespace = $1 and request_name = $2 and withdrawn_at is null
       and scans.state in ('Pending', 'Running')`,
    [of.namespace, of.name],
  )
  return rows.map(({ token }) => token)
}

/** The uids of schedules that have had a name. */
export async function scheduleUidsAt(
  sql: Sql,
  of: { readonly namespace: string; readonly name: string },
): Promise<readonly string[]> {
  const { rows } = await sql.query<{ uid: string }>('select uid from schedules where namespace = $1 and name = $2', [
    of.namespace,
    of.name,
  ])
  return rows.map(({ uid }) => uid)
}

/** Work-queue keys of everything whose status may be behind: what is under way, and what ended in the last minutes. */
export async function readUnderWay(
  sql: Sql,
): Promise<readonly { readonly kind: string; readonly namespace: string; readonly name: string }[]> {
  const { rows } = await sql.query<{ kind: string; namespace: string; name: string }>(
    `with recent as (
       select id, target_id from scans
       where state in ('Pending', 'Running') or finished_at > now() - interval '2 minutes'
     )
     select 'ScanTarget' as kind, targets.namespace, targets.name from recent join targets on targets.id = target_id
       where deleted_at is null
     union
     select 'ScanRequest', namespace, request_name from recent join scan_triggers on scan_id = recent.id
       where request_name is not null
     union
     select 'ScanSchedule', schedules.namespace, schedules.name from recent
       join scan_triggers on scan_id = recent.id join schedules on schedules.uid = schedule_uid`,
  )
  return rows
}
