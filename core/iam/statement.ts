import { isPartialList, isUnknown, type PartialList, type Unknown } from '../stored.ts'
import { readOperator, type Condition, type Operator } from './condition.ts'
import { odd, type PolicyDocument } from './document.ts'

/** A statement as the rest of `core/iam` reads it: every part is what it says, or an unknown. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny' | Unknown
  /** Null where the statement names no principal, as in identity policies. */
  readonly principal: PrincipalElement | Unknown | null
  readonly action: Element | Unknown
  /** Null where the statement names no resource, as in trust policies. */
  readonly resource: Element | Unknown | null
  readonly conditions: readonly (Condition | Unknown)[]
  /** Whether `${…}` is a variable: only since version 2012-10-17. */
  readonly variables: boolean | Unknown
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface Element {
  readonly negated: boolean
  readonly values: readonly (string | Unknown)[]
  /** Set when there may be more values than these. */
  readonly more: Unknown | null
}

export type PrincipalType = 'AWS' | 'Service' | 'Federated' | 'CanonicalUser'
/** One principal that is named; the type is known even where the name is not. */
export interface Member {
  readonly type: PrincipalType
  readonly value: string | Unknown
}
export interface PrincipalElement {
  readonly negated: boolean
  /** An unknown among them may be nobody, or somebody of any type. */
  readonly members: readonly (Unknown | Member)[]
}

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])
const PRINCIPAL_TYPES = new Set<string>(['AWS', 'Service', 'Federated', 'CanonicalUser'] satisfies PrincipalType[])

/**
 * The statements of a document, in its order. Never throws: what does not follow the grammar (IAM User Guide, "Grammar
 * of the IAM JSON policy language") is an unknown in its place, for AWS would refuse it and nobody can say what was meant.
 */
export function readStatements(document: PolicyDocument): readonly Statement[] {
  const { Version: version, Statement: body } = document
  const variables = isUnknown(version) ? version : version === '2012-10-17'
  if (body === undefined || body === null) return [wholly(odd('it has no Statement'), variables)]
  return readList(body).map((statement) => readStatement(statement, variables))
}

/** Whatever of a policy is not known. */
export function unknownsIn(statements: readonly Statement[]): readonly Unknown[] {
  return statements.flatMap(({ effect, principal, action, resource, conditions, variables }) => {
    const members = principal === null || isUnknown(principal) ? [principal] : principal.members
    const named = members.map((member) => (member === null || isUnknown(member) ? member : member.value))
    const compared = conditions.flatMap((condition) => (isUnknown(condition) ? [condition] : condition.values))
    const values = [...valuesOf(action), ...(resource === null ? [] : valuesOf(resource))]
    return [effect, ...named, ...values, ...compared, variables].filter(isUnknown)
  })
}

/** All that an element holds, an unknown in the place of whatever is not known. */
export function valuesOf(element: Element | Unknown): readonly (string | Unknown)[] {
  if (isUnknown(element)) return [element]
  return element.more === null ? element.values : [...element.values, element.more]
}

function readStatement(raw: unknown, variables: boolean | Unknown): Statement {
  if (isUnknown(raw)) return wholly(raw, variables)
  if (!isRecord(raw)) return wholly(odd('a statement is not an object'), variables)
  const stray = Object.keys(raw).find((name) => !ELEMENTS.has(name))
  const conditions = readConditions(raw['Condition'])
  return {
    effect: readEffect(raw['Effect']),
    principal: readPrincipal(raw),
    action: readElement(raw, 'Action') ?? odd('a statement has neither Action nor NotAction'),
    resource: readElement(raw, 'Resource'),
    conditions: stray === undefined ? conditions : [...conditions, odd(`${stray} is no element of a statement`)],
    variables,
  }
}

function wholly(cause: Unknown, variables: boolean | Unknown): Statement {
  return { effect: cause, principal: cause, action: cause, resource: cause, conditions: [cause], variables }
}

function readEffect(raw: unknown): Statement['effect'] {
  if (isUnknown(raw) || raw === 'Allow' || raw === 'Deny') return raw
  return odd('Effect is neither Allow nor Deny')
}

