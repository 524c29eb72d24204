import type { Sql } from '#platform/postgres/sql.ts'
import { plainText } from './json.ts'

const MOST_CHARACTERS = 10_000

/** Keeps a message that nobody could understand, once. True when it was not known yet. */
export async function recordDeadLetter(
  sql: Sql,
  letter: { readonly messageId: string; readonly body: string; readonly reason: string },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    'insert into dead_letters (message_id, body, reason) values ($1, $2, $3) on conflict (message_id) do nothing',
    [letter.messageId, plainText(letter.body.slice(0, MOST_CHARACTERS)), plainText(letter.reason)],
  )
  return rowCount > 0
}
