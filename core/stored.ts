import type { Reason } from './reason.ts'
import type { Basis } from './truth.ts'

/** In stored JSON, in the place of a value that could not be learnt. */
export interface Unknown {
  readonly $unknown: readonly Reason[]
}

/** In stored JSON, a value that nobody observed: a documented default, or what a plan says. */
export interface Based<T> {
  readonly $value: T
  readonly $basis: Exclude<Basis, 'observed'>
  /** It is judged, and never shown. */
  readonly $sensitive?: true
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
        ? T | Based<T>
        : { readonly [K in keyof T]: Stored<T[K]> } | Based<T>)

export function unknown(...reasons: readonly Reason[]): Unknown {
  return { $unknown: reasons }
}

/** The documented AWS default, where an account or resource carries no configuration of its own. */
export function awsDefault<T>(value: T): Based<T> {
  return { $value: value, $basis: 'aws_default' }
}

/** The documented AWS default, where something that nobody looked at may say otherwise. */
export function assumedDefault<T>(value: T): Based<T> {
  return { $value: value, $basis: 'assumed_default' }
}

export function isUnknown(value: unknown): value is Unknown {
  return isObject(value) && '$unknown' in value
}

export function isBased(value: unknown): value is Based<unknown> {
  return isObject(value) && '$value' in value
}

export function isPartialList(value: unknown): value is PartialList<unknown> {
  return isObject(value) && '$items' in value
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
