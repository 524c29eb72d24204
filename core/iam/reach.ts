import { isUnknown } from '../stored.ts'
import { holds, type Condition, type Held } from './condition.ts'
import type { Deed } from './deeds.ts'
import type { Statement } from './statement.ts'
import type { Tri } from './tri.ts'
import type { Alternatives } from './values.ts'
import type { Lookup } from './variables.ts'

/**
 * How unknowns are read: `certain` reads each so that least is allowed, `possible` so that most is. What is allowed for
 * certain is allowed whatever the unknowns are; what is not possible is never allowed.
 */
export type Mode = 'certain' | 'possible'

/** Thrown when a policy has more ways to be met than anybody will try: the answer is unknown. */
export class TooIntricate extends Error {}
const MOST_STEPS = 50_000
export interface Budget {
  steps: number
}

/** One kind of request. What it holds may still be chosen. */
export interface Request {
  /** Whether each statement names who makes it. */
  readonly isNamed: ReadonlyMap<Statement, Tri>
  readonly deed: Deed
  /** What may be held under a key; of keys that stand in variables, one alternative only. */
  readonly has: (key: string) => Alternatives
  readonly lookUp: Lookup
}

/**
 * Whether some request of this kind is allowed by `statement` and denied by none: an explicit deny wins (IAM User Guide,
 * "Policy evaluation logic"). Keys are chosen one by one, so that each deny misses the request by some condition.
 */
export function isAllowed(
  statement: Statement,
  all: readonly Statement[],
  request: Request,
  mode: Mode,
  budget: Budget,
): boolean {
  const certain = mode === 'certain'
  const is = (answer: Tri): boolean => answer === true || (!certain && answer !== false)
  const isSurely = (answer: Tri): boolean => answer === true || (certain && answer !== false)
  const meets: Wish = { isMet: is, every: 'ForAllValues' }
  const misses: Wish = { isMet: (answer) => !isSurely(answer), every: 'ForAnyValue' }

  const { isNamed, deed } = request
  const isAbout = (one: Statement, isAnswer: (answer: Tri) => boolean): boolean =>
    isAnswer(isNamed.get(one) ?? false) && isAnswer(deed.isMeant.get(one) ?? false)

  const allows = isUnknown(statement.effect) ? statement.effect : statement.effect === 'Allow'
  if (!is(allows) || !isAbout(statement, is) || (deed.isOnSome && !namesSomeResource(statement))) return false

  let domains: Domains = new Map()
  for (const condition of statement.conditions) {
    if (isUnknown(condition)) {
      if (certain) return false
      continue
    }
    const narrowed = narrow(domains, condition, statement, request, meets)
    if (narrowed === undefined) return false
    domains = narrowed
  }

  // What could not be read may be of any service that the statement is about, and then other actions are meant.
  const isAnyAction = deed.isOnSome && !isOfOneService(statement)
  const denies = all.filter(
    (other) =>
      other !== statement &&
      isSurely(isUnknown(other.effect) ? other.effect : other.effect === 'Deny') &&
      (isAnyAction ? isSurely(isNamed.get(other) ?? false) : isAbout(other, isSurely)),
  )
  return avoids(denies, domains, request, misses, budget)
}

export function newBudget(): Budget {
  return { steps: MOST_STEPS }
}

/** Whether a statement surely names something of what it hangs on: all of it, or what could not be read. */
function namesSomeResource({ resource }: Statement): boolean {
  if (resource === null || isUnknown(resource)) return resource === null
  return !resource.negated && resource.values.some((value) => isUnknown(value) || value === '*')
}

function isOfOneService({ action }: Statement): boolean {
  if (isUnknown(action) || action.negated || action.more !== null) return false
  const services = action.values.map((value) => (isUnknown(value) ? '*' : (value.toLowerCase().split(':')[0] ?? '')))
  return new Set(services).size === 1 && !/[*?]/.test(services[0] ?? '*')
}

/** What is left to choose from, per key, and what any choice of several values together must have one of. */
type Domains = ReadonlyMap<string, Domain>
interface Domain {
  readonly left: Alternatives
  readonly someOf: readonly IsWanted[]
}
type IsWanted = (value: string) => boolean

/** How a condition is to answer, and which quantifier then speaks of every value: the other one speaks of some. */
interface Wish {
  readonly isMet: (answer: Tri) => boolean
  readonly every: 'ForAllValues' | 'ForAnyValue'
}

/** Leaves the alternatives under which the condition answers as wished; undefined when none is left. */
function narrow(
  domains: Domains,
  condition: Condition,
  { variables }: Statement,
  { has, lookUp }: Request,
  wish: Wish,
): Domains | undefined {
  const { key, operator } = condition
  const { left: before, someOf } = domains.get(key) ?? { left: has(key), someOf: [] }
  const isWanted = (held: Held): boolean => wish.isMet(holds(condition, held, variables, lookUp))
  const isOne: IsWanted = (value) => isWanted([value])
  const left = before.flatMap((held): Alternatives => {
    if (held === null || held.length < 2 || operator.compare === 'null') return isWanted(held) ? [held] : []
    // Conditions without a quantifier are for keys that hold one value.
    if (operator.set === null) return []
    const kept = held.filter(isOne)
    if (operator.set !== wish.every) return kept.length > 0 ? [held] : []
    return kept.length > 0 && someOf.every((isOther) => kept.some(isOther)) ? [kept] : []
  })
  if (left.length === 0) return undefined
  const isOfSome = operator.set !== null && operator.set !== wish.every
  return new Map([...domains, [key, { left, someOf: isOfSome ? [...someOf, isOne] : someOf }]])
}

/** Whether the keys can be chosen so that every deny misses by at least one condition. */
function avoids(
  denies: readonly Statement[],
  domains: Domains,
  request: Request,
  misses: Wish,
  budget: Budget,
): boolean {
  const [deny, ...rest] = denies
  if (deny === undefined) return true
  budget.steps -= 1
  if (budget.steps < 0) throw new TooIntricate()
  return deny.conditions.some((condition) => {
    if (isUnknown(condition)) return misses.isMet(condition) && avoids(rest, domains, request, misses, budget)
    const narrowed = narrow(domains, condition, deny, request, misses)
    return narrowed !== undefined && avoids(rest, narrowed, request, misses, budget)
  })
}
