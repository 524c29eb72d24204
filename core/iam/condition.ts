import { parseCidr } from '../net/cidr.ts'
import { isUnknown, type Unknown } from '../stored.ts'
import { odd } from './document.ts'
import { asArn, type Pattern } from './pattern.ts'
import { matchesGroup, type Group } from './tell-apart.ts'
import { allOf, anyOf, negate, type Tri } from './tri.ts'
import { resolve, type Lookup } from './variables.ts'

/** One line of a `Condition`: an operator, a key in lower case and the values, of which one is enough. */
export interface Condition {
  readonly operator: Operator
  readonly key: string
  readonly values: readonly (string | Unknown)[]
}

export interface Operator {
  readonly compare: Comparison
  /** `StringNotEquals` and its like: true where no value matches, and where the key is absent. */
  readonly negated: boolean
  readonly ifExists: boolean
  readonly set: 'ForAllValues' | 'ForAnyValue' | null
}
export type Comparison =
  | TextComparison
  | 'ip'
  | 'bool'
  | 'null'
  | `${'numeric' | 'date'}${'=' | '<' | '<=' | '>' | '>='}`

/** What a request holds under a key; null when the key is absent. */
export type Held = readonly string[] | null

/** What a request holds that meets a condition by a value which nobody could read, whatever it is. */
export const UNREAD = '\uE002'

/** Condition operators (IAM User Guide, "IAM JSON policy elements: Condition operators"). */
const OPERATORS: ReadonlyMap<string, readonly [compare: Comparison, negated: boolean]> = new Map([
  ['StringEquals', ['equals', false]],
  ['StringNotEquals', ['equals', true]],
  ['StringEqualsIgnoreCase', ['equalsIgnoreCase', false]],
  ['StringNotEqualsIgnoreCase', ['equalsIgnoreCase', true]],
  ['StringLike', ['like', false]],
  ['StringNotLike', ['like', true]],
  ['NumericEquals', ['numeric=', false]],
  ['NumericNotEquals', ['numeric=', true]],
  ['NumericLessThan', ['numeric<', false]],
  ['NumericLessThanEquals', ['numeric<=', false]],
  ['NumericGreaterThan', ['numeric>', false]],
  ['NumericGreaterThanEquals', ['numeric>=', false]],
  ['DateEquals', ['date=', false]],
  ['DateNotEquals', ['date=', true]],
  ['DateLessThan', ['date<', false]],
  ['DateLessThanEquals', ['date<=', false]],
  ['DateGreaterThan', ['date>', false]],
  ['DateGreaterThanEquals', ['date>=', false]],
  ['Bool', ['bool', false]],
  ['BinaryEquals', ['equals', false]],
  ['IpAddress', ['ip', false]],
  ['NotIpAddress', ['ip', true]],
  ['ArnEquals', ['arn', false]],
  ['ArnLike', ['arn', false]],
  ['ArnNotEquals', ['arn', true]],
  ['ArnNotLike', ['arn', true]],
  ['Null', ['null', false]],
])

/** Reads an operator with its `ForAllValues:` or `ForAnyValue:` and its `IfExists`; undefined when there is no such operator. */
export function readOperator(name: string): Operator | undefined {
  const parts = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name)
  const known = OPERATORS.get(parts?.[2] ?? '')
  if (parts === null || known === undefined) return undefined
  const [compare, negated] = known
  const ifExists = parts[3] !== undefined
  if (compare === 'null' && (ifExists || parts[1] !== undefined)) return undefined
  const set = parts[1] === 'ForAllValues' || parts[1] === 'ForAnyValue' ? parts[1] : null
  return { compare, negated, ifExists, set }
}

/**
 * Whether a condition holds of a request that holds `held` under its key. `lookUp` gives what other keys hold, for
 * policy variables; `variables` says whether the document has them at all.
 */
