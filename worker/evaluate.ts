import { Account, AccountRegion } from '#core/account.ts'
import type { Check, LookUp, Snapshot } from '#core/check.ts'
import type { Clock } from '#core/clock.ts'
import { Evaluation, type Listing, type PairCount } from '#core/evaluation.ts'
import { GLOBAL, type Resource, type ResourceType } from '#core/resource.ts'
import { locationInScope, type Scan } from '#core/scan.ts'
import { unknown } from '#core/stored.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { countChanges } from '#store/finding-changes.ts'
import { saveEvaluation, type SavedEvaluation } from '#store/findings.ts'
import { createResultBuffer, type ResultBuffer } from '#store/result-buffer.ts'
import { openSnapshot, type LookUpIndex, type StoredSnapshot } from '#store/snapshot.ts'
import { checksOf, type ScanChecks } from './checks-of.ts'
import type { WorkerMetrics } from './metrics.ts'
import { FINISHED, LOST, type Outcome } from './outcome.ts'
import { wantedTypes } from './wanted-collectors.ts'
import type { JobContext } from './work-on-message.ts'
import { yieldingEvery } from './yielding.ts'

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
  const counts = await judgeAll(deps, { scan, chosen, buffer, signal })
  const saved = await saveEvaluation(buffer, lease, { scan, counts, signal })
  if (saved.kind === 'lost') return LOST
  const { state, summary } = saved.value
  log.info({ state, coveragePercent: summary.coveragePercent, findings: summary.findings }, 'scan judged')
  await count(deps, scan, saved.value)
  return FINISHED
}

async function judgeAll(
  deps: EvaluateDeps,
  of: {
    readonly scan: Scan
    readonly chosen: ScanChecks
    readonly buffer: ResultBuffer
    readonly signal: AbortSignal
  },
): Promise<readonly PairCount[]> {
  const { scan, chosen, buffer, signal } = of
  const { spec } = scan
  const checks = chosen.checks.map(({ check }) => check)
  const wanted = wantedTypes(deps.types, checks, spec)
  await using stored = await openSnapshot(deps.pool, {
    targetId: scan.targetId,
    scanId: scan.id,
    isCollected: (type, location) => wanted.has(type) && locationInScope(spec, location),
    signal,
  })
  const listings = await stored.listings()
  const evaluation = new Evaluation({
    partition: spec.partition,
    accountId: spec.accountId,
    checks: chosen.checks,
    regions: plannedRegions(scan, listings),
    wantedRegions: spec.regions,
    listings,
    snapshot: await loadSnapshot(stored, checks, listings),
  })
  const pause = yieldingEvery(deps.clock)
  const types = new Map(deps.types.map((type) => [type.type, type]))
  for await (const batch of stored.stream(evaluation.types)) {
    for (const resource of batch) {
      const listedAt = types.get(resource.type)?.listed === 'global' ? GLOBAL : resource.location
      const results = evaluation.judge(resource, listedAt)
      if (results.length > 0) await buffer.add(results)
      await pause()
    }
    signal.throwIfAborted()
  }
  await buffer.add(evaluation.unlisted())
  return [...evaluation.counts(), ...chosen.unknownIds.map(unjudged)]
}

/** Regions that were collected, and those that prepare found closed: it left listings there that are not complete. */
function plannedRegions({ spec, prepared }: Scan, listings: readonly Listing[]): readonly string[] {
  const listed = listings.map(({ location }) => location)
  const planned = new Set([...(prepared?.regions ?? []), ...listed])
  return [...planned].filter((location) => location !== GLOBAL && locationInScope(spec, location)).sort()
}

/** A check that this worker does not know: nobody judged it, and coverage says so. */
function unjudged(checkId: string): PairCount {
  return { checkId, severity: 'low', location: GLOBAL, counts: { pass: 0, fail: 0, unknown: 1, not_applicable: 0 } }
}

/** What rules may ask besides the resource: the account's settings, and the types that they look up, by recorded key. */
async function loadSnapshot(
  stored: StoredSnapshot,
  checks: readonly Check[],
  listings: readonly Listing[],
): Promise<Snapshot> {
  const indices = new Map<string, LookUpIndex>()
  for (const lookUp of checks.flatMap((check) => check.lookUps)) {
    const name = nameOf(lookUp)
    if (!indices.has(name)) indices.set(name, await stored.loadLookUp(lookUp))
  }
  const account = settingsOf(Account, await stored.all(Account.type), listings)
  const regions = settingsOf(AccountRegion, await stored.all(AccountRegion.type), listings)
  return {
    account: account(GLOBAL),
    region: regions,
    find: (lookUp, location, value) => {
      const index = indices.get(nameOf(lookUp))
      if (index === undefined) throw new Error(`${nameOf(lookUp)} was not loaded: no check of the scan recorded it`)
      return index.find(location, value)
    },
  }
}

function nameOf({ type, key }: LookUp): string {
  return `${type.type} ${key ?? ''}`
}

/** The settings stored for a place; unknown where they were not collected, whatever an older scan has stored. */
function settingsOf(
  type: ResourceType,
  resources: readonly Resource[],
  listings: readonly Listing[],
): (location: string) => unknown {
  const listed = new Map(
    listings.filter((listing) => listing.type === type.type).map((listing) => [listing.location, listing]),
  )
  const data = new Map(resources.map((resource) => [resource.location, resource.data]))
  return (location) => {
    const listing = listed.get(location)
    if (listing?.complete === true) return data.get(location) ?? unknown({ kind: 'not_collected' })
    return unknown(...(listing?.reasons ?? [{ kind: 'not_collected', detail: 'this scan did not get to it' } as const]))
  }
}

async function count(
  { pool, clock, metrics }: EvaluateDeps,
  scan: Scan,
  { state, summary }: SavedEvaluation,
): Promise<void> {
  metrics.scanCoverage.observe(summary.coveragePercent)
  if (scan.deadlineAt !== null) {
    const startedAt = scan.deadlineAt.getTime() - scan.spec.deadlineSeconds * 1000
    metrics.scanDuration.observe({ outcome: state }, Math.max(0, clock.now().getTime() - startedAt) / 1000)
  }
  if (summary.opened + summary.resolved + summary.reopened === 0) return
  for (const { severity, change, changes } of await countChanges(pool, scan.id)) {
    metrics.findingsChanges.inc({ severity, change }, changes)
  }
}
