import { isDeepStrictEqual } from 'node:util'
import { GLOBAL, type Resource } from '#core/resource.ts'
import { isTouched } from './judged.ts'
import { isRecord } from './json.ts'
import type { Outside } from './links.ts'
import type { Mapping } from './mapping.ts'
import { PlannedResource, type Surroundings } from './planned-resource.ts'
import type { Change } from './plan.ts'
import { NOWHERE } from './snapshot.ts'

/**
 * A resource that the plan does not manage and yet says something of: a group of another stack, by a rule of this plan. What
 * the plan does not say of it is unknown (elsewhere), so a check passes or fails it only by what is known.
 */
export interface StandIn {
  /** With all that the plan says of it. */
  readonly data: Resource['data']
  /** The companions that the plan touches. Verdicts stand at their addresses. */
  readonly parts: readonly Part[]
}

/** One companion of it. */
export interface Part {
  readonly change: Change
  /** It, with all that this companion says of it and no other. */
  readonly alone: Resource
  /** The fields that the companion says something of. */
  readonly sets: readonly string[]
}

interface Owned {
  readonly companion: Change
  readonly by: string
  readonly outside: Outside
}

/** What stands in for the resources that companions of an account belong to, and that are not of the plan. */
export function standInsOf(
  changes: readonly Change[],
  mappings: readonly Mapping[],
  around: Surroundings,
): readonly StandIn[] {
  const byType = Map.groupBy(
    changes.filter(({ mode }) => mode === 'managed'),
    ({ type }) => type,
  )
  return mappings.flatMap((mapping) => {
    if (mapping.standIn === undefined) return []
    const owned = mapping.companions.flatMap((companion) => {
      // A rule may be one of a group, or of the group that comes with a VPC.
      const parents = mappings
        .filter(
          ({ to, companions }) => to.type === mapping.to.type && companions.some(({ type }) => type === companion.type),
        )
        .map(({ from }) => from)
      return (byType.get(companion.type) ?? []).flatMap((change) =>
        around.links
          .outside(change, companion, parents)
          .map((outside): Owned => ({ companion: change, by: companion.by, outside })),
      )
    })
    return [...Map.groupBy(owned, ({ outside }) => outside.key).values()].flatMap((all) =>
      all.some(({ companion }) => isTouched(companion)) ? standIn(mapping, all, around) : [],
    )
  })
}

function standIn(mapping: Mapping, all: readonly Owned[], around: Surroundings): readonly StandIn[] {
  const [first] = all
  if (first === undefined) return []
  const dataWith = (some: readonly Owned[]): Resource['data'] | undefined => {
    const change = changeOf(mapping, first)
    around.scopes.put(change, first.companion)
    for (const { companion, by, outside } of some) around.links.link(change, companion, by, outside.as)
    return mapping.standIn?.(new PlannedResource(change, around))
  }
  const [bare, whole] = [dataWith([]), dataWith(all)]
  if (bare === undefined || whole === undefined) return []
  const parts = all
    .filter(({ companion }) => isTouched(companion))
    .map((one) => {
      const data = dataWith([one]) ?? bare
      return {
        change: one.companion,
        alone: resourceAt(mapping, one, data, around),
        sets: fieldsThatDiffer(data, bare),
      }
    })
  return [{ data: whole, parts }]
}

/** As if the plan had it and left it alone, with nothing but its name. */
function changeOf({ from, names }: Mapping, { companion, by, outside }: Owned): Change {
  const values = outside.name === undefined ? {} : { [names[0] ?? 'id']: outside.name }
  return {
    address: outside.name ?? `what ${companion.address} names as ${by}`,
    previousAddress: undefined,
    module: companion.module,
    mode: 'managed',
    type: from,
    name: '',
    key: undefined,
    becomes: 'unchanged',
    isImported: false,
    before: values,
    beforeSensitive: undefined,
    after: values,
    afterUnknown: {},
    afterSensitive: undefined,
  }
}

function resourceAt(
  { to, lives }: Mapping,
  { companion, by, outside }: Owned,
  data: Resource['data'],
  { scopes }: Surroundings,
): Resource {
  // One companion may belong to several: a policy that is attached to a list of users.
  const isOneOfList = Array.isArray((companion.after ?? companion.before)?.[by])
  return {
    type: to.type,
    id: isOneOfList && outside.name !== undefined ? `${companion.address}.${by}["${outside.name}"]` : companion.address,
    arn: null,
    name: companion.address,
    location: lives === 'global' ? GLOBAL : (scopes.of(companion).region ?? NOWHERE),
    tags: {},
    data,
  }
}

function fieldsThatDiffer(data: unknown, bare: unknown): readonly string[] {
  if (!isRecord(data) || !isRecord(bare)) return []
  return Object.keys(data).filter((field) => !isDeepStrictEqual(data[field], bare[field]))
}
