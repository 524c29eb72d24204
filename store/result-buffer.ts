import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { Result } from '#core/evaluation.ts'
import { connectUntil, type Connection, type Pool } from '#platform/postgres/pool.ts'
import { contentDigest } from './digest.ts'
import { jsonText, plainText } from './json.ts'

/** Results on their way into one transaction: a temporary table, on a connection of its own. Must be closed. */
export interface ResultBuffer extends AsyncDisposable {
  /** Keeps failures and unknowns. Memory: some thousands of rows; then they are copied to the server. */
  add(results: readonly Result[]): Promise<void>
  /** Copies what is still here. */
  flush(): Promise<void>
  readonly connection: Connection
  /** Pairs (`check location`) whose listing was not complete: nothing of them may be resolved. */
  readonly unlisted: ReadonlySet<string>
  close(): Promise<void>
}

const ROWS_PER_COPY = 5000
const COLUMNS =
  'fingerprint, verdict, check_id, severity, type, resource_id, location, listed_at, arn, name, evidence, evidence_hash'

/** Opens an empty buffer. The table outlives it with its connection, so that evaluations do not bloat the catalogue. */
export async function createResultBuffer(pool: Pool, signal: AbortSignal): Promise<ResultBuffer> {
  const connection = await connectUntil(pool, signal)
  const close = async (): Promise<void> => {
    // A connection that cannot even do this is broken, and its table goes with it.
    await connection.query('truncate pg_temp.results').catch(() => connection.release(true))
    connection.release()
  }
  try {
    await connection.query(
      `create temporary table if not exists results (
         fingerprint text, verdict text, check_id text, severity text, type text, resource_id text, location text,
         listed_at text, arn text, name text, evidence jsonb, evidence_hash bigint);
       truncate pg_temp.results`,
    )
  } catch (error) {
    await close()
    throw error
  }

  const unlisted = new Set<string>()
  let lines: string[] = []
  const flush = async (): Promise<void> => {
    if (lines.length === 0) return
    const chunk = lines.join('')
    lines = []
    await pipeline(
      Readable.from([chunk]),
      connection.client.query(copyFrom(`copy pg_temp.results (${COLUMNS}) from stdin`)),
      { signal },
    )
  }
  return {
    connection,
    unlisted,
    flush,
    add: async (results) => {
      for (const result of results) {
        if (result.resource === null) unlisted.add(`${result.checkId} ${result.listedAt}`)
        else lines.push(toLine(result))
      }
      if (lines.length >= ROWS_PER_COPY) await flush()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function toLine(result: Result): string {
  const { resource, fingerprint, verdict } = result
  // Of an unknown only the fingerprint counts: it keeps a finding as it is.
  if (resource === null || verdict !== 'fail') return `${[fingerprint, verdict, ...NOTHING].map(toField).join('\t')}\n`
  const fields = [
    fingerprint,
    verdict,
    result.checkId,
    result.severity,
    resource.type,
    plainText(resource.id),
    resource.location,
    result.listedAt,
    resource.arn === null ? null : plainText(resource.arn),
    plainText(resource.name),
    jsonText(result.evidence),
    String(contentDigest(result.evidence)),
  ]
  return `${fields.map(toField).join('\t')}\n`
}

const NOTHING: readonly null[] = Array.from({ length: 10 }, () => null)

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html */
function toField(value: string | null): string {
  return value === null ? '\\N' : value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
}
