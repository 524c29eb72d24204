import type { Sql } from '#platform/postgres/sql.ts'

/** Figures over all targets, for metrics. */
export interface Fleet {
  readonly findings: Readonly<Record<'critical' | 'high' | 'medium' | 'low', number>>
  readonly targets: number
  readonly lowestCoverage: number
  readonly meanCoverage: number
  readonly pendingScans: number
  readonly runningScans: number
  /** Due, and no worker has them. */
  readonly queuedJobs: number
  readonly oldestQueuedSeconds: number
  readonly unsentMessages: number
  /** Of the target that was scanned least recently; 0 without targets. */
  readonly oldestSuccessSeconds: number
}

/** One statement; grows with open findings and targets, so it is asked by a timer and not by each scrape. */
export async function readFleet(sql: Sql): Promise<Fleet> {
  const { rows } = await sql.query<{ fleet: Fleet }>(
    `with living as (select id from targets where deleted_at is null),
     last as (
       select distinct on (target_id) target_id, (summary ->> 'coveragePercent')::int as coverage, finished_at
       from scans join living on living.id = target_id
       where state in ('Succeeded', 'PartiallySucceeded') order by target_id, finished_at desc
     ),
     due as (
       select outbox.available_at as since from outbox join jobs on jobs.id = job_id
       where jobs.state = 'Queued' and outbox.available_at <= now()
     )
     select jsonb_build_object(
       'findings', (select jsonb_build_object(
          'critical', count(*) filter (where severity = 'critical'), 'high', count(*) filter (where severity = 'high'),
          'medium', count(*) filter (where severity = 'medium'), 'low', count(*) filter (where severity = 'low'))
        from findings join living on living.id = target_id where state = 'open'),
       'targets', (select count(*) from living),
       'lowestCoverage', coalesce((select min(coverage) from last), 100),
       'meanCoverage', coalesce((select avg(coverage) from last), 100),
       'pendingScans', (select count(*) from scans where state = 'Pending'),
       'runningScans', (select count(*) from scans where state = 'Running'),
       'queuedJobs', (select count(*) from due),
       'oldestQueuedSeconds', coalesce((select extract(epoch from now() - min(since)) from due), 0),
       'unsentMessages', (select count(*) from outbox where sent_at is null and available_at <= now()),
       'oldestSuccessSeconds', coalesce((select extract(epoch from now() - min(finished_at)) from last), 0)
     ) as fleet`,
  )
  const fleet = rows[0]?.fleet
  if (fleet === undefined) throw new Error('the figures of the fleet came back empty')
  return fleet
}
