import { Client, escapeIdentifier } from 'pg'
import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import { describePostgresError } from './errors.ts'

export interface ListenOptions {
  /** A direct connection: a pooler in transaction mode loses notifications. */
  readonly connectionString: string
  readonly applicationName: string
  readonly channel: string
  readonly clock: Clock
  readonly log: Logger
  readonly onNotification: (payload: string) => void
  /** After every (re)connection, the first included: what was notified meanwhile is lost, so read everything again. */
  readonly onConnected: () => void
  readonly signal: AbortSignal
}

const CHECK_EVERY_MS = 15_000

/**
 * Listens on a channel until `signal` aborts, over a connection of its own that is made again whenever it is lost
 * (after 0.1 to 5 s). A half-open connection is found out by a statement every 15 s. Never rejects.
 */
export async function listen(options: ListenOptions): Promise<void> {
  const { signal, clock, log } = options
  let failures = 0
  while (!signal.aborted) {
    try {
      await listenOnce(options, () => (failures = 0))
    } catch (error) {
      if (signal.aborted) return
      failures++
      log.warn({ error: describePostgresError(error), failures }, 'database notifications interrupted')
    }
    const ms = Math.min(5000, 100 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random() / 2)
    await clock.sleep(ms, signal).catch(() => undefined)
  }
}

async function listenOnce(options: ListenOptions, onUp: () => void): Promise<void> {
  const { channel, signal, clock } = options
  const client = new Client({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
    keepAlive: true,
  })
  const down = new AbortController()
  const stopped = AbortSignal.any([signal, down.signal])
  client.on('error', (error) => down.abort(error))
  client.on('end', () => down.abort(new Error('the connection was closed')))
  client.on('notification', ({ payload }) => options.onNotification(payload ?? ''))
  try {
    await client.connect()
    await client.query(`listen ${escapeIdentifier(channel)}`)
    onUp()
    options.onConnected()
    for (;;) {
      await clock.sleep(CHECK_EVERY_MS, stopped)
      await client.query('select')
    }
  } finally {
    // It may be broken already.
    await client.end().catch(() => undefined)
  }
}
