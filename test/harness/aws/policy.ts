import { z } from 'zod'
import { conditionsHold, matchesGlob } from './conditions.ts'
import type { RequestContext } from './conditions.ts'

/**
 * IAM's evaluation for the test AWS API. Written apart from the product's own reading of policies on purpose: tests
 * that compare the two must not share a mistake.
 */

const oneOrMany = z.union([z.string().transform((value) => [value]), z.array(z.string())])
const values = z.preprocess((value) => (Array.isArray(value) ? value : [value]).map(String), z.array(z.string()))
const principal = z.union([z.literal('*'), z.record(z.string(), oneOrMany)])

const Statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany.optional(),
  NotAction: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Condition: z.record(z.string(), z.record(z.string(), values)).optional(),
})
const Document = z.object({
  Version: z.string().optional(),
  Statement: z.union([Statement.transform((statement) => [statement]), z.array(Statement)]),
})

type PolicyStatement = z.infer<typeof Statement>
export type Policy = z.infer<typeof Document>

/** @throws Error (zod's) when the text is not a policy. */
export function parsePolicy(text: string): Policy {
  return Document.parse(JSON.parse(text))
}

export interface Wish {
  readonly action: string
  readonly resource: string
  readonly context: RequestContext
}

export type Decision = 'allow' | 'deny' | 'silent'

/** What identity, session, boundary or control policies say together: a deny wins, then an allow. */
export function decide(policies: readonly Policy[], wish: Wish): Decision {
  return combine(policies, (statement) => concerns(statement, wish))
}

/** Who asks, in every form in which a trust or resource policy may name them. */
export interface Names {
  readonly account: string
  readonly arns: readonly string[]
}

/**
 * What a trust or resource policy says. `delegates` is true when the allow names the account rather than the caller:
 * then the caller's own policies must allow the action too.
 */
export function decideForPrincipal(
  policy: Policy,
  wish: Wish,
  names: Names,
): { readonly decision: Decision; readonly delegates: boolean } {
  const direct = combine([policy], (statement) => concerns(statement, wish, true) && isNamed(statement, names, false))
  const any = combine([policy], (statement) => concerns(statement, wish, true) && isNamed(statement, names, true))
  return { decision: any, delegates: direct !== 'allow' }
}

function combine(policies: readonly Policy[], applies: (statement: PolicyStatement) => boolean): Decision {
  const effects = policies.flatMap((policy) => policy.Statement.filter(applies).map((statement) => statement.Effect))
  return effects.includes('Deny') ? 'deny' : effects.includes('Allow') ? 'allow' : 'silent'
}

function concerns(statement: PolicyStatement, { action, resource, context }: Wish, resourceOptional = false): boolean {
  const named = (patterns: readonly string[]): boolean => patterns.some((pattern) => matchesGlob(action, pattern, 'i'))
  if (statement.Action !== undefined && !named(statement.Action)) return false
  if (statement.NotAction !== undefined && named(statement.NotAction)) return false

  const covered = (patterns: readonly string[]): boolean => patterns.some((pattern) => matchesGlob(resource, pattern))
  if (statement.Resource !== undefined && !covered(statement.Resource)) return false
  if (statement.NotResource !== undefined && covered(statement.NotResource)) return false
  // Trust policies have no Resource; other documents without one never apply.
  if (!resourceOptional && statement.Resource === undefined && statement.NotResource === undefined) return false

  return conditionsHold(statement.Condition ?? {}, context)
}

function isNamed(statement: PolicyStatement, names: Names, countAccount: boolean): boolean {
  if (statement.NotPrincipal !== undefined) return !covers(statement.NotPrincipal, names, true)
  return statement.Principal !== undefined && covers(statement.Principal, names, countAccount)
}

function covers(element: z.infer<typeof principal>, names: Names, countAccount: boolean): boolean {
  const listed = element === '*' ? ['*'] : (element['AWS'] ?? [])
  return listed.some((name) => {
    if (name === '*') return true
    if (name === names.account || name === `arn:aws:iam::${names.account}:root`) return countAccount
    return names.arns.includes(name)
  })
}
