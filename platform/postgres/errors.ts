/** SQLSTATE 40001 and 40P01: the transaction was undone through nobody's fault, and succeeds when it is run again. */
const RETRIED = new Set(['40001', '40P01'])

/**
 * Class 08, 57P0x, class 53 (no disk, memory or connection left) and the socket's own errors: away, restarting or full.
 * 25P03: the server ended a transaction that stood still, because the process was paused or the network was.
 */
const AWAY = /^(08...|57P0.|25P03|53[0-3]00|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/

/** The SQLSTATE, or the socket's error code; undefined for errors that have neither. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** A serialization failure or a deadlock. */
export function isRetriable(error: unknown): boolean {
  return RETRIED.has(errorCode(error) ?? '')
}

/**
 * The database cannot be reached now: wait and try again, and lose nothing. What was sent may or may not have been
 * committed, so only what is idempotent is sent again.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway)
  if (AWAY.test(errorCode(error) ?? '')) return true
  // pg's own errors carry no code.
  return (
    error instanceof Error &&
    /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed)/.test(
      error.message,
    )
  )
}

/** Code and message without the statement's values: for logs. */
export function describePostgresError(error: unknown): { readonly code: string | undefined; readonly message: string } {
  return { code: errorCode(error), message: error instanceof Error ? error.message : String(error) }
}
