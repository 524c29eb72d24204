import { MAPPINGS } from '#terraform/registry.ts'
import { valueAt, type Json, type Path } from './mangle.ts'

/** Something that is not known before the plan is applied; all that is masked refers to it. */
const MASK = { address: 'terraform_data.mask', mode: 'managed', type: 'terraform_data', name: 'mask' } as const
/** Each by itself: what one expression says twice is one value, and what is masked may have been two. */
function byMask([index = 0, ...path]: Path): Json {
  const name = [index, ...path].join('_').replaceAll(/[^a-z0-9_]/gi, '_')
  return { references: [`terraform_data.mask.output.of_${name}`, 'terraform_data.mask.output', 'terraform_data.mask'] }
}

type JsonObject = { [name: string]: Json }

/** A plan with what its masks refer to. */
export function maskable(plan: Json): Json {
  const copy = structuredClone(plan)
  const provider = { provider_name: 'terraform.io/builtin/terraform' }
  listAt(copy, ['planned_values', 'root_module', 'resources']).push({ ...MASK, ...provider, values: {} })
  listAt(copy, ['configuration', 'root_module', 'resources']).push({
    ...MASK,
    provider_config_key: 'terraform',
    expressions: {},
  })
  listAt(copy, ['resource_changes']).push({
    ...MASK,
    ...provider,
    change: { actions: ['create'], before: null, after: {}, after_unknown: { output: true }, after_sensitive: {} },
  })
  return copy
}

/** Every value of a planned resource that may be masked: the index of its change, then the way into its values. */
export function maskablePaths(plan: Json): readonly Path[] {
  return listAt(plan, ['resource_changes']).flatMap((change, index) => {
    const actions = valueAt(change, ['change', 'actions'])
    const isThere = !['["delete"]', '["forget"]', '["no-op"]'].includes(JSON.stringify(actions))
    const walk = (value: Json | undefined, path: Path): readonly Path[] => {
      if (Array.isArray(value)) return value.flatMap((inner, n) => walk(inner, [...path, n]))
      if (typeof value !== 'object' || value === null) return []
      // Names of blocks and attributes; members of lists are masked with their list.
      return Object.keys(value).flatMap((name) => [[...path, name], ...walk(value[name], [...path, name])])
    }
    const names = mappingOf(change)?.names ?? []
    const configured = valueAt(configurationOf(plan, change) ?? null, ['expressions'])
    const isMade = textAt(change, ['change', 'actions', 0]) !== 'update'
    return (
      walk(isThere ? valueAt(change, ['change', 'after']) : undefined, [])
        // What is there already has the names that it has, and only what the configuration sets can become another.
        .filter(
          ([name = '']) =>
            isMade || (valueAt(configured ?? null, [name]) !== undefined && !names.includes(String(name))),
        )
        .map((path) => [index, ...path])
    )
  })
}

/** The plan as it would be if this value referred to something that is not known yet. */
export function masked(plan: Json, [index = 0, ...path]: Path): Json {
  const copy = structuredClone(plan)
  const change = valueAt(copy, ['resource_changes', index])
  const name = valueAt(copy, ['resource_changes', index, 'change', 'after', ...path])
  hide(copy, change, path, byMask([index, ...path]))
  const mapping = mappingOf(change)
  const isName = path.length === 1 && mapping?.names.includes(String(path[0])) === true && typeof name === 'string'
  if (isName) for (const other of listAt(copy, ['resource_changes'])) hideName(copy, other, { change, name })
  return copy
}

/** A companion names a resource by its name: that is not known at its place either, and it refers to the resource. */
function hideName(plan: Json, companion: Json, of: { readonly change: Json | undefined; readonly name: string }): void {
  const by = mappingOf(of.change)?.companions.find(({ type }) => type === textAt(companion, ['type']))?.by
  if (by === undefined || valueAt(companion, ['change', 'after', by]) !== of.name) return
  const [its, own] = [of.change, companion].map((change) =>
    change === undefined ? null : configurationOf(plan, change),
  )
  const expression = valueAt(own ?? null, ['expressions', by])
  const refers = valueAt(expression ?? null, ['references']) !== undefined
  // The same name in another account is another's.
  if (!refers && textAt(its ?? null, ['provider_config_key']) !== textAt(own ?? null, ['provider_config_key'])) return
  const address = String(textAt(of.change, ['address']))
  const parent: Json = { references: [`${address}.id`, address] }
  hide(plan, companion, [by], refers && expression !== undefined ? expression : parent)
}

