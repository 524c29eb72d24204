import * as fc from 'fast-check'
import { pathsIn, valueAt, type Json, type Path } from '#test/terraform/mangle.ts'

// JSON as it arrives from outside: whatever a server may have stored or a person may have written.

/** A text of any characters, now and then one that breaks things: NUL, half a surrogate pair after a cut, very long ones. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', ' ', '\u0000', 'a\u0000b', '__proto__', 'constructor', 'toString', '\u001B[2J', '${x}', '../..'),
  fc.nat({ max: 600 }).map((length) => '😀'.repeat(length)),
  fc.nat({ max: 600 }).map((length) => `a${'😀'.repeat(length)}`),
  fc.constantFrom(5_000, 60_000).map((length) => 'x'.repeat(length)),
)

/** JSON of any shape, as it comes off the wire. */
export const anyJson: fc.Arbitrary<Json> = fc
  .oneof(
    { weight: 6, arbitrary: fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }) },
    { weight: 3, arbitrary: oddText },
    {
      weight: 3,
      arbitrary: fc.constantFrom(null, true, 0, -1, 1.5, 1e308, 2 ** 53, '', '7', 'true', [], {}, [null], [[]], [{}]),
    },
    { weight: 1, arbitrary: fc.constantFrom(50, 400).map(deep) },
    { weight: 1, arbitrary: fc.constant(null).map(() => Array.from({ length: 2000 }, (_, index) => `item-${index}`)) },
  )
  .map(onTheWire)

/** What JSON makes of a value; `__proto__` is a member like any other. */
function onTheWire(value: unknown): Json {
  // JSON.parse gives nothing else.
  return JSON.parse(JSON.stringify(value) ?? 'null') as Json
}

function deep(levels: number): unknown {
  let value: unknown = 'bottom'
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { in: value }
  return value
}

interface Damage {
  readonly at: number
  readonly how: 'removed' | 'replaced' | 'added' | 'moved'
  readonly with: Json
  readonly name: string
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat({ max: 10_000 }),
  how: fc.constantFrom('removed', 'replaced', 'replaced', 'added', 'moved'),
  with: anyJson,
  name: oddText,
})

/** The same with one to four things done to it: members removed, replaced, added, given an odd name. */
export function damaged(whole: fc.Arbitrary<unknown>): fc.Arbitrary<Json> {
  return fc
    .tuple(whole.map(onTheWire), fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([json, damages]) => damages.reduce(withDamage, json))
}

function withDamage(json: Json, { at, how, with: value, name }: Damage): Json {
  const copy = structuredClone(json)
  const paths: readonly Path[] = [[], ...pathsIn(copy)]
  const path = paths[at % paths.length] ?? []
  if (path.length === 0) return how === 'replaced' ? value : addTo(copy, name, value)
  const parent = valueAt(copy, path.slice(0, -1))
  const last = path.at(-1)
  if (typeof parent !== 'object' || parent === null || last === undefined) return copy
  const here = valueAt(copy, path) ?? null
  if (how === 'added') {
    addTo(here, name, value)
    return copy
  }
  if (Array.isArray(parent)) {
    if (how === 'replaced') parent[Number(last)] = value
    else parent.splice(Number(last), how === 'removed' ? 1 : 0, ...(how === 'moved' ? [here] : []))
    return copy
  }
  if (how === 'replaced') define(parent, String(last), value)
  else delete parent[String(last)]
  if (how === 'moved') define(parent, name, here)
  return copy
}

function addTo(json: Json, name: string, value: Json): Json {
  if (Array.isArray(json)) json.push(value)
  else if (typeof json === 'object' && json !== null) define(json, name, value)
  return json
}

/** As JSON.parse does: a member of one's own, whatever its name. */
function define(object: { [name: string]: Json }, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
}
