import { isDeepStrictEqual } from 'node:util'
import type { Configuration } from './configuration.ts'
import { configuredMissing } from './configured-missing.ts'
import { isRecord, listOf, member, textOf } from './json.ts'
import { hasTrue } from './marks.ts'
import type { Change } from './plan.ts'

// Terraform writes what will be twice, as changes and as planned values, what there is twice, as changes and as prior state,
// and what was written once more, as configuration. A plan that somebody shortened or mangled must not pass for what is left
// of it.

/** Where changes contradict what is planned or written. A clause for a sentence; undefined where all is well. Cost: one comparison of all values. */
export function contradictionAfter(
  all: readonly Change[],
  configuration: Configuration,
  plannedValues: unknown,
): string | undefined {
  if (!isRecord(plannedValues)) return 'its planned_values are none'
  const planned = resourcesIn(plannedValues)
  if (planned === undefined) return 'a planned resource has no address'
  const changes = new Set<string>()
  for (const change of all) {
    if (changes.has(change.address)) return `${change.address} is in it twice`
    changes.add(change.address)
    const found = mismatchAfter(change, planned, configuration)
    if (found !== undefined) return found
  }
  for (const address of planned.keys()) {
    if (!changes.has(address)) return `${address} is planned, and is not among the changes`
  }
  return undefined
}

/** Where changes contradict what there is before them. */
export function contradictionBefore(all: readonly Change[], priorState: unknown): string | undefined {
  const prior = resourcesIn(member(priorState, 'values'))
  if (prior === undefined) return 'a resource of the prior state has no address'
  const changes = new Set<string>()
  for (const change of all) {
    changes.add(change.address).add(change.previousAddress ?? change.address)
    const found = mismatchBefore(change, prior)
    if (found !== undefined) return found
  }
  for (const [address, { mode }] of prior) {
    if (mode === 'managed' && !changes.has(address)) return `${address} is there, and is not among the changes`
  }
  return undefined
}

interface Resource {
  readonly mode: unknown
  readonly type: unknown
  readonly values: Readonly<Record<string, unknown>>
}

function mismatchAfter(
  change: Change,
  planned: ReadonlyMap<string, Resource>,
  configuration: Configuration,
): string | undefined {
  const { address, becomes, after, module, mode, type, name } = change
  if (becomes === 'deleted') return planned.has(address) ? `${address} is deleted, and planned all the same` : undefined
  // Terraform plans no values for what it forgets, or those that are there.
  if (becomes === 'forgotten') return undefined
  const twin = planned.get(address)
  if (twin === undefined) return `${address} is among the changes, and is not planned`
  if (twin.type !== type || !isDeepStrictEqual(twin.values, after))
    return `${address} is planned with two different sets of values`
  const configured = configuration.resource(module, mode, type, name)
  if (configured === undefined) return `${address} is planned, and is not in the configuration`
  // Without it, nobody could tell in which account it is.
  if (configured.providerKey === undefined) return `${address} does not say which provider makes it`
  if (!isRecord(change.afterUnknown)) return `${address} does not say what of it is known`
  for (const [attribute, isUnknown] of Object.entries(change.afterUnknown)) {
    if (isUnknown === true && Object.hasOwn(after ?? {}, attribute))
      return `${address} has ${attribute}, and does not know it`
  }
  const missing = configuredMissing(configured.expressions, after ?? {}, change.afterUnknown)
  return missing === undefined ? undefined : `${address} has nothing under ${missing}, which is configured`
}

function mismatchBefore(change: Change, prior: ReadonlyMap<string, Resource>): string | undefined {
  const { address, becomes, before, after, previousAddress, type } = change
  if (before === undefined) return undefined
  if (becomes === 'created') return `${address} is created, and there already`
  if (becomes === 'unchanged' && (hasTrue(change.afterUnknown) || !isDeepStrictEqual(before, after))) {
    return `${address} does not change, and is another afterwards`
  }
  const twin = prior.get(address) ?? prior.get(previousAddress ?? address)
  if (twin === undefined) return `${address} is there already, and is not in the prior state`
  const isSame = twin.type === type && isAlike(twin.values, before, becomes === 'deleted')
  return isSame ? undefined : `${address} is another in the prior state`
}

/**
 * Whether values are of the same kinds under the same names; the values themselves may be of another moment. `isLenient`:
 * what is empty may have come or gone, as it may with what is deleted.
 */
function isAlike(values: unknown, others: unknown, isLenient: boolean): boolean {
  if (isEmpty(values) && isEmpty(others)) return true
  if (Array.isArray(values)) return Array.isArray(others) || (isLenient && isEmpty(others))
  if (!isRecord(values) || !isRecord(others)) {
    return typeof values === typeof others
      ? values !== null && others !== null
      : isLenient && (isEmpty(values) || isEmpty(others))
  }
  return Object.keys(values).every(
    (name) => Object.hasOwn(others, name) && isAlike(values[name], others[name], isLenient),
  )
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === '') return true
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0
}

/** The resources of a state, by address; undefined where one has none. */
function resourcesIn(state: unknown): ReadonlyMap<string, Resource> | undefined {
  const found = new Map<string, Resource>()
  const modules = [member(state, 'root_module')]
  for (const module of modules) {
    for (const resource of listOf(member(module, 'resources'))) {
      const address = textOf(member(resource, 'address'))
      const values = member(resource, 'values')
      if (address === undefined) return undefined
      // What is left of an earlier replacement is nobody's any more.
      if (member(resource, 'deposed_key') !== undefined) continue
      const { mode, type } = isRecord(resource) ? resource : {}
      // Terraform leaves the values out where all of them are unknown.
      found.set(address, { mode, type, values: isRecord(values) ? values : {} })
    }
    modules.push(...listOf(member(module, 'child_modules')))
  }
  return found
}
