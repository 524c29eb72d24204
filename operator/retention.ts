import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import { describePostgresError } from '#platform/postgres/errors.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { retain } from '#store/retention.ts'

const HOUR_MS = 3_600_000

/** Removes what is older than `days`, every hour and at first after one, until `signal` aborts. A failure waits for the next hour. */
export async function retainHourly(
  {
    pool,
    clock,
    log,
    days,
  }: { readonly pool: Pool; readonly clock: Clock; readonly log: Logger; readonly days: number },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(HOUR_MS, signal).catch(() => undefined)
    if (signal.aborted) return
    try {
      const removed = await retain(pool, { days, signal })
      const rows = Object.values(removed).reduce((sum, count) => sum + count, 0)
      if (rows > 0) log.info({ removed, days }, 'old rows removed')
    } catch (error) {
      if (!signal.aborted)
        log.warn({ error: describePostgresError(error) }, 'removing old rows failed; trying again in an hour')
    }
  }
}
