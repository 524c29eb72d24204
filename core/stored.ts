import type { Reason } from './reason.ts'
import type { Basis } from './truth.ts'

/** In stored JSON, in the place of a value that could not be learnt. */
export interface Unknown {
  readonly $unknown: readonly Reason[]
}

/** In stored JSON, a value that nobody observed because AWS documents it as the default. */
export interface Defaulted<T> {
  readonly $value: T
  readonly $basis: Exclude<Basis, 'observed'>
}

/** In stored JSON, a list of which some members, but perhaps not all, are known. */
export interface PartialList<I> {
  readonly $items: readonly Stored<I>[]
  readonly $incomplete: readonly Reason[]
}

/** A value that is stored and judged whole: a scalar, or JSON marked with `Opaque` such as a policy document. */
export type Leaf = string | number | boolean | null | undefined | Opaque
declare const opaque: unique symbol
/** Marks (in the type only) JSON that is one value to a check: its inside is nobody's business but `core/iam`'s or `core/net`'s. */
export interface Opaque {
  readonly [opaque]: true
}

/** What a source stores of a `T`: plain JSON, with unknowns inline. */
export type Stored<T> =
  | Unknown
  | ([T] extends [readonly (infer I)[]]
      ? readonly Stored<I>[] | PartialList<I>
      : [T] extends [Leaf]
        ? T | Defaulted<T>
        : { readonly [K in keyof T]: Stored<T[K]> } | Defaulted<T>)

export function unknown(...reasons: readonly Reason[]): Unknown {
  return { $unknown: reasons }
}

/** The documented AWS default, where an account or resource carries no configuration of its own. */
export function awsDefault<T>(value: T): Defaulted<T> {
  return { $value: value, $basis: 'aws_default' }
}

export function isUnknown(value: unknown): value is Unknown {
  return isObject(value) && '$unknown' in value
}

export function isDefaulted(value: unknown): value is Defaulted<unknown> {
  return isObject(value) && '$value' in value
}

export function isPartialList(value: unknown): value is PartialList<unknown> {
  return isObject(value) && '$items' in value
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
