import { Pool as PgPool, type ClientBase } from 'pg'
import type { Logger } from '#platform/log/logger.ts'
import { describePostgresError } from './errors.ts'
import type { Sql, SqlResult } from './sql.ts'

/** Connections to one database. `query` runs one statement on whichever is free. */
export interface Pool extends Sql {
  /** A connection of the caller's own, for a transaction, a cursor or a temporary table. It must be released. */
  connect(): Promise<Connection>
  readonly counts: { readonly total: number; readonly idle: number; readonly waiting: number }
  /** Waits for connections to come back and closes them. */
  end(): Promise<void>
}

export interface Connection extends Sql {
  /** What cursors and COPY are submitted to. */
  readonly client: ClientBase
  /** Gives the connection back; with `broken`, closes it instead, which rolls back whatever it was doing. */
  release(broken?: boolean): void
}

export interface PoolOptions {
  readonly connectionString: string
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  readonly max: number
  readonly log: Logger
  /**
   * A transaction that sits idle for longer is ended by the server. Below the lease of a job, or a worker that was
   * stopped in the middle of a write would block the takeover of its job. Default: 10 s.
   */
  readonly idleInTransactionMs?: number
  /** A statement without an answer for this long is given up with its connection (a half-open one). Default: 5 min. */
  readonly statementMs?: number
}

/**
 * Opens a pool; connections are made when they are needed. A server that goes away never ends the process: idle and
 * checked-out connections both have a listener (a client's `error` has none by default, and Node would exit).
 */
export function createPool(options: PoolOptions): Pool {
  const { log } = options
  const pool = new PgPool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    idle_in_transaction_session_timeout: options.idleInTransactionMs ?? 10_000,
    query_timeout: options.statementMs ?? 300_000,
    // A client that is gone (aborted, killed) must not keep its locks until its statement has run to the end.
    options: '-c client_connection_check_interval=1s',
  })
  const lost = (error: Error): void => log.warn({ error: describePostgresError(error) }, 'database connection lost')
  pool.on('error', lost)
  // The pool takes its own listener off while a client is checked out.
  pool.on('connect', (client) => client.on('error', () => undefined))

  return {
    query: <R>(text: string, values?: readonly unknown[]) => run<R>(pool, text, values),
    connect: async () => {
      const client = await pool.connect()
      let isReleased = false
      return {
        client,
        query: <R>(text: string, values?: readonly unknown[]) => run<R>(client, text, values),
        release: (broken = false) => {
          if (isReleased) return
          isReleased = true
          client.release(broken)
        },
      }
    },
    get counts() {
      return { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }
    },
    end: () => pool.end(),
  }
}

async function run<R>(
  on: Pick<ClientBase, 'query'> | PgPool,
  text: string,
  values: readonly unknown[] = [],
): Promise<SqlResult<R>> {
  // Without values pg takes the simple protocol, which also runs several statements: migrations need that.
  const result = values.length === 0 ? await on.query(text) : await on.query(text, [...values])
  // The caller names the type of the rows it selects.
  return { rows: result.rows as R[], rowCount: result.rowCount ?? 0 }
}

/**
 * A connection that is the caller's until it is released, or until `signal` aborts: then it is closed, and with it
 * whatever it was doing.
 */
export async function connectUntil(pool: Pool, signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted()
  const connection = await pool.connect()
  if (signal.aborted) {
    connection.release()
    signal.throwIfAborted()
  }
  const onAbort = (): void => connection.release(true)
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    ...connection,
    release: (broken) => {
      signal.removeEventListener('abort', onAbort)
      connection.release(broken)
    },
  }
}