function mappingOf(change: Json | undefined): (typeof MAPPINGS)[number] | undefined {
  return MAPPINGS.find(({ from }) => from === textAt(change, ['type']))
}

function hide(plan: Json, change: Json | undefined, path: Path, expression: Json): void {
  if (change === undefined) return
  const values = valueAt(change, ['change', 'after'])
  const marks = valueAt(change, ['change', 'after_unknown'])
  const planned = plannedOf(plan, change)
  if (!isObject(values) || !isObject(marks)) return
  remove(values, path)
  if (planned !== undefined) remove(planned, path)
  mark(marks, values, path)
  const [name = '', ...inner] = path
  const expressions = valueAt(configurationOf(plan, change) ?? null, ['expressions'])
  if (!isObject(expressions)) return
  const configured = expressions[String(name)]
  const last = String(inner.at(-1) ?? '')
  // A block that is written out: the same in each, for a plan does not say which is which.
  if (Array.isArray(configured) && inner.length === 2)
    for (const block of configured) if (isObject(block)) block[last] = expression
  // Deeper, or from a dynamic block, which a plan does not have.
  if (inner.length > 2) delete expressions[String(name)]
  else if (!Array.isArray(configured) || inner.length === 0) expressions[String(name)] = expression
}

function remove(values: JsonObject, path: Path): void {
  const parent = valueAt(values, path.slice(0, -1))
  if (isObject(parent)) delete parent[String(path.at(-1))]
}

/** Marks the place as unknown, with all that leads there. */
function mark(marks: JsonObject, values: Json, path: Path): void {
  let at: JsonObject | Json[] = marks
  for (const [depth, step] of path.slice(0, -1).entries()) {
    const value = valueAt(values, path.slice(0, depth + 1))
    const isList = Array.isArray(value)
    const inner: Json | undefined = Array.isArray(at) ? at[Number(step)] : at[String(step)]
    if (inner === true) return
    const next: JsonObject | Json[] =
      Array.isArray(inner) || isObject(inner) ? inner : isList ? value.map(() => ({})) : {}
    if (Array.isArray(at)) at[Number(step)] = next
    else at[String(step)] = next
    at = next
  }
  if (!Array.isArray(at)) at[String(path.at(-1))] = true
}

function plannedOf(plan: Json, change: Json): JsonObject | undefined {
  const modules: (Json | undefined)[] = [valueAt(plan, ['planned_values', 'root_module'])]
  for (const module of modules) {
    const found = listAt(module ?? null, ['resources']).find(
      (one) => textAt(one, ['address']) === textAt(change, ['address']),
    )
    const values = valueAt(found ?? null, ['values'])
    if (isObject(values)) return values
    modules.push(...listAt(module ?? null, ['child_modules']))
  }
  return undefined
}

function configurationOf(plan: Json, change: Json): Json | undefined {
  const calls = [...(textAt(change, ['module_address']) ?? '').matchAll(/module\.([\w-]+)/g)].map(
    ([, name]) => name ?? '',
  )
  const way = calls.flatMap((name) => ['module_calls', name, 'module'])
  return listAt(plan, ['configuration', 'root_module', ...way, 'resources']).find((one) =>
    ['mode', 'type', 'name'].every((name) => textAt(one, [name]) === textAt(change, [name])),
  )
}

function listAt(json: Json, path: Path): Json[] {
  const list = valueAt(json, path)
  return Array.isArray(list) ? list : []
}

function textAt(json: Json | undefined, path: Path): string | undefined {
  const text = valueAt(json ?? null, path)
  return typeof text === 'string' ? text : undefined
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
