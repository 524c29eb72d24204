import { hasTrue } from './marks.ts'

/**
 * Whether a nested block stands for a `dynamic` one whose number is not known yet: the plan shows one element in which
 * all that is known is what the provider fills in (false, "", an empty list). A block that was written out looks the same
 * only where each of its values is unknown, and then it tells nothing either.
 */
export function isPhantom(values: Readonly<Record<string, unknown>>, unknowns: unknown): boolean {
  return hasTrue(unknowns) && Object.values(values).every(isEmpty)
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0)
}
