import type { AwsCalls } from '#core/aws-call.ts'
import type { Resource } from '#core/resource.ts'
import type { Collector, ListingEnd } from '#resources/collector.ts'

/** Everything a collector yields, and how its listing ended. */
export async function collected(
  collector: Collector,
  aws: AwsCalls,
): Promise<{
  readonly pages: readonly (readonly Resource[])[]
  readonly resources: readonly Resource[]
  readonly end: ListingEnd
}> {
  const pages: (readonly Resource[])[] = []
  const listing = collector.collect(aws)
  for (;;) {
    const step = await listing.next()
    if (step.done === true) return { pages, resources: pages.flat(), end: step.value }
    pages.push(step.value)
  }
}

/** The paths at which stored data says that it does not know, with why. */
export function unknownsIn(data: unknown, path = ''): readonly string[] {
  if (typeof data !== 'object' || data === null) return []
  if ('$unknown' in data) return [`${path}: ${JSON.stringify(data.$unknown)}`]
  if ('$incomplete' in data) return [`${path}…: ${JSON.stringify(data.$incomplete)}`]
  return Object.entries(data).flatMap(([name, value]) => unknownsIn(value, `${path}.${name}`))
}
