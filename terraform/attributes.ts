import type { Reason } from '#core/reason.ts'
import { unknown, type Based, type Unknown } from '#core/stored.ts'
import { isRecord } from './json.ts'
import { isPhantom } from './phantom.ts'
import { unreadable, type Told } from './told.ts'

/** Nested blocks, in the plan's order; `incomplete` says why there may be more. */
export interface Blocks {
  readonly items: readonly Attributes[]
  readonly incomplete: readonly Reason[]
}

/** Where attributes stand: the values of a resource or of a block in it, and what the plan says beside them. */
export interface Place {
  /** For reasons: `aws_vpc.main`, `aws_vpc.main.ingress[0]`. */
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
  /** The same shape, true where a value is not known. */
  readonly unknowns: unknown
  /** The same shape, true where a value must not be shown. */
  readonly sensitive: unknown
  /** What the configuration sets here, by name; undefined where it cannot say (a block from `dynamic`). */
  readonly expressions: Readonly<Record<string, unknown>> | undefined
  /** Whether an expression may hold what is not known before the plan is applied. */
  readonly mayBeUnknown: (expression: unknown) => boolean
  /** Whether an expression holds a variable that must not be shown. */
  readonly isSensitive: (expression: unknown) => boolean
  /** Of values that the configuration does not set. */
  readonly basis: 'configured' | 'refreshed'
}

/**
 * One uniform view of what a plan says of a resource, or of a block in one. **Unset is not unknown**: Terraform marks what
 * the configuration leaves out as unknown too; here it is undefined, and the mapping says what AWS makes of it. Only
 * references make unknowns. A value of the wrong kind is unknown (unreadable): nothing here throws.
 */
export class Attributes {
  readonly #at: Place

  constructor(at: Place) {
    this.#at = at
  }

  text(name: string): Told<string> | undefined {
    return this.#leaf(name, 'text', (value) => typeof value === 'string')
  }

  flag(name: string): Told<boolean> | undefined {
    return this.#leaf(name, 'true or false', (value) => typeof value === 'boolean')
  }

  number(name: string): Told<number> | undefined {
    return this.#leaf(name, 'a number', (value) => typeof value === 'number')
  }

