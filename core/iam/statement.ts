import { isUnknown, unknown, type Unknown } from '../stored.ts'
import { readOperator, type Condition } from './condition.ts'
import { malformed, type PolicyDocument } from './document.ts'

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
}

export type PrincipalType = 'AWS' | 'Service' | 'Federated' | 'CanonicalUser'
/** One principal that is named; the type is known even where the name is not. */
export interface Member {
  readonly type: PrincipalType
  readonly value: string | Unknown
}
export interface PrincipalElement {
  readonly negated: boolean
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
  if (isUnknown(body)) return [wholly(body, variables)]
  if (body === undefined || body === null) return [wholly(odd('it has no Statement'), variables)]
  return toList(body).map((statement) => readStatement(statement, variables))
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

function readElement(raw: Readonly<Record<string, unknown>>, name: 'Action' | 'Resource'): Element | Unknown | null {
  const [plain, not] = [raw[name], raw[`Not${name}`]]
  if (plain !== undefined && not !== undefined) return odd(`a statement has both ${name} and Not${name}`)
  const value = plain ?? not
  if (value === undefined || value === null) return null
  const values = toList(value).map((member) =>
    isUnknown(member) || typeof member === 'string' ? member : odd(`${name} holds something that is no text`),
  )
  return { negated: not !== undefined, values }
}

function readPrincipal(raw: Readonly<Record<string, unknown>>): PrincipalElement | Unknown | null {
  const { Principal: plain, NotPrincipal: not } = raw
  if (plain !== undefined && not !== undefined) return odd('a statement has both Principal and NotPrincipal')
  const value = plain ?? not
  const negated = not !== undefined
  if (value === undefined || value === null) return null
  if (isUnknown(value)) return { negated, members: [value] }
  if (value === '*') return { negated, members: [{ type: 'AWS', value: '*' }] }
  if (!isRecord(value)) return odd('Principal is neither * nor an object')
  const members = Object.entries(value).flatMap(([type, held]): PrincipalElement['members'] => {
    if (!isPrincipalType(type)) return [odd(`${type} is no type of principal`)]
    return toList(held).map((member) => ({
      type,
      value:
        isUnknown(member) || typeof member === 'string' ? member : odd('Principal holds something that is no text'),
    }))
  })
  return { negated, members }
}

function readConditions(raw: unknown): readonly (Condition | Unknown)[] {
  if (raw === undefined || raw === null) return []
  if (isUnknown(raw)) return [raw]
  if (!isRecord(raw)) return [odd('Condition is not an object')]
  return Object.entries(raw).flatMap(([name, tests]): readonly (Condition | Unknown)[] => {
    const operator = readOperator(name)
    if (operator === undefined) return [odd(`${name} is no condition operator`)]
    if (isUnknown(tests)) return [tests]
    if (!isRecord(tests)) return [odd(`${name} holds no condition keys`)]
    return Object.entries(tests).map(([key, held]) => ({
      operator,
      key: key.trim().toLowerCase(),
      values: toList(held).map((value) =>
        isUnknown(value)
          ? value
          : typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
            ? String(value)
            : odd(`${key} is compared with something that is no text`),
      ),
    }))
  })
}

function odd(detail: string): Unknown {
  return unknown(malformed(detail))
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function isPrincipalType(name: string): name is PrincipalType {
  return PRINCIPAL_TYPES.has(name)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
