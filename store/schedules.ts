import type { ScheduleFacts } from '#core/target-facts.ts'
import type { Sql } from '#platform/postgres/sql.ts'

/**
 * Makes a ScanSchedule known, and tells what is known of it. A new generation of the spec counts from `now`: times
 * before it are not made up for. What is remembered of times after `now` comes from a clock that was ahead: it does not
 * hold up the times until then, of which those that were started before are not started again.
 */
export async function ensureSchedule(
  sql: Sql,
  of: {
    readonly uid: string
    readonly namespace: string
    readonly name: string
    readonly generation: number
    readonly now: Date
  },
): Promise<ScheduleFacts> {
  await sql.query(
    `insert into schedules (uid, namespace, name, generation, since) values ($1, $2, $3, $4, $5)
     on conflict (uid) do update set generation = excluded.generation, since = excluded.since
     where schedules.generation < excluded.generation`,
    [of.uid, of.namespace, of.name, of.generation, of.now],
  )
  await sql.query(
    `update schedules set since = least(since, $2),
       last_schedule_time = case when last_schedule_time <= $2 then last_schedule_time else (
         select max((split_part(token, '/', 2) || 'Z')::timestamptz) from scan_triggers
         where schedule_uid = $1 and (split_part(token, '/', 2) || 'Z')::timestamptz <= $2) end,
       last_missed_time = case when last_missed_time <= $2 then last_missed_time end
     where uid = $1 and greatest(since, last_schedule_time, last_missed_time) > $2`,
    [of.uid, of.now],
  )
  const facts = await scheduleStatus(sql, of.uid)
  if (facts === undefined) throw new Error(`the schedule ${of.namespace}/${of.name} is not there after it was inserted`)
  return facts
}

/** All that the operator tells of a schedule; undefined when it is not known. */
export async function scheduleStatus(sql: Sql, scheduleUid: string): Promise<ScheduleFacts | undefined> {
  const { rows } = await sql.query<ScheduleFacts>(
    `select since, last_schedule_time as "lastScheduleTime", last_missed_time as "lastMissedTime",
       (select count(distinct s.id) from scan_triggers t join scans s on s.id = t.scan_id
        where t.schedule_uid = $1 and s.state in ('Pending', 'Running'))::int as active
     from schedules where uid = $1`,
    [scheduleUid],
  )
  return rows[0]
}

/** Remembers a scheduled time that was not started because its deadline had passed. */
export async function recordMissedTime(
  sql: Sql,
  of: { readonly scheduleUid: string; readonly missedAt: Date },
): Promise<void> {
  await sql.query('update schedules set last_missed_time = greatest(last_missed_time, $2) where uid = $1', [
    of.scheduleUid,
    of.missedAt,
  ])
}

/** Forgets a schedule that was deleted. Its scans go on. */
export async function deleteSchedule(sql: Sql, of: { readonly uid: string }): Promise<void> {
  await sql.query('delete from schedules where uid = $1', [of.uid])
}
