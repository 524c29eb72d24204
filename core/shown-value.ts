import { SENSITIVE } from './field.ts'
import { describeReason } from './reason.ts'
import { isBased, isPartialList, isUnknown } from './stored.ts'

/**
 * A judged value as people may see it: inside of JSON that is judged whole, what is not known is told in words, and what is
 * sensitive is left out. Cost: one walk.
 */
export function shownValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isUnknown(value)) return `(${value.$unknown.map(describeReason).join(', ')})`
  if (isBased(value)) return value.$sensitive === true ? SENSITIVE : shownValue(value.$value)
  if (isPartialList(value)) {
    return [...value.$items.map(shownValue), `(and others: ${value.$incomplete.map(describeReason).join(', ')})`]
  }
  if (Array.isArray(value)) return value.map(shownValue)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shownValue(member)]))
}