/** What stands under `name` or `Not<name>`; null where neither is there. */
function eitherOf(
  raw: Readonly<Record<string, unknown>>,
  name: string,
): { readonly negated: boolean; readonly value: unknown } | Unknown | null {
  const [plain, not] = [raw[name], raw[`Not${name}`]]
  if (plain !== undefined && not !== undefined) {
    return [plain, not].find(isUnknown) ?? odd(`a statement has both ${name} and Not${name}`)
  }
  const value = plain ?? not
  return value === undefined || value === null ? null : { negated: not !== undefined, value }
}

function readElement(raw: Readonly<Record<string, unknown>>, name: 'Action' | 'Resource'): Element | Unknown | null {
  const found = eitherOf(raw, name)
  if (found === null || isUnknown(found)) return found
  const { negated, value } = found
  const values = readList(isPartialList(value) ? value.$items : value).map((member) =>
    isUnknown(member) || typeof member === 'string' ? member : odd(`${name} holds something that is no text`),
  )
  if (!isPartialList(value)) return { negated, values, more: null }
  const more = restOf(value)
  return values.length === 0 ? { negated, values: [more], more: null } : { negated, values, more }
}

function readPrincipal(raw: Readonly<Record<string, unknown>>): PrincipalElement | Unknown | null {
  const found = eitherOf(raw, 'Principal')
  if (found === null || isUnknown(found)) return found
  const members = partsOf(found.value).flatMap((part): PrincipalElement['members'] => {
    if (part === '*') return [{ type: 'AWS', value: '*' }]
    return entriesOf(part, 'Principal is neither * nor an object').flatMap((entry): PrincipalElement['members'] => {
      if (isUnknown(entry)) return [entry]
      const [type, held] = entry
      if (!isPrincipalType(type)) return [odd(`${type} is no type of principal`)]
      return readList(held).map((member) => ({
        type,
        value:
          isUnknown(member) || typeof member === 'string' ? member : odd('Principal holds something that is no text'),
      }))
    })
  })
  return { negated: found.negated, members }
}

function readConditions(raw: unknown): Statement['conditions'] {
  if (raw === undefined || raw === null) return []
  const operators = partsOf(raw).flatMap((part) => entriesOf(part, 'Condition is not an object'))
  return operators.flatMap((entry): Statement['conditions'] => {
    if (isUnknown(entry)) return [entry]
    const [name, tests] = entry
    const operator = readOperator(name)
    if (operator === undefined) return [odd(`${name} is no condition operator`)]
    const keys = partsOf(tests).flatMap((part) => entriesOf(part, `${name} holds no condition keys`))
    return keys.map((entry) => (isUnknown(entry) ? entry : readCondition(operator, ...entry)))
  })
}

function readCondition(operator: Operator, key: string, held: unknown): Condition {
  const values = readList(held).map((value) =>
    isUnknown(value)
      ? value
      : typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
        ? String(value)
        : odd(`${key} is compared with something that is no text`),
  )
  return { operator, key: key.trim().toLowerCase(), values }
}

/** The members of a list; one value means a list of one. What a partial list may hold besides is an unknown member. */
function readList(value: unknown): readonly unknown[] {
  if (isPartialList(value)) return [...readList(value.$items), restOf(value)]
  return Array.isArray(value) ? value : [value]
}

/** What a partial list may hold besides. */
function restOf({ $incomplete: reasons }: PartialList<unknown>): Unknown {
  return { $unknown: reasons }
}

/** The objects that an object with entries yet to come is known by. */
function partsOf(value: unknown): readonly unknown[] {
  return isPartialList(value) ? readList(value) : [value]
}

function entriesOf(value: unknown, problem: string): readonly (Unknown | readonly [string, unknown])[] {
  if (isUnknown(value)) return [value]
  return isRecord(value) ? Object.entries(value) : [odd(problem)]
}

function isPrincipalType(name: string): name is PrincipalType {
  return PRINCIPAL_TYPES.has(name)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
