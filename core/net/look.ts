import { Field } from '../field.ts'
import type { Reason } from '../reason.ts'
import { Truth, type Evidence, type Missing } from '../truth.ts'
import { parseCidr, type Family, type Ranges } from './cidr.ts'

/** A field opened: its value with what shows it, or what stood in the way. */
export type Look<T> =
  | { readonly known: true; readonly value: T; readonly evidence: readonly Evidence[]; readonly missing: readonly [] }
  | { readonly known: false; readonly evidence: readonly []; readonly missing: readonly Missing[] }

export function look<T>(field: Field<T>): Look<T> {
  const held = Field.read(field)
  const { evidence, missing } = Truth.read(field.test(() => true))
  return 'value' in held
    ? { known: true, value: held.value, evidence, missing: [] }
    : { known: false, evidence: [], missing }
}

/** A block of addresses that a field holds: nothing for null; not known when it is no block of the family. */
export function lookAtBlock(field: Field<string | null>, family: Family): Look<Ranges> {
  const seen = look(field)
  if (!seen.known) return seen
  if (seen.value === null) return { ...seen, value: [] }
  const parsed = parseCidr(seen.value)
  if (parsed?.family === family) return { ...seen, value: [parsed.range] }
  const detail = `${seen.value} is no ${family === 'ipv4' ? 'IPv4' : 'IPv6'} block`
  const reasons: readonly Reason[] = [{ kind: 'fault', operation: 'reading the rule', detail }]
  return { known: false, evidence: [], missing: seen.evidence.map(({ field: path }) => ({ field: path, reasons })) }
}
