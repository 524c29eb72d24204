import { unknown } from '#core/stored.ts'
import { resourceAddress, type InstanceKey } from '../address.ts'
import { withCertain } from '../certain.ts'
import { Instances, type Instance } from '../instances.ts'
import { isRecord, member } from '../json.ts'
import { isMarker } from '../markers.ts'
import type { Plan } from '../plan.ts'
import type { PlanValues } from './module-scope.ts'

/** What a plan knows of the names in its files. Each resource is worked out once, when a name asks for it. */
export function planValues(plan: Plan): PlanValues {
  const instances = new Instances(plan)
  const known = new Map<string, ReadonlyMap<InstanceKey, Readonly<Record<string, unknown>>>>()
  return {
    variable: (name) => inline(plan.variables.get(name), undefined, `var.${name}`),
    instances: ({ module, mode, type, name }) => {
      const address = resourceAddress({ module, mode, type, name, key: undefined })
      const worked =
        known.get(address) ??
        new Map(instances.of(module, mode, type, name).map((instance) => [instance.key, attributesOf(instance)]))
      known.set(address, worked)
      return worked
    },
  }
}

function attributesOf({ address, change, read }: Instance): Readonly<Record<string, unknown>> {
  const all = inline(read?.values ?? change?.after ?? {}, change?.afterUnknown, address)
  return isRecord(all) ? withCertain(change?.type ?? '', all) : {}
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
  if ([...names].some(isMarker))
    return unknown({ kind: 'unreadable', detail: `${path} has a name like a mark of ours` })
  return Object.fromEntries(
    [...names].map((name) => [name, inline(member(value, name) ?? null, member(unknowns, name), `${path}.${name}`)]),
  )
}
