import { parseCidr } from '../net/cidr.ts'
import { isUnknown, unknown, type Unknown } from '../stored.ts'
import { malformed } from './document.ts'
import { literal, matches, split, type Pattern } from './pattern.ts'
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
type Comparison =
  | 'equals'
  | 'equalsIgnoreCase'
  | 'like'
  | 'arn'
  | 'ip'
  | 'bool'
  | 'null'
  | `${'numeric' | 'date'}${'=' | '<' | '<=' | '>' | '>='}`

/** What a request holds under a key; null when the key is absent. */
export type Held = readonly string[] | null

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
    anyOf(values.map((value) => (isUnknown(value) ? value : compareOne(compare, value, one, variables, lookUp))))
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
      const wanted = resolve(value, { variables, lookUp, wildcards: compare === 'like' || compare === 'arn' })
      // A variable that the request does not hold matches nothing.
      if (wanted === null) return false
      if (isUnknown(wanted)) return wanted
      if (compare === 'arn') return matchesArn(wanted, held)
      if (compare === 'equalsIgnoreCase') return matches(lower(wanted), held.toLowerCase())
      return matches(wanted, held)
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

/** Each of the six components of an ARN is matched apart, so no wildcard reaches past a colon. */
export function matchesArn(wanted: Pattern, held: string): boolean {
  const parts = split(wanted, ':', 6)
  if (parts.length < 6) return matches(wanted, held)
  const heldParts = split(literal(held), ':', 6).map((part) => part.join(''))
  return heldParts.length === 6 && parts.every((part, index) => matches(part, heldParts[index] ?? ''))
}

function lower(pattern: Pattern): Pattern {
  return pattern.map((token) => (typeof token === 'string' ? token.toLowerCase() : token))
}

function readBool(text: string): boolean | undefined {
  const plain = text.toLowerCase()
  return plain === 'true' ? true : plain === 'false' ? false : undefined
}

function readNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

/** ISO 8601, or seconds since 1970. */
function readDate(text: string): number | undefined {
  const number = readNumber(text)
  const milliseconds = number === undefined ? Date.parse(text) : number * 1000
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}

function odd(detail: string): Unknown {
  return unknown(malformed(detail))
}

/** Whether an operator reads `*` and `?` as wildcards. */
export function readsWildcards({ compare }: Operator): boolean {
  return compare === 'like' || compare === 'arn'
}
