import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import { listen } from '#platform/postgres/listen.ts'
import { CHANNEL } from '#store/notify.ts'

/** What a change in the database concerns: a work-queue key of one of our kinds. */
export interface Notified {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

export interface NotificationDeps {
  readonly connectionString: string
  readonly clock: Clock
  readonly log: Logger
  readonly notify: (notified: Notified) => void
  /** The database can be reached, at first or again: what failed because it could not may be tried at once. */
  readonly connected: () => void
  /** Reads everything that is under way again: notifications are lost while the connection is. */
  readonly resync: () => Promise<void>
}

/** How often everything under way is read again, whether or not a notification came. */
const RESYNC_MS = 15_000

/**
 * Brings progress and verdicts from the database to the controllers: by NOTIFY on a connection of its own, and by a
 * resync every 15 s for what was lost. Runs until `signal` aborts.
 */
export async function followDatabase(deps: NotificationDeps, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps
  const resync = async (): Promise<void> => {
    try {
      await deps.resync()
    } catch (error) {
      log.warn({ error }, 'reading scans under way failed; trying again')
    }
  }
  const resyncing = (async () => {
    while (!signal.aborted) {
      await resync()
      await clock.sleep(RESYNC_MS, signal).catch(() => undefined)
    }
  })()
  const listening = listen({
    connectionString: deps.connectionString,
    applicationName: 'vedette-operator-notifications',
    channel: CHANNEL,
    clock,
    log,
    onNotification: (payload) => {
      const notified = parseNotification(payload)
      if (notified === null) log.warn({ payload }, 'notification that nobody understands')
      else deps.notify(notified)
    },
    onConnected: () => {
      deps.connected()
      void resync()
    },
    signal,
  })
  await Promise.all([resyncing, listening])
}

/** `ScanTarget/namespace/name`; null when it is nothing of ours. */
export function parseNotification(payload: string): Notified | null {
  const [kind = '', namespace = '', name = '', ...more] = payload.split('/')
  return namespace === '' || name === '' || more.length > 0 ? null : { kind, namespace, name }
}
