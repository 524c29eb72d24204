import type { Check } from '#core/check.ts'
import { typesRead } from '#core/evaluation.ts'
import { GLOBAL, type ResourceType } from '#core/resource.ts'
import type { ScanSpec } from '#core/scan.ts'
import type { Collector } from '#resources/collector.ts'

/** The types that a scan lists: all that its checks read, and the inventory of the services that it wants. */
export function wantedTypes(
  types: readonly ResourceType[],
  checks: readonly Check[],
  spec: Pick<ScanSpec, 'services'>,
): ReadonlySet<string> {
  const inventory = types.filter(({ service }) => spec.services === null || spec.services.includes(service))
  return new Set([...typesRead(checks), ...inventory.map(({ type }) => type)])
}

/** What is left to list in one place, with the types of each that nobody has listed yet: a checkpoint skips the rest. */
export function collectorsLeft(
  collectors: readonly Collector[],
  of: { readonly location: string; readonly wanted: ReadonlySet<string>; readonly done: ReadonlySet<string> },
): readonly { readonly collector: Collector; readonly types: readonly ResourceType[] }[] {
  const listed = of.location === GLOBAL ? 'global' : 'region'
  return collectors
    .filter((collector) => collector.listed === listed)
    .map((collector) => ({
      collector,
      types: collector.types.filter(({ type }) => of.wanted.has(type) && !of.done.has(type)),
    }))
    .filter(({ types }) => types.length > 0)
}
