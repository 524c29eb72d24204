import type { Reason } from './reason.ts'
import type { Schema } from './schema.ts'
import { isBased, isPartialList, isUnknown, type Leaf } from './stored.ts'
import { all, any, Truth, type Basis, type Evidence, type Missing } from './truth.ts'

/** What a check sees of a `T`: no bare value anywhere. */
export type Fields<T> = [T] extends [readonly (infer I)[]]
  ? ListField<I>
  : [T] extends [Leaf]
    ? Field<T>
    : { readonly [K in keyof T]: Fields<T[K]> }

/** A question's own answer about a value it was shown: it may itself not know (a condition operator nobody documents). */
export type Verdictish = boolean | { readonly unknown: Reason }

interface Known<T> {
  readonly value: T
  readonly basis: Basis
  /** It may be judged, and not shown. */
  readonly isSensitive?: boolean
}

/** What evidence shows in the place of a value that must not be shown. */
export const SENSITIVE = '(sensitive)'

/** One value that may not have been learnt. Opaque: only questions can be asked of it, and the answers are truths. */
export class Field<out T> {
  readonly #held: Known<T> | readonly Reason[]
  readonly #path: string

  /** For `core` only; a check gets its fields from `see`. */
  constructor(held: Known<T> | readonly Reason[], path: string) {
    this.#held = held
    this.#path = path
  }

  /** Asks `question`, a pure function of the value. */
  test(question: (value: T) => boolean): Truth {
    return this.ask(question)
  }

