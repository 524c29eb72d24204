import { isDeepStrictEqual } from 'node:util'
import { isRecord, listOf, member, textOf } from './json.ts'
import type { Change, Plan } from './plan.ts'

/**
 * Where a plan contradicts itself: Terraform writes what will be twice, as changes and as planned values, and what was
 * written once more, as configuration. A plan that somebody shortened or mangled must not pass for what is left of it.
 * A clause for a sentence; undefined where all is well. Cost: one comparison of all values.
 */
export function contradiction(plan: Plan, plannedValues: unknown): string | undefined {
  const planned = new Map<string, unknown>()
  const problem = collect(member(plannedValues, 'root_module'), planned)
  if (problem !== undefined) return problem
  const changes = new Map<string, Change>()
  for (const change of plan.changes) {
    if (changes.has(change.address)) return `${change.address} is in it twice`
    changes.set(change.address, change)
  }
  for (const change of plan.changes) {
    const found = mismatch(change, planned, plan)
    if (found !== undefined) return found
  }
  for (const address of planned.keys()) {
    if (!changes.has(address)) return `${address} is planned, and is not among the changes`
  }
  return undefined
}

function mismatch(change: Change, planned: ReadonlyMap<string, unknown>, plan: Plan): string | undefined {
  const { address, becomes, after, module, mode, type, name } = change
  if (becomes === 'deleted') return planned.has(address) ? `${address} is deleted, and planned all the same` : undefined
  // Terraform plans no values for what it forgets, or those that are there.
  if (becomes === 'forgotten') return undefined
  if (!planned.has(address)) return `${address} is among the changes, and is not planned`
  if (!isDeepStrictEqual(planned.get(address), after)) return `${address} is planned with two different sets of values`
  return plan.configuration.resource(module, mode, type, name) === undefined
    ? `${address} is planned, and is not in the configuration`
    : undefined
}

function collect(module: unknown, found: Map<string, unknown>): string | undefined {
  for (const resource of listOf(member(module, 'resources'))) {
    const address = textOf(member(resource, 'address'))
    const values = member(resource, 'values')
    if (address === undefined) return 'a planned resource has no address'
    // Terraform leaves the values out where all of them are unknown.
    found.set(address, isRecord(values) ? values : {})
  }
  for (const child of listOf(member(module, 'child_modules'))) {
    const problem = collect(child, found)
    if (problem !== undefined) return problem
  }
  return undefined
}
