import type { Check } from '#core/check.ts'
import type { Clock } from '#core/clock.ts'
import type { Result } from '#core/evaluation.ts'
import type { ResourceType } from '#core/resource.ts'
import type { Scan } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { countChanges } from '#store/finding-changes.ts'
import { saveEvaluation, type SavedEvaluation } from '#store/findings.ts'
import { createResultBuffer } from '#store/result-buffer.ts'
import { msUntilDeadline } from '#store/scan-steps.ts'
import { checksOf } from './checks-of.ts'
import { judgeStored } from './judge-stored.ts'
import type { WorkerMetrics } from './metrics.ts'
import { FINISHED, LOST, type Outcome } from './outcome.ts'
import type { JobContext } from './work-on-message.ts'

export interface EvaluateDeps {
  readonly pool: Pool
  readonly clock: Clock
  readonly metrics: WorkerMetrics
  readonly catalogue: readonly Check[]
  readonly types: readonly ResourceType[]
}

/**
 * Judges what is stored of an account, as of one moment, and saves all of it in one transaction that ends the scan.
 * Asks AWS nothing. Memory: a batch of resources, some thousands of results, and the types that checks look up.
 */
export async function evaluate(deps: EvaluateDeps, { scan, lease, signal, log }: JobContext): Promise<Outcome> {
  const chosen = checksOf(deps.catalogue, scan.spec, log)
  await using buffer = await createResultBuffer(deps.pool, { targetId: scan.targetId, signal })
  const onResults = (results: readonly Result[]): Promise<void> => buffer.add(results)
  const counts = await judgeStored(deps, { scan, chosen, onResults, signal })
  const saved = await saveEvaluation(buffer, lease, { scan, counts, signal })
  if (saved.kind === 'lost') return LOST
  const { state, summary } = saved.value
  log.info({ state, coveragePercent: summary.coveragePercent, findings: summary.findings }, 'scan judged')
  await count(deps, scan, saved.value)
  return FINISHED
}

async function count({ pool, metrics }: EvaluateDeps, scan: Scan, { state, summary }: SavedEvaluation): Promise<void> {
  metrics.scanCoverage.observe(summary.coveragePercent)
  const leftMs = await msUntilDeadline(pool, scan.id)
  if (leftMs !== null) metrics.scanDuration.observe({ outcome: state }, scan.spec.deadlineSeconds - leftMs / 1000)
  if (summary.opened + summary.resolved + summary.reopened === 0) return
  for (const { severity, change, changes } of await countChanges(pool, scan.id)) {
    metrics.findingsChanges.inc({ severity, change }, changes)
  }
}
