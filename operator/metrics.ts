import type { Clock } from '#core/clock.ts'
import { SEVERITIES } from '#core/check.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { Metrics } from '#platform/metrics/metrics.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { readFleet } from '#store/fleet.ts'

/** How often the database is asked for the figures below: one statement each time, whoever scrapes how often. */
const EVERY_MS = 30_000

/**
 * Shows the fleet as gauges: findings by severity, coverage, scans under way, the outbox. Labels are bounded: no
 * account, no resource. Runs until `signal` aborts; while the database is away the last figures stand, and
 * `vedette_fleet_read_timestamp_seconds` says how old they are.
 */
export async function showFleet(
  {
    pool,
    clock,
    metrics,
    log,
  }: { readonly pool: Pool; readonly clock: Clock; readonly metrics: Metrics; readonly log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const findings = metrics.gauge({
    name: 'vedette_findings',
    help: 'Open findings of all targets.',
    labels: ['severity'],
  })
  const targets = metrics.gauge({ name: 'vedette_targets', help: 'Targets that are watched.' })
  const coverage = metrics.gauge({
    name: 'vedette_coverage_percent',
    help: 'Coverage of the last scan: the lowest and the mean over all targets.',
    labels: ['of'],
  })
  const scans = metrics.gauge({ name: 'vedette_scans', help: 'Scans that have not ended.', labels: ['state'] })
  const queued = metrics.gauge({ name: 'vedette_queue_depth', help: 'Jobs that are due and that no worker has.' })
  const age = metrics.gauge({ name: 'vedette_queue_age_seconds', help: 'How long the oldest of them has been due.' })
  const outbox = metrics.gauge({ name: 'vedette_outbox_depth', help: 'Messages that are due and not sent yet.' })
  const oldest = metrics.gauge({
    name: 'vedette_oldest_success_age_seconds',
    help: 'How long ago the target that waits longest was last scanned.',
  })
  const readAt = metrics.gauge({ name: 'vedette_fleet_read_timestamp_seconds', help: 'When these figures were read.' })

  while (!signal.aborted) {
    try {
      const fleet = await readFleet(pool)
      for (const severity of SEVERITIES) findings.set({ severity }, fleet.findings[severity])
      targets.set(fleet.targets)
      coverage.set({ of: 'lowest' }, fleet.lowestCoverage)
      coverage.set({ of: 'mean' }, fleet.meanCoverage)
      scans.set({ state: 'Pending' }, fleet.pendingScans)
      scans.set({ state: 'Running' }, fleet.runningScans)
      queued.set(fleet.queuedJobs)
      age.set(fleet.oldestQueuedSeconds)
      outbox.set(fleet.unsentMessages)
      oldest.set(fleet.oldestSuccessSeconds)
      readAt.set(clock.now().getTime() / 1000)
    } catch (error) {
      log.warn({ error }, 'reading the figures of the fleet failed; trying again')
    }
    await clock.sleep(EVERY_MS, signal).catch(() => undefined)
  }
}
