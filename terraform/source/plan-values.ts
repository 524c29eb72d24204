import { unknown } from '#core/stored.ts'
import { Instances, type Instance } from '../instances.ts'
import { isRecord, member } from '../json.ts'
import type { Plan } from '../plan.ts'
import type { PlanValues } from './module-scope.ts'

/** What a plan knows of the names in its files. */
export function planValues(plan: Plan): PlanValues {
  const instances = new Instances(plan)
  return {
    variable: (name) => plan.variables.get(name),
    instances: ({ module, mode, type, name }) =>
      new Map(instances.of(module, mode, type, name).map((instance) => [instance.key, attributesOf(instance)])),
  }
}

function attributesOf({ address, change, read }: Instance): Readonly<Record<string, unknown>> {
  if (read !== undefined) return read.values
  const all = inline(change?.after ?? {}, change?.afterUnknown, address)
  return isRecord(all) ? all : {}
}

/** Values with unknowns in the places that a plan marks beside them. */
function inline(value: unknown, unknowns: unknown, path: string): unknown {
  if (unknowns === true) return unknown({ kind: 'after_apply', attribute: path })
  if (Array.isArray(value))
    return value.map((one, n) => inline(one, Array.isArray(unknowns) ? unknowns[n] : undefined, `${path}[${n}]`))
  if (!isRecord(value) && !isRecord(unknowns)) return value
  const names = new Set([
    ...Object.keys(isRecord(value) ? value : {}),
    ...Object.keys(isRecord(unknowns) ? unknowns : {}),
  ])
  return Object.fromEntries(
    [...names].map((name) => [name, inline(member(value, name) ?? null, member(unknowns, name), `${path}.${name}`)]),
  )
}
