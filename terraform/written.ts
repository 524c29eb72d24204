import type { Reason } from '#core/reason.ts'
import { isPartialList, isUnknown, type Unknown } from '#core/stored.ts'
import { isRecord } from './json.ts'
import type { SourceView } from './source-view.ts'

/**
 * What the files say of a place in a resource, for what the plan leaves unknown there. A plan knows a list or does not;
 * files know that it begins with `"0.0.0.0/0"`, and whether a block that the plan's configuration lacks is `dynamic`.
 */
export interface Written {
  /** JSON with unknowns inline; null: nothing is set there; undefined: the files do not say. */
  valueOf(name: string): unknown
}

/** What the files say of a resource. `expressions`: what the plan's configuration has of it, which lacks `dynamic` blocks. */
export function writtenResource(
  source: SourceView,
  address: string,
  expressions: Readonly<Record<string, unknown>>,
): Written {
  return {
    valueOf: (name) => {
      // What neither the plan nor a dynamic block sets is set nowhere, whatever files of another day say.
      const isSet = Object.hasOwn(expressions, name) || source.isDynamic(address, name)
      return isSet ? source.valueOf(address, name) : null
    },
  }
}

/** What the files say of a block that they have. */
export function writtenBlock(block: Readonly<Record<string, unknown>>): Written {
  return { valueOf: (name) => (Object.hasOwn(block, name) ? block[name] : null) }
}

/** A list of the files as far as it is known, and why it may have more members; undefined: it is no list. */
export function writtenList(
  value: unknown,
): { readonly items: readonly unknown[]; readonly incomplete: readonly Reason[] } | undefined {
  if (isUnknown(value)) return { items: [], incomplete: value.$unknown }
  if (isPartialList(value)) return { items: value.$items, incomplete: value.$incomplete }
  return Array.isArray(value) ? { items: value, incomplete: [] } : undefined
}

/**
 * The value with `why` in the place of what could not be read: the plan says that it depends on what is not known yet, and
 * that is the better reason.
 */
export function withReason(value: unknown, why: Unknown): unknown {
  if (isUnknown(value)) return isNotRead(value.$unknown) ? why : value
  if (isPartialList(value)) {
    return {
      $items: value.$items.map((item) => withReason(item, why)),
      $incomplete: isNotRead(value.$incomplete) ? why.$unknown : value.$incomplete,
    }
  }
  if (Array.isArray(value)) return value.map((item) => withReason(item, why))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withReason(inner, why)]))
}

function isNotRead(reasons: readonly Reason[]): boolean {
  return reasons.some(({ kind }) => kind === 'unreadable')
}
