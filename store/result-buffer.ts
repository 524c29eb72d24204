import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { Result } from '#core/evaluation.ts'
import { connectUntil, type Connection, type Pool } from '#platform/postgres/pool.ts'
import { transactionOn } from '#platform/postgres/transaction.ts'
import { digest64 } from './digest.ts'
import { jsonText, plainText } from './json.ts'
import { KnownFindings } from './known-findings.ts'

/**
 * Results on their way into one transaction. Those that say something new lie in a temporary table, on a connection of
 * the buffer's own; of the others it is only known that they came. Must be closed.
 */
export interface ResultBuffer extends AsyncDisposable {
  /**
   * Takes note of failures and unknowns. Memory: twice some thousands of rows that say something new, those that are being
   * copied to the server and those that come meanwhile; then it waits. Throws what an earlier copy failed of.
   */
  add(results: readonly Result[]): Promise<void>
  /** Resolves when all that was added is on the server. */
  flush(): Promise<void>
  readonly connection: Connection
  readonly known: KnownFindings
  /** Pairs (`check location`) whose listing was not complete: nothing of them may be resolved. */
  readonly unlisted: ReadonlySet<string>
  close(): Promise<void>
}

const ROWS_PER_COPY = 2500
const COLUMNS =
  'fingerprint, check_id, severity, type, resource_id, location, listed_at, arn, name, evidence, content_hash'

/**
 * Opens an empty buffer for the target of a scan, under the lease of its evaluate job: until that is lost, nobody else
 * changes the target's findings, so what is read of them here stays true up to the commit. The table outlives the buffer
 * with its connection, so that evaluations do not bloat the catalogue. Memory: 25 bytes per finding of the target.
 */
export async function createResultBuffer(
  pool: Pool,
  { targetId, signal }: { readonly targetId: string; readonly signal: AbortSignal },
): Promise<ResultBuffer> {
  const connection = await connectUntil(pool, signal)
  const close = async (): Promise<void> => {
    // A connection that cannot even do this is broken, and its table goes with it.
    await connection.query('truncate pg_temp.results').catch(() => connection.release(true))
    connection.release()
  }
  let known: KnownFindings
  try {
    await connection.query(
      `create temporary table if not exists results (
         fingerprint text, check_id text, severity text, type text, resource_id text, location text,
         listed_at text, arn text, name text, evidence jsonb, content_hash bigint);
       -- That it is unique and how many there are: a sample of 3,000 rows tells.
       alter table pg_temp.results alter column fingerprint set statistics 10;
       truncate pg_temp.results`,
    )
    known = await transactionOn(connection, signal, (tx) => KnownFindings.read(tx, targetId))
  } catch (error) {
    await close()
    throw error
  }

  const unlisted = new Set<string>()
  let lines: string[] = []
  let copying = Promise.resolve()
  /** Resolves when the copy before has ended and this one is on its way. */
  const startCopy = async (): Promise<void> => {
    await copying
    const chunk = lines.join('')
    lines = []
    copying = pipeline(
      Readable.from([chunk]),
      connection.client.query(copyFrom(`copy pg_temp.results (${COLUMNS}) from stdin`)),
      { signal },
    )
    // Whoever awaits it next is told; until then it is not an unhandled rejection.
    copying.catch(() => undefined)
  }
  const flush = async (): Promise<void> => {
    if (lines.length > 0) await startCopy()
    await copying
  }
  return {
    connection,
    known,
    unlisted,
    flush,
    add: async (results) => {
      for (const result of results) {
        const { resource, fingerprint } = result
        if (resource === null || fingerprint === null) {
          unlisted.add(`${result.checkId} ${result.listedAt}`)
          continue
        }
        known.see(fingerprint)
        // An unknown changes nothing; that it came is all there is to it.
        if (result.verdict !== 'fail') continue
        const finding = toFinding(result, resource)
        if (!known.isSame(fingerprint, finding.contentHash)) lines.push(toLine(fingerprint, result, finding))
      }
      if (lines.length >= ROWS_PER_COPY) await startCopy()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Finding {
  readonly id: string
  readonly arn: string | null
  readonly name: string
  readonly type: string
  readonly location: string
  readonly evidence: string
  /** Of all that may change while the finding stays the same. */
  readonly contentHash: bigint
}

function toFinding(result: Result, resource: NonNullable<Result['resource']>): Finding {
  const evidence = jsonText(result.evidence)
  const name = plainText(resource.name)
  return {
    id: plainText(resource.id),
    arn: resource.arn === null ? null : plainText(resource.arn),
    name,
    type: resource.type,
    location: resource.location,
    evidence,
    contentHash: digest64(`${result.severity}\n${name}\n${evidence}`),
  }
}

function toLine(fingerprint: string, result: Result, finding: Finding): string {
  const fields = [
    fingerprint,
    result.checkId,
    result.severity,
    finding.type,
    finding.id,
    finding.location,
    result.listedAt,
    finding.arn,
    finding.name,
    finding.evidence,
    String(finding.contentHash),
  ]
  return `${fields.map(toField).join('\t')}\n`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html */
function toField(value: string | null): string {
  return value === null ? '\\N' : value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
}
