import { isRecord } from './json.ts'
import { at } from './marks.ts'

type Values = Readonly<Record<string, unknown>>

/**
 * A name that the configuration sets and that the plan knows nothing of, neither a value (be it null) nor that it is not
 * known: that happens in no plan, only in what is left of one. Undefined where there is none.
 */
export function configuredMissing(expressions: Values, values: Values, unknowns: unknown): string | undefined {
  for (const [name, expression] of Object.entries(expressions)) {
    const unknown = at(unknowns, name)
    if (unknown === true) continue
    if (!Object.hasOwn(values, name)) return name
    const blocks = values[name]
    // Which block is which one, a plan does not say; but all of a name have the same names inside.
    if (!Array.isArray(expression) || !Array.isArray(blocks)) continue
    const inside: Values = Object.assign({}, ...expression.filter(isRecord))
    for (const [index, block] of blocks.entries()) {
      const unknownsInside = at(unknown, index)
      const missing =
        isRecord(block) && unknownsInside !== true ? configuredMissing(inside, block, unknownsInside) : undefined
      if (missing !== undefined) return `${name}[${index}].${missing}`
    }
  }
  return undefined
}
