import { readFileSync } from 'node:fs'
import { valueAt, type Json, type Path } from '#test/terraform/mangle.ts'

const SERVICE = new URL('../../terraform/testdata/service/plan.json', import.meta.url)
/** What the names in the real plan hold: a service that is there, one that is new, resources without a module. */
const TAGS = ['old00001', 'new00001', 'flat00001'] as const
/** Ids that AWS gave: `sg-0123456789abcdef0`. */
const IDS = /\b(vpc|subnet|sg|sgr|i|eni|vol|acl|rtb)-[0-9a-f]{8,17}\b/g

/**
 * A plan of at least so many resources, as text: copies of the services of a real plan (a third is there and changed, a
 * third is new) and of resources that stand in no module, each with names and ids of its own. What is written once for all
 * instances of a module stays written once.
 */
export function planText(resources: number): string {
  const plan: Json = JSON.parse(readFileSync(SERVICE, 'utf8'))
  const copies = Math.ceil(resources / listAt(plan, ['resource_changes']).length)
  for (const path of [
    ['resource_changes'],
    ['resource_drift'],
    ['planned_values', 'root_module', 'resources'],
    ['planned_values', 'root_module', 'child_modules'],
    ['prior_state', 'values', 'root_module', 'child_modules'],
    ['configuration', 'root_module', 'resources'],
    ['relevant_attributes'],
  ]) {
    const list = listAt(plan, path)
    list.splice(0, list.length, ...list.flatMap((entry) => copiesOf(entry, copies)))
  }
  return JSON.stringify(plan)
}

function copiesOf(entry: Json, count: number): readonly Json[] {
  const text = JSON.stringify(entry)
  const tag = TAGS.find((one) => text.includes(one))
  if (tag === undefined) return [entry]
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(5, '0')
    const copy = text.replaceAll(tag, `${tag.slice(0, -5)}${number}`)
    const withIds = copy.replaceAll(IDS, (id) => `${id.slice(0, -5)}${number}`)
    const made: Json = JSON.parse(withIds)
    return made
  })
}

function listAt(json: Json, path: Path): Json[] {
  const list = valueAt(json, path)
  return Array.isArray(list) ? list : []
}
