import { systemClock } from '../system-clock.ts'
import { isRetriable } from './errors.ts'
import type { Connection, Pool } from './pool.ts'
import type { Sql } from './sql.ts'

const MOST_TRIES = 5

export interface TransactionOptions {
  /** Default: read committed. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
}

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it throws or `signal` aborts. Undone by
 * a deadlock or a serialization failure, it is run again whole, up to five times after short random waits: `work` must
 * have no effects but its statements.
 */
export async function transaction<T>(
  pool: Pool,
  signal: AbortSignal,
  work: (tx: Sql) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  signal.throwIfAborted()
  const connection = await pool.connect()
  try {
    return await transactionOn(connection, signal, work, options)
  } finally {
    connection.release()
  }
}

/** The same on a connection that the caller holds, with its temporary tables. After an abort the connection is closed. */
export async function transactionOn<T>(
  connection: Connection,
  signal: AbortSignal,
  work: (tx: Sql) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(connection, signal, work, options)
    } catch (error) {
      if (attempt === MOST_TRIES || !isRetriable(error) || signal.aborted) throw error
      await systemClock.sleep(Math.random() * 20 * 2 ** attempt, signal)
    }
  }
}

async function once<T>(
  connection: Connection,
  signal: AbortSignal,
  work: (tx: Sql) => Promise<T>,
  { isolation = 'read committed' }: TransactionOptions,
): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  // Closing the connection is what ends a statement that is under way; the server then rolls back.
  const onAbort = (): void => {
    connection.release(true)
    aborted.reject(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }))
  }
  aborted.promise.catch(() => undefined)
  signal.addEventListener('abort', onAbort, { once: true })
  const isAborted = (): boolean => signal.aborted
  const committed = (async () => {
    await connection.query(`begin isolation level ${isolation}`)
    const value = await work(connection)
    await connection.query('commit')
    return value
  })()
  try {
    return await Promise.race([committed, aborted.promise])
  } catch (error) {
    if (isAborted()) {
      // What still runs on the closed connection fails; nobody waits for it.
      committed.catch(() => undefined)
    } else {
      // A connection that cannot even roll back is broken; the server rolls back when it is gone.
      await connection.query('rollback').catch(() => connection.release(true))
    }
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