  /** Asks a question that may not know either. For `core/iam` and `core/net`. */
  ask(question: (value: T) => Verdictish): Truth {
    const held = this.#held
    if (!('value' in held)) return Truth.unknown([{ field: this.#path, reasons: held }])
    const answer = question(held.value)
    return typeof answer === 'boolean'
      ? Truth.known(answer, [evidenceOf(this.#path, held)])
      : Truth.unknown([{ field: this.#path, reasons: [answer.unknown] }])
  }

  is(...values: readonly T[]): Truth {
    return this.test((value) => values.includes(value))
  }

  isNot(...values: readonly T[]): Truth {
    return this.test((value) => !values.includes(value))
  }

  /** The same value as another field holds. */
  equals(other: Field<T>): Truth {
    return this.compare(other, (mine, theirs) => mine === theirs)
  }

  /** Asks one question of two fields; unknown when either is. */
  compare<U>(other: Field<U>, question: (mine: T, theirs: U) => boolean): Truth {
    const mine = this.#held
    const theirs = other.#held
    if ('value' in mine && 'value' in theirs) {
      const evidence = [evidenceOf(this.#path, mine), evidenceOf(other.#path, theirs)]
      return Truth.known(question(mine.value, theirs.value), evidence)
    }
    return Truth.unknown([
      ...('value' in mine ? [] : [{ field: this.#path, reasons: mine }]),
      ...('value' in theirs ? [] : [{ field: other.#path, reasons: theirs }]),
    ])
  }

  /** Opens a field. For `core` only: a check that calls it is refused by the linter. */
  static read<T>(field: Field<T>): Known<T> | { readonly reasons: readonly Reason[] } {
    const held = field.#held
    return 'value' in held ? held : { reasons: held }
  }
}

/** A list that knows whether it is complete. */
export class ListField<out I> {
  readonly #items: readonly Fields<I>[]
  readonly #incomplete: readonly Reason[]
  readonly #path: string
  readonly #probe: Fields<I> | undefined

  /** For `core` only. `probe` is an all-unknown member that recording shows to every question. */
  constructor(items: readonly Fields<I>[], incomplete: readonly Reason[], path: string, probe?: Fields<I>) {
    this.#items = items
    this.#incomplete = incomplete
    this.#path = path
    this.#probe = probe
  }

  /** Some member answers yes. A known yes stands whatever is missing; a no needs the whole list. */
  any(question: (item: Fields<I>) => Truth): Truth {
    return this.#decide(any, question)
  }

  /** Every member answers yes; true of an empty list. */
  every(question: (item: Fields<I>) => Truth): Truth {
    return this.#decide(all, question)
  }

  /** Nothing in it: for "has no rules". */
  isEmpty(): Truth {
    if (this.#items.length > 0) return Truth.known(false, [this.#count()])
    return this.#incomplete.length > 0 ? Truth.unknown(this.#missing()) : Truth.known(true, [this.#count()])
  }

  /** At least two members answer yes, and so on: for "at most one active key". */
  atLeast(count: number, question: (item: Fields<I>) => Truth): Truth {
    const answers = this.#ask(question)
    const yes = answers.filter((answer) => Truth.read(answer).state === true)
    if (yes.length >= count) return all(...yes)
    const open = answers.filter((answer) => Truth.read(answer).state === 'unknown')
    if (yes.length + open.length >= count || this.#incomplete.length > 0) {
      return Truth.unknown([...open.flatMap((answer) => Truth.read(answer).missing), ...this.#missing()])
    }
    return Truth.known(false, [this.#count()])
  }

  /** Opens a list. For `core` only. */
  static read<I>(list: ListField<I>): { readonly items: readonly Fields<I>[]; readonly incomplete: readonly Reason[] } {
    return { items: list.#items, incomplete: list.#incomplete }
  }

  /**
   * Shows every member to `visit` and gives what it made of them, for answers that need several members at once (a
   * union of ranges). While recording, `visit` is shown the probe too. For `core/iam` and `core/net` only.
   */
  static collect<I, R>(
    list: ListField<I>,
    visit: (item: Fields<I>) => R,
  ): { readonly made: readonly R[]; readonly missing: readonly Missing[]; readonly count: Evidence } {
    if (list.#probe !== undefined) visit(list.#probe)
    return { made: list.#items.map(visit), missing: list.#missing(), count: list.#count() }
  }

  #decide(combine: (...truths: Truth[]) => Truth, question: (item: Fields<I>) => Truth): Truth {
    const answers = this.#ask(question)
    if (this.#incomplete.length > 0) answers.push(Truth.unknown(this.#missing()))
    return answers.length > 0 ? combine(...answers) : Truth.known(combine === all, [this.#count()])
  }

  #ask(question: (item: Fields<I>) => Truth): Truth[] {
    if (this.#probe !== undefined) question(this.#probe)
    return this.#items.map(question)
  }

  #count(): Evidence {
    return { field: `${this.#path}.length`, value: this.#items.length, basis: 'observed' }
  }

  #missing(): readonly Missing[] {
    return this.#incomplete.length > 0 ? [{ field: this.#path, reasons: this.#incomplete }] : []
  }
}

function evidenceOf<T>(field: string, { value, basis, isSensitive }: Known<T>): Evidence {
  return { field, value: isSensitive === true ? SENSITIVE : value, basis }
}

const NOT_COLLECTED: readonly Reason[] = [{ kind: 'not_collected' }]

export interface SeeOptions {
  /** Hears the path of each leaf and list that a rule touches, without indices: `ingress[].cidr`. */
  readonly onRead?: (path: string) => void
  /** Shows every list question an all-unknown member, so that what is read inside is heard too. */
  readonly probing?: boolean
  /** Put before paths in evidence: `account.`. */
  readonly prefix?: string
}

/**
 * Wraps stored data for a check. The schema decides the shape, so data that an older version stored, or that lacks a
 * field, reads as `unknown(not_collected)`, never as a default. Lazy: costs what the rule reads.
 */
export function see<T>(schema: Schema<T>, stored: unknown, options: SeeOptions = {}): Fields<T> {
  const { onRead, probing = false, prefix = '' } = options

  const wrap = (node: Schema<unknown>, value: unknown, path: string, read: string): unknown => {
    const reasons = value === undefined ? NOT_COLLECTED : isUnknown(value) ? value.$unknown : undefined
    const basis: Basis = isBased(value) ? value.$basis : 'observed'
    const isSensitive = isBased(value) && value.$sensitive === true
    const plain = isBased(value) ? value.$value : value
    /** What is inside has the basis of what is around it, unless it has its own. */
    const inside = (member: unknown): unknown =>
      !isBased(value) || member === undefined || isUnknown(member) || isBased(member)
        ? member
        : { ...value, $value: member }
    switch (node.shape.kind) {
      case 'leaf':
        return new Field(reasons ?? { value: plain, basis, isSensitive }, path)
      case 'list': {
        const { item } = node.shape
        const probe = probing ? wrap(item, undefined, `${path}[]`, `${read}[]`) : undefined
        const members = reasons !== undefined ? [] : isPartialList(plain) ? plain.$items : plain
        const incomplete = reasons ?? (isPartialList(plain) ? plain.$incomplete : [])
        if (!Array.isArray(members)) return new ListField([], NOT_COLLECTED, path, probe as never)
        const items = members.map((member, index) => wrap(item, inside(member), `${path}[${index}]`, `${read}[]`))
        // The items were wrapped by the item's own schema, so they are Fields of it.
        return new ListField(items as never[], incomplete, path, probe as never)
      }
      case 'group': {
        const fields = node.shape.fields
        const inner = (name: string): unknown => {
          if (reasons !== undefined) return value
          return inside((plain as Readonly<Record<string, unknown>>)[name])
        }
        const seen = {}
        for (const [name, field] of Object.entries(fields)) {
          const at = path === prefix ? `${prefix}${name}` : `${path}.${name}`
          const readAt = read === prefix ? `${prefix}${name}` : `${read}.${name}`
          Object.defineProperty(seen, name, {
            enumerable: true,
            get: () => {
              if (field.shape.kind !== 'group') onRead?.(readAt)
              return wrap(field, inner(name), at, readAt)
            },
          })
        }
        return seen
      }
      default:
        return node.shape satisfies never
    }
  }
  // `wrap` follows the schema, so what it makes is Fields<T> by construction.
  return wrap(schema, stored, prefix, prefix) as Fields<T>
}
