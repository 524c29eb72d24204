import { Account, AccountRegion } from './account.ts'
import type { LookUp, Snapshot } from './check.ts'
import { Evaluation, type EvaluationInput, type Listing, type PairCount, type Result } from './evaluation.ts'
import type { Reason } from './reason.ts'
import { GLOBAL, type Resource } from './resource.ts'
import { isBased, isUnknown, unknown } from './stored.ts'

/** A listing with what it found. */
export interface ListedResources extends Listing {
  readonly resources: readonly Resource[]
}

/** What became of an evaluation. */
export interface Evaluated {
  readonly results: readonly Result[]
  readonly counts: readonly PairCount[]
}

/** Judges what was collected without a store: for a scan of one account at the command line, and for tests. */
export function evaluateInMemory(
  input: Omit<EvaluationInput, 'listings' | 'snapshot'>,
  listings: readonly ListedResources[],
): Evaluated {
  const evaluation = new Evaluation({ ...input, listings, snapshot: memorySnapshot(listings) })
  const results = listings.flatMap(({ resources, location }) =>
    resources.flatMap((resource) => evaluation.judge(resource, location)),
  )
  return { results: [...results, ...evaluation.unlisted()], counts: evaluation.counts() }
}

/** The look-ups that checks make, over listings held in memory. Cost: the whole listing per look-up. */
export function memorySnapshot(listings: readonly ListedResources[]): Snapshot {
  const listingOf = (type: string, location: string): ListedResources | undefined =>
    listings.find((listing) => listing.type === type && listing.location === location)
  const only = (type: string, location: string): unknown => {
    const listing = listingOf(type, location)
    return listing?.complete === true ? listing.resources[0]?.data : unknown(...whyNot(listing))
  }
  return {
    account: only(Account.type, GLOBAL),
    region: (location) => only(AccountRegion.type, location),
    find: ({ type, key }, location, value) => {
      const listing = listingOf(type.type, type.listed === 'global' ? GLOBAL : location)
      const found = { members: [] as Resource[], incomplete: [...whyNot(listing)] }
      for (const resource of listing?.resources ?? []) {
        const held = key === null ? value : keyOf(resource, key)
        // A member whose key was not learnt might be the one that is looked for.
        if (isUnknown(held)) found.incomplete.push(...held.$unknown)
        else if (held === value) found.members.push(resource)
      }
      return found
    },
  }
}

/** Why members may be missing; nothing, where the listing is complete. */
function whyNot(listing: ListedResources | undefined): readonly Reason[] {
  if (listing === undefined) return [{ kind: 'not_collected', detail: 'it was not listed' }]
  return listing.complete ? [] : listing.reasons
}

function keyOf(resource: Resource, key: NonNullable<LookUp['key']>): unknown {
  if (isUnknown(resource.data)) return resource.data
  // A resource's data is a group, stored as an object.
  const held = (resource.data as Readonly<Record<string, unknown>>)[key]
  if (held === undefined) return unknown({ kind: 'not_collected' })
  return isBased(held) ? held.$value : held
}
