import type { Client } from 'pg'

/** One line about all scans, and whether the last word is spoken. */
export interface Progress {
  readonly line: string
  readonly finished: boolean
}

interface Row {
  readonly name: string
  readonly state: string
  readonly done: number
  readonly total: number
  readonly resources: number
}

const SCANS = `
  select targets.name, scans.state,
    (select count(*)::int from jobs where jobs.scan_id = scans.id and jobs.state in ('Succeeded', 'Failed', 'Cancelled')) as done,
    (select count(*)::int from jobs where jobs.scan_id = scans.id) as total,
    (select count(*)::int from resources where resources.target_id = targets.id and gone_at is null) as resources
  from targets
  join lateral (
    select * from scans where target_id = targets.id
    -- What runs goes before what waits for it, and that before what has ended.
    order by state = 'Running' desc, state = 'Pending' desc, created_at desc limit 1
  ) scans on true
  order by targets.name`

/** How far the scan of each target is. It has ended well only as Succeeded or PartiallySucceeded. */
export async function scanProgress(database: Client): Promise<Progress> {
  const { rows } = await database.query<Row>(SCANS)
  const parts = rows.map(
    ({ name, state, done, total, resources }) => `${name}: ${state}, ${done} of ${total} jobs, ${resources} resources`,
  )
  const ended = rows.filter(({ state }) => state === 'Succeeded' || state === 'PartiallySucceeded')
  return { line: parts.join('   '), finished: rows.length === 2 && ended.length === rows.length }
}
