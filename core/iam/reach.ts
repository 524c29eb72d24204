import { isUnknown, type Unknown } from '../stored.ts'
import type { Caller } from './caller.ts'
import { holds, type Condition } from './condition.ts'
import type { Alternatives } from './keys.ts'
import { actionMatches, resourceMatches } from './matching.ts'
import type { Place } from './place.ts'
import type { Statement } from './statement.ts'
import { anyOf, negate, type Tri } from './tri.ts'
import type { Lookup } from './variables.ts'

/**
 * How unknowns are read: `certain` reads each so that least is allowed, `possible` so that most is. What is allowed for
 * certain is allowed whatever the unknowns are; what is not possible is never allowed.
 */
export type Mode = 'certain' | 'possible'

/** Some resource of those that the policy hangs on, nobody knows which. */
export const SOME_RESOURCE: unique symbol = Symbol('some resource')
export type Target = string | typeof SOME_RESOURCE

/** Thrown when a policy has more ways to be met than anybody will try: the answer is unknown. */
export class TooIntricate extends Error {}
const MOST_STEPS = 50_000
export interface Budget {
  steps: number
}

/** One kind of request: who, from where, to do what to what. Everything else about it may still be chosen. */
export interface Request {
  readonly caller: Caller
  readonly place: Place
  readonly action: string
  readonly target: Target
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

  const allows = isUnknown(statement.effect) ? statement.effect : statement.effect === 'Allow'
  if (!is(allows) || !is(principalMatches(statement, request.caller)) || !is(actionMatches(statement, request.action)))
    return false
  if (request.target === SOME_RESOURCE ? !namesSomeResource(statement) : !is(resourceOf(statement, request)))
    return false

  let domains: Domains = new Map()
  for (const condition of statement.conditions) {
    if (isUnknown(condition)) {
      if (certain) return false
      continue
    }
    const narrowed = narrow(domains, condition, statement, request, is)
    if (narrowed === undefined) return false
    domains = narrowed
  }

  const denies = all.filter(
    (other) =>
      other !== statement &&
      isSurely(isUnknown(other.effect) ? other.effect : other.effect === 'Deny') &&
      isSurely(principalMatches(other, request.caller)) &&
      // A resource that nobody could read may be the one on which just this is denied.
      (request.target === SOME_RESOURCE ||
        (isSurely(actionMatches(other, request.action)) && isSurely(resourceOf(other, request)))),
  )
  return avoids(denies, domains, request, (answer) => !isSurely(answer), budget)
}

export function newBudget(): Budget {
  return { steps: MOST_STEPS }
}

/** Whether a statement surely names something of what it hangs on: all of it, or what could not be read. */
function namesSomeResource({ resource }: Statement): boolean {
  if (resource === null || isUnknown(resource)) return resource === null
  return !resource.negated && resource.values.some((value) => isUnknown(value) || value === '*')
}

function principalMatches({ principal }: Statement, caller: Caller): Tri {
  if (principal === null || isUnknown(principal)) return principal ?? NAMES_NOBODY
  const named = anyOf(
    principal.members.map((member) => {
      if (isUnknown(member)) return member
      const { type, value } = member
      if (isUnknown(value)) return caller.types.includes(type) && value
      return caller.isNamed({ type, value })
    }),
  )
  return principal.negated ? negate(named) : named
}

function resourceOf(statement: Statement, { target, lookUp }: Request): Tri {
  return target === SOME_RESOURCE || resourceMatches(statement, target, lookUp)
}

/** What is left to choose from, per key. */
type Domains = ReadonlyMap<string, Alternatives>

/** Leaves the alternatives under which the condition answers as wanted; undefined when none is left. */
function narrow(
  domains: Domains,
  condition: Condition,
  { variables }: Statement,
  { has, lookUp }: Request,
  wanted: (answer: Tri) => boolean,
): Domains | undefined {
  const { key } = condition
  const before = domains.get(key) ?? has(key)
  const left = before.filter((held) => wanted(holds(condition, held, variables, lookUp)))
  if (left.length === 0) return undefined
  return left.length === before.length && domains.has(key) ? domains : new Map([...domains, [key, left]])
}

/** Whether the keys can be chosen so that every deny misses by at least one condition. */
function avoids(
  denies: readonly Statement[],
  domains: Domains,
  request: Request,
  misses: (answer: Tri) => boolean,
  budget: Budget,
): boolean {
  const [deny, ...rest] = denies
  if (deny === undefined) return true
  budget.steps -= 1
  if (budget.steps < 0) throw new TooIntricate()
  return deny.conditions.some((condition) => {
    if (isUnknown(condition)) return misses(condition) && avoids(rest, domains, request, misses, budget)
    const narrowed = narrow(domains, condition, deny, request, misses)
    return narrowed !== undefined && avoids(rest, narrowed, request, misses, budget)
  })
}

const NAMES_NOBODY: Unknown = {
  $unknown: [{ kind: 'fault', operation: 'reading the policy', detail: 'a statement names no principal' }],
}