  /** A list or set of text. */
  texts(name: string): readonly Told<string>[] | Unknown | undefined {
    const held = this.#held(name)
    if (held === undefined) return undefined
    if (held === UNKNOWN) return this.#afterApply(name)
    if (!Array.isArray(held)) return this.#unreadable(name, 'a list')
    return held.map((value: unknown, index) => {
      if (at(at(this.#at.unknowns, name), index) === true) return this.#afterApply(`${name}[${index}]`)
      if (typeof value !== 'string') return this.#unreadable(`${name}[${index}]`, 'text')
      return this.#based(name, value, at(at(this.#at.sensitive, name), index) === true)
    })
  }

  /** A map of text, such as tags, without what is not known and what must not be shown. */
  textMap(name: string): Readonly<Record<string, string>> {
    const held = this.#held(name)
    const sensitive = at(this.#at.sensitive, name)
    if (!isRecord(held)) return {}
    const shown = Object.entries(held).flatMap(([key, value]) =>
      typeof value === 'string' && at(sensitive, key) !== true ? [[key, value] as const] : [],
    )
    return Object.fromEntries(shown)
  }

  /** Nested blocks. One that stands for an unknown number of blocks makes the list incomplete. */
  blocks(name: string): Blocks | undefined {
    const held = this.#held(name)
    if (held === undefined) return undefined
    if (held === UNKNOWN) return { items: [], incomplete: this.#afterApply(name).$unknown }
    if (!Array.isArray(held)) return { items: [], incomplete: this.#unreadable(name, 'a list of blocks').$unknown }
    const incomplete: Reason[] = []
    const items: Attributes[] = []
    for (const [index, values] of held.entries()) {
      const path = `${name}[${index}]`
      const unknowns = at(at(this.#at.unknowns, name), index)
      if (unknowns === true || (isRecord(values) && isPhantom(values, unknowns))) {
        incomplete.push(...this.#afterApply(path).$unknown)
      } else if (isRecord(values)) {
        items.push(new Attributes({ ...this.#inside(name, index, held.length), values, unknowns }))
      } else {
        incomplete.push(...this.#unreadable(path, 'a block').$unknown)
      }
    }
    return { items, incomplete }
  }

  /** The block of a kind that stands at most once. */
  block(name: string): Attributes | Unknown | undefined {
    const blocks = this.blocks(name)
    if (blocks === undefined) return undefined
    return blocks.items[0] ?? (blocks.incomplete.length > 0 ? unknown(...blocks.incomplete) : undefined)
  }

  /** Whether the configuration sets it, be it to something that is not known yet. */
  isConfigured(name: string): boolean {
    return (
      this.#held(name) !== undefined && (this.#at.expressions === undefined || this.#expression(name) !== undefined)
    )
  }

  #leaf<T>(name: string, expects: string, accepts: (value: unknown) => boolean): Told<T> | undefined {
    const held = this.#held(name)
    if (held === undefined) return undefined
    if (held === UNKNOWN) return this.#afterApply(name)
    if (!accepts(held)) return this.#unreadable(name, expects)
    // `accepts` is the test for T.
    return this.#based(name, held as T, at(this.#at.sensitive, name) === true)
  }

  /** The value, UNKNOWN, or undefined where nothing is set. */
  #held(name: string): unknown {
    if (at(this.#at.unknowns, name) === true) return this.#isSetToUnknown(name) ? UNKNOWN : undefined
    return at(this.#at.values, name) ?? undefined
  }

  #isSetToUnknown(name: string): boolean {
    if (this.#at.expressions === undefined) return true
    const expression = this.#expression(name)
    return expression !== undefined && this.#at.mayBeUnknown(expression)
  }

  #expression(name: string): unknown {
    return at(this.#at.expressions, name)
  }

  /** The place of a nested block, but for its values. */
  #inside(name: string, index: number, count: number): Omit<Place, 'values' | 'unknowns'> {
    const outer = this.#expression(name)
    const isSet = outer !== undefined
    return {
      path: `${this.#at.path}.${name}[${index}]`,
      sensitive: at(at(this.#at.sensitive, name), index),
      expressions: this.#expressionsIn(outer, index, count),
      mayBeUnknown: this.#at.mayBeUnknown,
      isSensitive: this.#at.isSensitive,
      basis: isSet ? 'configured' : this.#at.basis,
    }
  }

  /** The expressions of one nested block. Those of a set have no order, nor have those beside a `dynamic` one. */
  #expressionsIn(outer: unknown, index: number, count: number): Place['expressions'] {
    if (!Array.isArray(outer) || outer.length !== count) return undefined
    const own: unknown = outer[index]
    return isRecord(own) ? own : undefined
  }

  #based<T>(name: string, value: T, isMarked: boolean): Based<T> {
    const expression = this.#expression(name)
    const basis = expression === undefined ? this.#at.basis : 'configured'
    return isMarked || (expression !== undefined && this.#at.isSensitive(expression))
      ? { $value: value, $basis: basis, $sensitive: true }
      : { $value: value, $basis: basis }
  }

  #afterApply(name: string): Unknown {
    return unknown({ kind: 'after_apply', attribute: `${this.#at.path}.${name}` })
  }

  #unreadable(name: string, expects: string): Unknown {
    return unreadable(`${this.#at.path}.${name} is not ${expects}`)
  }
}

const UNKNOWN = Symbol('unknown')

/** A member of a value or of the marks beside it. What is marked whole is marked inside too. */
function at(value: unknown, key: string | number): unknown {
  if (value === true) return true
  if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