export function holds(condition: Condition, held: Held, variables: boolean | Unknown, lookUp: Lookup): Tri {
  const { operator, values } = condition
  const { compare, negated, ifExists, set } = operator
  if (compare === 'null') return anyOf(values.map((value) => wantsAbsent(value, held === null)))
  if (held === null || held.length === 0) {
    if (ifExists || set === 'ForAllValues') return true
    return set === null && negated
  }
  const matched = (one: string): Tri =>
    anyOf(
      values.map((value) => {
        if (isUnknown(value)) return one === UNREAD || value
        return compareOne(compare, value, one, variables, lookUp)
      }),
    )
  const met = (one: string): Tri => (negated ? negate(matched(one)) : matched(one))
  if (set === 'ForAllValues') return allOf(held.map(met))
  if (set === 'ForAnyValue') return anyOf(held.map(met))
  return negated ? allOf(held.map(met)) : anyOf(held.map(met))
}

function wantsAbsent(value: string | Unknown, isAbsent: boolean): Tri {
  if (isUnknown(value)) return value
  const wanted = readBool(value)
  return wanted === undefined ? odd(`${value} is neither true nor false`) : wanted === isAbsent
}

function compareOne(
  compare: Exclude<Comparison, 'null'>,
  value: string,
  held: string,
  variables: boolean | Unknown,
  lookUp: Lookup,
): Tri {
  switch (compare) {
    case 'equals':
    case 'equalsIgnoreCase':
    case 'like':
    case 'arn': {
      const wanted = readText(compare, value, variables, lookUp)
      // A variable that the request does not hold matches nothing.
      if (wanted === null) return false
      return isUnknown(wanted) ? wanted : matchesGroup(groupOf(compare, [wanted]), held)
    }
    case 'bool': {
      const wanted = readBool(value)
      return wanted === undefined ? odd(`${value} is neither true nor false`) : wanted === readBool(held)
    }
    case 'ip': {
      const block = parseCidr(value)
      const address = parseCidr(held)
      if (block === undefined) return odd(`${value} is no IP address or block`)
      if (address === undefined || address.family !== block.family) return false
      return block.range.first <= address.range.first && address.range.last <= block.range.last
    }
    default: {
      const read = compare.startsWith('date') ? readDate : readNumber
      const [wanted, had] = [read(value), read(held)]
      if (wanted === undefined) return odd(`${value} is no ${compare.startsWith('date') ? 'date' : 'number'}`)
      return had !== undefined && ORDER[compare.slice(-2).replace(/^[a-z]/, '')]?.(had, wanted) === true
    }
  }
}

const ORDER: Readonly<Record<string, (held: number, wanted: number) => boolean>> = {
  '=': (held, wanted) => held === wanted,
  '<': (held, wanted) => held < wanted,
  '<=': (held, wanted) => held <= wanted,
  '>': (held, wanted) => held > wanted,
  '>=': (held, wanted) => held >= wanted,
}

/** Comparisons of text with a pattern; the rest compare numbers, dates, addresses and flags. */
export type TextComparison = 'equals' | 'equalsIgnoreCase' | 'like' | 'arn'

/** The pattern that a value is; null when it holds a variable that the request does not. */
export function readText(
  compare: TextComparison,
  value: string,
  variables: boolean | Unknown,
  lookUp: Lookup,
): Pattern | Unknown | null {
  const wanted = resolve(value, { variables, lookUp, wildcards: compare === 'like' || compare === 'arn' })
  return wanted === null || isUnknown(wanted) || compare !== 'arn' ? wanted : asArn(wanted)
}

export function groupOf(compare: TextComparison, patterns: readonly Pattern[]): Group {
  return compare === 'equalsIgnoreCase' ? { patterns, ignoreCase: true } : { patterns }
}

export function comparesText(compare: Comparison): compare is TextComparison {
  return ['equals', 'equalsIgnoreCase', 'like', 'arn'].includes(compare)
}

function readBool(text: string): boolean | undefined {
  const plain = text.toLowerCase()
  return plain === 'true' ? true : plain === 'false' ? false : undefined
}

export function readNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

/** ISO 8601, or seconds since 1970. */
export function readDate(text: string): number | undefined {
  const number = readNumber(text)
  const milliseconds = number === undefined ? Date.parse(text) : number * 1000
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}
