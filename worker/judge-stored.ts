import { Account, AccountRegion } from '#core/account.ts'
import type { Check, LookUp, Snapshot } from '#core/check.ts'
import type { Clock } from '#core/clock.ts'
import { Evaluation, type Listing, type PairCount, type Result } from '#core/evaluation.ts'
import { GLOBAL, type Resource, type ResourceType } from '#core/resource.ts'
import { locationInScope, type Scan } from '#core/scan.ts'
import { unknown } from '#core/stored.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { openSnapshot, type LookUpIndex, type StoredSnapshot } from '#store/snapshot.ts'
import type { ScanChecks } from './checks-of.ts'
import { wantedTypes } from './wanted-collectors.ts'
import { yieldingEvery } from './yielding.ts'

export interface JudgeDeps {
  readonly pool: Pool
  readonly clock: Clock
  readonly types: readonly ResourceType[]
}

/**
 * Judges what is stored of a scan's account, as of one moment; results are handed on as they come. Asks AWS nothing, so
 * the same resources give the same results whenever it is asked. Memory: a batch of resources, and the types that checks
 * look up. Resolves to how every pair of check and place came out.
 */
export async function judgeStored(
  deps: JudgeDeps,
  of: {
    readonly scan: Scan
    readonly chosen: ScanChecks
    /** Which verdicts are handed on. Default: failures and unknowns. */
    readonly keep?: 'all'
    readonly onResults: (results: readonly Result[]) => Promise<void> | void
    readonly signal: AbortSignal
  },
): Promise<readonly PairCount[]> {
  const { scan, chosen, onResults, signal } = of
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
    ...(of.keep === undefined ? {} : { keep: of.keep }),
  })
  const pause = yieldingEvery(deps.clock)
  const types = new Map(deps.types.map((type) => [type.type, type]))
  for await (const batch of stored.stream(evaluation.types)) {
    for (const resource of batch) {
      if (!locationInScope(spec, resource.location)) continue
      const listedAt = types.get(resource.type)?.listed === 'global' ? GLOBAL : resource.location
      const results = evaluation.judge(resource, listedAt)
      if (results.length > 0) await onResults(results)
      await pause()
    }
    signal.throwIfAborted()
  }
  await onResults(evaluation.unlisted())
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
