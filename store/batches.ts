import type { Sql } from '#platform/postgres/sql.ts'

/**
 * The rows of a query, a batch at a time: the server holds the cursor, so there is one batch in memory. `tx` is a
 * transaction that stays open meanwhile, and reads one query at a time in this way. Every batch is a statement of its
 * own: the time that a statement may take is counted for each, and not for what the reader does between two of them.
 * (A client-side cursor is one statement from its first batch to its last; pg ends it when its time is up, and then it
 * reads as if there were no more rows.)
 */
export async function* inBatches<R>(
  tx: Sql,
  query: { readonly text: string; readonly values: readonly unknown[]; readonly rows: number },
): AsyncGenerator<readonly R[], void, void> {
  await tx.query(`declare batches no scroll cursor for ${query.text}`, query.values)
  let isSound = true
  const fetchBatch = async (): Promise<readonly R[]> => {
    try {
      return (await tx.query<R>(`fetch ${query.rows} from batches`)).rows
    } catch (error) {
      // The transaction is over, and the cursor with it.
      isSound = false
      throw error
    }
  }
  try {
    for (;;) {
      const rows = await fetchBatch()
      if (rows.length > 0) yield rows
      if (rows.length < query.rows) return
    }
  } finally {
    if (isSound) await tx.query('close batches')
  }
}
