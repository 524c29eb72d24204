import type { AwsCalls, Failure } from '#core/aws-call.ts'
import type { ResourceType } from '#core/resource.ts'
import type { Lease } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Collector } from '#resources/collector.ts'
import { completeListing } from '#store/listings.ts'
import { savePage, SeenKeys } from '#store/resources.ts'

export type Listed =
  | { readonly kind: 'listed'; readonly resources: number; readonly written: number }
  /** AWS could not be asked: nothing is recorded, so that somebody can ask again. */
  | { readonly kind: 'unreachable'; readonly failure: Failure }
  | { readonly kind: 'lost' }

/**
 * Runs one collector: each page is saved as it arrives and forgotten, the end is recorded for each type. `types` are
 * those that nobody has listed yet; resources of the others are left out. Memory: one page, and 8 bytes a resource.
 */
export async function collectListing(
  pool: Pool,
  of: {
    readonly aws: AwsCalls
    readonly lease: Lease
    readonly location: string
    readonly collector: Collector
    readonly types: readonly ResourceType[]
    /** False: a failure to reach AWS is recorded like any other, because there is no time to try again. */
    readonly mayTryAgain: boolean
  },
): Promise<Listed> {
  const { aws, lease, location, collector } = of
  const { signal } = aws
  const types = new Map(of.types.map((type) => [type.type, type]))
  const seen = new Map(of.types.map((type) => [type.type, new SeenKeys()]))
  let written = 0
  const pages = collector.collect(aws)
  for (;;) {
    const step = await pages.next()
    if (step.done === true) {
      const end = step.value
      if (!end.complete && of.mayTryAgain && isUnreachable(end.failure)) {
        return { kind: 'unreachable', failure: end.failure }
      }
      let resources = 0
      for (const type of types.values()) {
        const keys = seen.get(type.type)?.keys ?? new BigInt64Array()
        const ended = await completeListing(pool, lease, { type, location, end, seen: keys, signal })
        if (ended.kind === 'lost') return { kind: 'lost' }
        resources += keys.length
      }
      return { kind: 'listed', resources, written }
    }
    const resources = step.value.filter(({ type }) => types.has(type))
    for (const resource of resources) seen.get(resource.type)?.add(resource)
    const saved = await savePage(pool, lease, { resources, types, listedAt: location, signal })
    if (saved.kind === 'lost') return { kind: 'lost' }
    written += saved.value.written
  }
}

/** Throttled until the call's time was spent, or nobody answered: it says nothing about what there is. */
export function isUnreachable({ category }: Failure): boolean {
  return category === 'throttled' || category === 'transient'
}
