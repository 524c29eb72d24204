import type { Sql } from '#platform/postgres/sql.ts'

/** Whether a worker has proven, for this generation of the target's spec, which account the role opens and to whom. */
export async function isIdentityProven(
  sql: Sql,
  of: { readonly targetId: string; readonly generation: number },
): Promise<boolean> {
  const { rowCount } = await sql.query('select from targets where id = $1 and proven_generation >= $2', [
    of.targetId,
    of.generation,
  ])
  return rowCount > 0
}
