import type { LookUp, Snapshot } from '#core/check.ts'
import type { Reason } from '#core/reason.ts'
import { GLOBAL, type Resource } from '#core/resource.ts'
import { isBased, isUnknown, unknown } from '#core/stored.ts'
import { member } from './json.ts'

/** The location of what the plan does not say where it will be: it may be in any. */
export const NOWHERE = 'unknown'

/** What rules may look at in one account of a plan. */
export interface PlannedAccount {
  /** The account's settings. */
  readonly account: unknown
  readonly region: (location: string) => unknown
  /** By type: of the plan, judged or not, and live ones that facts tell of. */
  readonly resources: ReadonlyMap<string, readonly Resource[]>
  /** What belongs to these is in the plan: to what it makes, and to what it takes a companion away from. */
  readonly ownIdentities: ReadonlySet<string>
  /** Whether facts tell of all that there is. */
  readonly isComplete: (type: string, location: string) => boolean
}

/**
 * Everything that rules may look at in a plan. There may be more than the plan manages: a look-up is incomplete unless
 * facts complete it, or it asks for what belongs to something new, or to what the plan has just deleted a guard of.
 */
export function planSnapshot({ account, region, resources, ownIdentities, isComplete }: PlannedAccount): Snapshot {
  const indices = new Map<string, Map<unknown, Resource[]>>()

  /** Members of a type by what they hold under a key. Built once per look-up. */
  const indexOf = (type: string, key: string): ReadonlyMap<unknown, readonly Resource[]> => {
    const built = indices.get(`${type} ${key}`)
    if (built !== undefined) return built
    const index = Map.groupBy(resources.get(type) ?? [], (resource) => valueAt(resource, key))
    indices.set(`${type} ${key}`, index)
    return index
  }

  const missing = ({ type, key }: LookUp, location: string, value: unknown): readonly Reason[] => {
    const place = type.listed === 'global' ? GLOBAL : location
    if (isComplete(type.type, place)) return []
    if (key !== null && typeof value === 'string' && ownIdentities.has(value)) return []
    return [{ kind: 'elsewhere', detail: `there may be more than this plan manages of ${type.type}` }]
  }

  return {
    account,
    region,
    find: (lookUp, location, value) => {
      const { type, key } = lookUp
      const isHere = (resource: Resource): boolean =>
        type.listed === 'global' || [location, NOWHERE].includes(resource.location) || location === NOWHERE
      if (key === null) {
        return {
          members: (resources.get(type.type) ?? []).filter(isHere),
          incomplete: missing(lookUp, location, value),
        }
      }
      const index = indexOf(type.type, key)
      // A member whose key is not known might be the one that is looked for.
      const unsure = [...index.keys()].flatMap((held) => (isUnknown(held) ? held.$unknown : []))
      return {
        members: (index.get(value) ?? []).filter(isHere),
        incomplete: [...missing(lookUp, location, value), ...unsure],
      }
    },
  }
}

function valueAt(resource: Resource, key: string): unknown {
  if (isUnknown(resource.data)) return resource.data
  const held = member(resource.data, key) ?? unknown({ kind: 'not_collected' })
  return isBased(held) ? held.$value : held
}
