import { readFileSync } from 'node:fs'
import { CHECKS } from '#checks/registry.ts'
import { isBased, isPartialList, isUnknown } from '#core/stored.ts'
import { readAccounts } from '#terraform/accounts.ts'
import { readPlan } from '#terraform/plan-file.ts'
import { MAPPINGS, SETTINGS } from '#terraform/registry.ts'

/** What a real plan of `terraform/testdata` becomes. */
export interface MappedPlan {
  /** What a resource holds, without where its values come from; `id` is its address and part. Unknowns as `?kind`. */
  data(type: string, id: string): unknown
  /** Whether there is one. */
  has(type: string, id: string): boolean
  /** The value of a setting, by the address that sets it. */
  setting(address: string): unknown
}

/** Reads the plan of a folder, for tests of mappings. */
export function mappedPlan(folder: string): MappedPlan {
  const text = readFileSync(new URL(`../../terraform/testdata/${folder}/plan.json`, import.meta.url), 'utf8')
  const file = readPlan(JSON.parse(text))
  if (file.kind !== 'plan') throw new Error(`${folder} is no plan`)
  const question = { plan: file.plan, checks: [], mappings: MAPPINGS, settings: SETTINGS, now: new Date(0) }
  const accounts = readAccounts(question, CHECKS)
  const found = (type: string, id: string) =>
    accounts.flatMap(({ resources }) => resources).find(({ resource }) => resource.type === type && resource.id === id)
  return {
    data: (type, id) => {
      const one = found(type, id)
      if (one === undefined) throw new Error(`${folder} has no ${type} at ${id}`)
      return plain(one.resource.data)
    },
    has: (type, id) => found(type, id) !== undefined,
    setting: (address) =>
      plain(accounts.flatMap(({ settings }) => settings).find(({ change }) => change.address === address)?.value),
  }
}

function plain(value: unknown): unknown {
  if (isUnknown(value)) return value.$unknown.map(({ kind }) => `?${kind}`).join()
  if (isBased(value)) return plain(value.$value)
  if (isPartialList(value)) return [...value.$items.map(plain), ...value.$incomplete.map(({ kind }) => `?${kind}`)]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}
