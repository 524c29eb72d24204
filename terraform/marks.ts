import { isRecord } from './json.ts'

// A plan marks values in a structure beside them: true where one is not known, or must not be shown.

/** A member of a value or of the marks beside it. What is marked whole is marked inside too. */
export function at(value: unknown, key: string | number): unknown {
  if (value === true) return true
  if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** Whether anything is marked in marks of any shape. */
export function hasTrue(marks: unknown): boolean {
  if (marks === true) return true
  if (Array.isArray(marks)) return marks.some(hasTrue)
  return isRecord(marks) && Object.values(marks).some(hasTrue)
}
