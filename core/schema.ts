import { isBased, isPartialList, isUnknown, unknown, type Leaf, type Opaque, type Stored } from './stored.ts'
import type { Operation } from './aws-call.ts'
import type { Reason } from './reason.ts'

type Shape =
  | { readonly kind: 'leaf'; readonly expects: string; readonly accepts: (value: unknown) => boolean }
  | { readonly kind: 'list'; readonly item: Schema<unknown> }
  | { readonly kind: 'group'; readonly fields: Readonly<Record<string, Schema<unknown>>> }

/**
 * What a stored value looks like at run time, which operation feeds it, and whether it moves on its own.
 * Immutable: `from`, `volatile` and `orNull` return copies.
 */
export class Schema<out T> {
  /** Only a type: `T` as a check knows it. */
  declare readonly type: T
  readonly shape: Shape
  /** The AWS operation that feeds it; absent means "as the node above". */
  readonly operation: Operation | undefined
  /** Stored, but outside the content hash: the value moves without anybody changing the resource. */
  readonly isVolatile: boolean

  constructor(shape: Shape, operation?: Operation, isVolatile = false) {
    this.shape = shape
    this.operation = operation
    this.isVolatile = isVolatile
  }

  from(operation: Operation): Schema<T> {
    return new Schema(this.shape, operation, this.isVolatile)
  }

  volatile(): Schema<T> {
    return new Schema(this.shape, this.operation, true)
  }
}

/** The TypeScript type that a schema describes. */
export type TypeOf<S> = S extends Schema<infer T> ? T : never

function leaf<T extends Leaf>(expects: string, accepts: (value: unknown) => boolean): Schema<T> {
  return new Schema({ kind: 'leaf', expects, accepts })
}

export const text = (): Schema<string> => leaf('text', (value) => typeof value === 'string')
export const flag = (): Schema<boolean> => leaf('true or false', (value) => typeof value === 'boolean')
export const integer = (): Schema<number> => leaf('a whole number', (value) => Number.isInteger(value))
/** An ISO 8601 instant in UTC, as `Date.toISOString` writes it. */
export const instant = (): Schema<string> =>
  leaf('an ISO 8601 instant', (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)))
export const oneOf = <const V extends string>(...values: readonly V[]): Schema<V> =>
  leaf(`one of ${values.join(', ')}`, (value) => values.some((known) => known === value))
/** JSON that is judged whole, such as a policy document. */
export const opaque = <T extends Opaque>(): Schema<T> => leaf('an object', (value) => typeof value === 'object')

/** The value or null, where AWS documents "not set" as a state of its own. Leaves only: a group that may be absent gets a flag of its own. */
export function orNull<T extends Leaf>(schema: Schema<T>): Schema<T | null> {
  const { shape } = schema
  if (shape.kind !== 'leaf') throw new TypeError('orNull is for leaves')
  const accepts = (value: unknown): boolean => value === null || shape.accepts(value)
  return new Schema(
    { kind: 'leaf', expects: `${shape.expects}, or null`, accepts },
    schema.operation,
    schema.isVolatile,
  )
}

export function list<I>(item: Schema<I>): Schema<readonly I[]> {
  return new Schema({ kind: 'list', item })
}

export function group<F extends Readonly<Record<string, Schema<unknown>>>>(
  fields: F,
): Schema<{ readonly [K in keyof F]: TypeOf<F[K]> }> {
  return new Schema({ kind: 'group', fields })
}

/** Splits stored data into what the content hash covers and the volatile leaves, each keyed by its path. Cost: one walk. */
export function splitVolatile<T>(
  schema: Schema<T>,
  data: Stored<T>,
): { readonly stable: Stored<T>; readonly volatile: Readonly<Record<string, unknown>> } {
  const volatile: Record<string, unknown> = {}
  const walk = (node: Schema<unknown>, value: unknown, path: string): unknown => {
    if (node.isVolatile) {
      volatile[path] = value
      return undefined
    }
    if (node.shape.kind !== 'group' || !isRecord(value) || isUnknown(value)) return value
    const inner: Readonly<Record<string, unknown>> = isBased(value) && isRecord(value.$value) ? value.$value : value
    const { fields } = node.shape
    return Object.fromEntries(
      Object.entries(inner).flatMap(([name, member]) => {
        const field = fields[name]
        const kept = field === undefined ? member : walk(field, member, path === '' ? name : `${path}.${name}`)
        return kept === undefined ? [] : [[name, kept]]
      }),
    )
  }
  // The walk only drops members, which `Stored` allows: what is absent reads as not collected.
  return { stable: walk(schema, data, '') as Stored<T>, volatile }
}

/** Puts volatile leaves back where `splitVolatile` took them from. */
export function joinVolatile(stable: unknown, volatile: Readonly<Record<string, unknown>>): unknown {
  const paths = Object.entries(volatile)
  if (paths.length === 0 || !isRecord(stable)) return stable
  const joined = structuredClone(stable)
  for (const [path, value] of paths) {
    const names = path.split('.')
    const last = names.pop() ?? path
    let at: Record<string, unknown> = joined
    for (const name of names) {
      const inner = at[name]
      if (isRecord(inner)) at = inner
      else at = at[name] = {}
    }
    at[last] = value
  }
  return joined
}

/**
 * Checks what a source wrote against the schema. A leaf of the wrong kind, or a field left out, becomes an unknown
 * with the operation named, so that one odd value costs one field and not the page.
 */
export function conform<T>(schema: Schema<T>, data: unknown, operation: Operation): Stored<T> {
  const walk = (node: Schema<unknown>, value: unknown, feeds: Operation, path: string): unknown => {
    const from = node.operation ?? feeds
    const odd = (detail: string): unknown => unknown({ kind: 'fault', operation: from, detail } satisfies Reason)
    if (isUnknown(value)) return value
    if (isBased(value)) return { ...value, $value: walk(node, value.$value, from, path) }
    if (value === undefined) return odd(`${path || 'the resource'} is missing from the answer`)
    switch (node.shape.kind) {
      case 'leaf':
        return node.shape.accepts(value) ? value : odd(`${path} is not ${node.shape.expects}`)
      case 'list': {
        const { item } = node.shape
        const members = isPartialList(value) ? value.$items : value
        if (!Array.isArray(members)) return odd(`${path} is not a list`)
        const walked = members.map((member) => walk(item, member, from, `${path}[]`))
        return isPartialList(value) ? { ...value, $items: walked } : walked
      }
      case 'group': {
        if (!isRecord(value)) return odd(`${path || 'the resource'} is not an object`)
        return Object.fromEntries(
          Object.entries(node.shape.fields).map(([name, field]) => [
            name,
            walk(field, value[name], from, path === '' ? name : `${path}.${name}`),
          ]),
        )
      }
      default:
        return node.shape satisfies never
    }
  }
  // Every branch returns what the schema describes or an unknown in its place: that is what Stored<T> means.
  return walk(schema, data, operation, '') as Stored<T>
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
