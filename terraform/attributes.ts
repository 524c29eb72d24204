import { parsePolicy, type PolicyDocument } from '#core/iam/document.ts'
import type { Reason } from '#core/reason.ts'
import { isUnknown, unknown, type Unknown } from '#core/stored.ts'
import { plannedBlocks, writtenBlocks } from './block-places.ts'
import { isRecord } from './json.ts'
import { readPolicy } from './markers.ts'
import { at } from './marks.ts'
import { afterApply, basedAt, heldAt, isSetAt, writtenBasedAt, type Place } from './place.ts'
import { unreadable, type Told } from './told.ts'
import { writtenList } from './written.ts'

/** Nested blocks, in the plan's order; `incomplete` says why there may be more. */
export interface Blocks {
  readonly items: readonly Attributes[]
  readonly incomplete: readonly Reason[]
}

/**
 * One uniform view of what a plan says of a resource, or of a block in one. **Unset is not unknown**: Terraform marks what
 * the configuration leaves out as unknown too; here it is undefined, and the mapping says what AWS makes of it. Only
 * references make unknowns, and of those the files tell what they know. A value of the wrong kind is unknown (unreadable):
 * nothing here throws.
 */
export class Attributes {
  readonly #at: Place

  constructor(at: Place) {
    this.#at = at
  }

  text(name: string): Told<string> | undefined {
    return this.#leaf(name, 'text', (value) => (typeof value === 'number' ? String(value) : value), isText)
  }

  flag(name: string): Told<boolean> | undefined {
    const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
    return this.#leaf(
      name,
      'true or false',
      (value) => (value === 'true' ? true : value === 'false' ? false : value),
      isFlag,
    )
  }

  number(name: string): Told<number> | undefined {
    const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value)
    return this.#leaf(name, 'a number', (value) => (isText(value) && value !== '' ? Number(value) : value), isNumber)
  }

  /** A list or set of text. An unknown member stands for one or more. */
  texts(name: string): readonly Told<string>[] | Unknown | undefined {
    const held = heldAt(this.#at, name)
    if (held === undefined || isUnknown(held)) return held
    if ('written' in held) return this.#writtenTexts(name, held.written)
    if (!Array.isArray(held.planned)) return this.#unreadable(name, 'a list')
    const { length } = held.planned
    return held.planned.map((value: unknown, index) => {
      if (at(at(this.#at.unknowns, name), index) === true) return this.#writtenMember(name, index, length)
      if (!isText(value)) return this.#unreadable(`${name}[${index}]`, 'text')
      return basedAt(this.#at, name, value, at(at(this.#at.sensitive, name), index) === true)
    })
  }

  /** A map of text, such as tags, without what is not known and what must not be shown. */
  textMap(name: string): Readonly<Record<string, string>> {
    const held = heldAt(this.#at, name)
    if (held === undefined || isUnknown(held)) return {}
    const map = 'written' in held ? held.written : held.planned
    if (!isRecord(map)) return {}
    const sensitive = at(this.#at.sensitive, name)
    const shown = Object.entries(map).flatMap(([key, value]) =>
      isText(value) && at(sensitive, key) !== true ? [[key, value] as const] : [],
    )
    return Object.fromEntries(shown)
  }

  /** A policy as JSON text, or as it is written by `jsonencode` or in a heredoc. Undefined: none is set, or an empty text. */
  policy(name: string): Told<PolicyDocument> | undefined {
    const held = heldAt(this.#at, name)
    if (held === undefined) return undefined
    if (isUnknown(held)) return held
    if ('written' in held) {
      const { written } = held
      const parsed = parsePolicy(written)
      return parsed.ok ? writtenBasedAt(this.#at, name, parsed.document) : afterApply(this.#at, name)
    }
    // A provider reads back nothing as an empty text.
    if (held.planned === '') return undefined
    const parsed = isText(held.planned) ? readPolicy(held.planned) : undefined
    return parsed === undefined
      ? this.#unreadable(name, 'a policy in JSON')
      : basedAt(this.#at, name, parsed, at(this.#at.sensitive, name) === true)
  }

  /** Nested blocks. One that stands for an unknown number of blocks makes the list incomplete. */
  blocks(name: string): Blocks | undefined {
    const held = heldAt(this.#at, name)
    if (held === undefined) return undefined
    if (isUnknown(held)) return { items: [], incomplete: held.$unknown }
    if ('planned' in held && !Array.isArray(held.planned)) {
      return { items: [], incomplete: this.#unreadable(name, 'a list of blocks').$unknown }
    }
    const { items, incomplete } =
      'written' in held
        ? writtenBlocks(this.#at, name, held.written)
        : plannedBlocks(this.#at, name, held.planned as readonly unknown[]) // it was just found to be one
    return { items: items.map((place) => new Attributes(place)), incomplete }
  }

  /** The block of a kind that stands at most once. */
  block(name: string): Attributes | Unknown | undefined {
    const blocks = this.blocks(name)
    if (blocks === undefined) return undefined
    return blocks.items[0] ?? (blocks.incomplete.length > 0 ? unknown(...blocks.incomplete) : undefined)
  }

  /** Whether the configuration sets it, be it to something that is not known yet. */
  isConfigured(name: string): boolean {
    return heldAt(this.#at, name) !== undefined && isSetAt(this.#at, name)
  }

  /** `convert`: what Terraform makes of what is written. A plan holds it made. */
  #leaf<T>(
    name: string,
    expects: string,
    convert: (value: unknown) => unknown,
    accepts: (value: unknown) => value is T,
  ): Told<T> | undefined {
    const held = heldAt(this.#at, name)
    if (held === undefined || isUnknown(held)) return held
    if ('planned' in held) {
      return accepts(held.planned)
        ? basedAt(this.#at, name, held.planned, at(this.#at.sensitive, name) === true)
        : this.#unreadable(name, expects)
    }
    const made = convert(held.written)
    return accepts(made) ? writtenBasedAt(this.#at, name, made) : afterApply(this.#at, name)
  }

  #writtenTexts(name: string, written: unknown): readonly Told<string>[] | Unknown {
    const list = writtenList(written)
    if (list === undefined) return afterApply(this.#at, name)
    const members = list.items.map((item, index): Told<string> => {
      if (isText(item)) return writtenBasedAt(this.#at, name, item)
      return isUnknown(item) ? item : afterApply(this.#at, `${name}[${index}]`)
    })
    return list.incomplete.length === 0 ? members : [...members, unknown(...list.incomplete)]
  }

  /** A member that the plan does not know, by the files, where they have as many. */
  #writtenMember(name: string, index: number, count: number): Told<string> {
    const list = writtenList(this.#at.written?.valueOf(name))
    const item = list?.incomplete.length === 0 && list.items.length === count ? list.items[index] : undefined
    return isText(item) ? writtenBasedAt(this.#at, name, item) : afterApply(this.#at, `${name}[${index}]`)
  }

  #unreadable(name: string, expects: string): Unknown {
    return unreadable(`${this.#at.path}.${name} is not ${expects}`)
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
