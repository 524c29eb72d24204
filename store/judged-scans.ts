import type { Sql } from '#platform/postgres/sql.ts'

/** The newest scan of each target that was judged. Cost: one look-up per target. */
export async function newestJudgedScans(sql: Sql): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select scan.id from targets t cross join lateral (
       select id from scans where target_id = t.id and summary is not null
       order by finished_at desc nulls last limit 1
     ) scan order by scan.id`,
  )
  return rows.map(({ id }) => id)
}
