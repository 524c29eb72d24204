import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import { describePostgresError, isDatabaseAway } from '#platform/postgres/errors.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { assertSchema, SchemaTooOld } from '#store/migrate.ts'

const LONGEST_WAIT_MS = 10_000

/**
 * Waits until the database answers and has the tables that this version needs; the operator makes them. Throws
 * `SchemaTooNew` at once: no waiting helps against that.
 */
export async function waitForSchema(deps: {
  readonly pool: Pool
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
}): Promise<void> {
  for (let failures = 1; ; failures++) {
    try {
      await assertSchema(deps.pool)
      return
    } catch (error) {
      if (!(error instanceof SchemaTooOld) && !isDatabaseAway(error)) throw error
      deps.log.warn({ error: describePostgresError(error), failures }, 'waiting for the database and its schema')
    }
    await deps.clock.sleep(Math.min(LONGEST_WAIT_MS, 250 * 2 ** Math.min(failures, 6)), deps.signal)
  }
}
