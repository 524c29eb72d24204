import { isUnknown, unknown, type Based, type Unknown } from '#core/stored.ts'
import { at, hasTrue } from './marks.ts'
import { unreadable } from './told.ts'
import { withReason, type Written } from './written.ts'

/** Where attributes stand: the values of a resource or of a block in it, and what the plan and the files say beside them. */
export interface Place {
  /** For reasons: `aws_vpc.main`, `aws_vpc.main.ingress[0]`. */
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
  /** A block of a plan has all its names, if only with null; of a resource, other versions of the provider have other names. */
  readonly isBlock: boolean
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
  /** What the files say of it; undefined where there are none. */
  readonly written: Written | undefined
}

/** A value that is there, by the plan; or, where that does not know it, as far as it is written in the files. */
export type Held = { readonly planned: unknown } | { readonly written: unknown } | Unknown | undefined

/** What is set; undefined where nothing is. **Unset is not unknown**, though Terraform marks both. */
export function heldAt(place: Place, name: string): Held {
  const { expressions, mayBeUnknown, unknowns, values } = place
  if (at(unknowns, name) !== true) {
    if (place.isBlock && !Object.hasOwn(values, name)) return unreadable(`${place.path} has no ${name} in the plan`)
    const planned = at(values, name) ?? undefined
    return planned === undefined ? undefined : { planned }
  }
  const expression = at(expressions, name)
  if (expression !== undefined && !mayBeUnknown(expression)) return undefined
  const written = place.written?.valueOf(name)
  if (expressions !== undefined && expression === undefined) {
    // Unset, but for a block that comes from `dynamic`, which only the files tell.
    if (isUnknown(written)) return written
    return isNothing(written) ? undefined : { written }
  }
  if (expressions === undefined && written === null) return undefined
  const whole = afterApply(place, name)
  return written === undefined || written === null || isUnknown(written)
    ? whole
    : { written: withReason(written, whole) }
}

/** Whether the configuration or the files set it; where neither can say, it counts as set. */
export function isSetAt({ expressions, written }: Place, name: string): boolean {
  if (expressions === undefined || at(expressions, name) !== undefined) return true
  return !isNothing(written?.valueOf(name))
}

/** The value with where it comes from, and whether it must not be shown. */
export function basedAt<T>(place: Place, name: string, value: T, isMarked: boolean): Based<T> {
  const expression = at(place.expressions, name)
  const basis = expression === undefined ? place.basis : 'configured'
  return isMarked || (expression !== undefined && place.isSensitive(expression))
    ? { $value: value, $basis: basis, $sensitive: true }
    : { $value: value, $basis: basis }
}

/** The same of a value from the files. Marks do not say which part of them must not be shown: if any, then all. */
export function writtenBasedAt<T>(place: Place, name: string, value: T): Based<T> {
  return { ...basedAt(place, name, value, isMarkedAt(place, name)), $basis: 'configured' }
}

/** Whether any part of it must not be shown. */
export function isMarkedAt({ sensitive }: Place, name: string): boolean {
  return hasTrue(at(sensitive, name))
}

export function afterApply({ path }: Pick<Place, 'path'>, name: string): Unknown {
  return unknown({ kind: 'after_apply', attribute: `${path}.${name}` })
}

function isNothing(written: unknown): boolean {
  return written === undefined || written === null || (Array.isArray(written) && written.length === 0)
}
