import * as fc from 'fast-check'

/** JSON that may be written to. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** A way into JSON: names and indices. */
export type Path = readonly (string | number)[]

/** One thing done to JSON. */
export interface Mangle {
  readonly path: Path
  readonly what: 'removed' | 'of another kind' | 'twice' | 'swapped'
  /** Of another kind: what stands there now. Swapped: with what. */
  readonly with: Json | Path
}

/** Every place in JSON but the whole. */
export function pathsIn(json: Json): readonly Path[] {
  const found: Path[] = []
  const walk = (value: Json, path: Path): void => {
    if (path.length > 0) found.push(path)
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value))
      walk(inner, [...path, Array.isArray(value) ? Number(name) : name])
  }
  walk(json, [])
  return found
}

export function valueAt(json: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((at, step) => {
    if (typeof at !== 'object' || at === null) return undefined
    return Array.isArray(at) ? at[Number(step)] : Object.hasOwn(at, step) ? at[step] : undefined
  }, json)
}

/** One of each kind, and what our own stored JSON would take for a mark. */
const OTHERS: readonly Json[] = [
  null,
  7,
  'zz',
  true,
  [],
  {},
  [null],
  { $unknown: 1 },
  { $value: 'x', $basis: 'configured' },
]

/** One mangle at one of these paths. `kinds`: which may be done. */
export function mangleAt(paths: readonly Path[], kinds: readonly Mangle['what'][]): fc.Arbitrary<Mangle> {
  const path = fc.constantFrom(...paths)
  const each: Record<Mangle['what'], fc.Arbitrary<Mangle>> = {
    removed: fc.record({ path, what: fc.constant('removed'), with: fc.constant(null) }),
    'of another kind': fc.record({ path, what: fc.constant('of another kind'), with: fc.constantFrom(...OTHERS) }),
    twice: fc.record({ path, what: fc.constant('twice'), with: fc.constant(null) }),
    swapped: fc.record({ path, what: fc.constant('swapped'), with: path }),
  }
  return fc.oneof(...kinds.map((kind) => each[kind]))
}

/** A copy with it done; undefined where that changes nothing. */
export function mangled(json: Json, mangle: Mangle): Json | undefined {
  const copy = structuredClone(json)
  const { path, what } = mangle
  const [parent, last] = [valueAt(copy, path.slice(0, -1)), path.at(-1)]
  const value = valueAt(copy, path)
  if (typeof parent !== 'object' || parent === null || last === undefined || value === undefined) return undefined
  switch (what) {
    case 'removed':
      if (Array.isArray(parent)) parent.splice(Number(last), 1)
      else delete parent[String(last)]
      return copy
    case 'twice':
      if (Array.isArray(parent)) parent.push(structuredClone(value))
      return Array.isArray(parent) ? copy : undefined
    case 'of another kind': {
      const other = mangle.with as Json // that is what this kind holds
      if (kindOf(other) === kindOf(value)) return undefined
      set(parent, last, structuredClone(other))
      return copy
    }
    case 'swapped': {
      const from = mangle.with as Path // that is what this kind holds
      const other = valueAt(json, from)
      if (other === undefined) return undefined
      set(parent, last, structuredClone(other))
      const otherParent = valueAt(copy, from.slice(0, -1))
      const otherLast = from.at(-1)
      if (typeof otherParent === 'object' && otherParent !== null && otherLast !== undefined) {
        set(otherParent, otherLast, structuredClone(value))
      }
      return copy
    }
    default:
      return what satisfies never
  }
}

function set(parent: Exclude<Json, null | boolean | number | string>, name: string | number, value: Json): void {
  if (Array.isArray(parent)) parent[Number(name)] = value
  else parent[String(name)] = value
}

function kindOf(value: Json): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value
}
