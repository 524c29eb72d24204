import { isUnknown } from '../stored.ts'
import { readsWildcards, type Operator } from './condition.ts'
import { literal, pattern, type Pattern } from './pattern.ts'
import type { PrincipalType, Statement } from './statement.ts'
import { variablesIn } from './variables.ts'

/** A value that a condition compares a key with. Those with policy variables are left out: they stand for no text. */
export interface Mention {
  readonly text: string
  readonly pattern: Pattern
  readonly operator: Operator
  /** Names one value: no wildcard, and nothing that only looks like one (`o-*` compared by StringEquals). */
  readonly isFixed: boolean
}

/** What a policy talks about: the values between which its answers can change. */
export interface Mentions {
  readonly ofKey: (key: string) => readonly Mention[]
  readonly keys: readonly string[]
  readonly principals: readonly { readonly type: PrincipalType; readonly value: string }[]
  readonly actions: readonly string[]
  readonly resources: readonly { readonly text: string; readonly hasVariables: boolean }[]
  /** Keys that stand in values as `${…}`. */
  readonly variables: readonly string[]
  /** Whether some action or resource could not be read, so that others than these may be meant. */
  readonly isPartial: boolean
  /** Whether some principal could not be read. */
  readonly hidesPrincipals: boolean
  /** Identity providers that may be let in or denied, nobody knows which. */
  readonly perhapsProviders: readonly string[]
}

export function mentionsOf(statements: readonly Statement[]): Mentions {
  const byKey = new Map<string, Mention[]>()
  const variables = new Set<string>()
  const principals = new Map<string, Mentions['principals'][number]>()
  const actions = new Set<string>()
  const resources = new Map<string, Mentions['resources'][number]>()
  let isPartial = false
  let hidesPrincipals = false
  const perhapsProviders = new Set<string>()

  for (const { effect, principal, action, resource, conditions, variables: hasVariables } of statements) {
    for (const member of principal === null ? [] : isUnknown(principal) ? [principal] : principal.members) {
      if (isUnknown(member) || isUnknown(member.value)) hidesPrincipals = true
      // Only who is let in brings callers.
      else if (member.type === 'Federated' && effect === 'Deny') continue
      else if (member.type === 'Federated' && effect !== 'Allow') perhapsProviders.add(member.value)
      else principals.set(`${member.type} ${member.value}`, { type: member.type, value: member.value })
    }
    for (const value of isUnknown(action) ? [action] : action.values) {
      if (isUnknown(value)) isPartial = true
      else actions.add(value)
    }
    for (const value of resource === null ? [] : isUnknown(resource) ? [resource] : resource.values) {
      if (isUnknown(value)) {
        isPartial = true
        continue
      }
      const named = hasVariables === false ? [] : variablesIn(value)
      for (const key of named) variables.add(key)
      resources.set(value, { text: value, hasVariables: named.length > 0 })
    }
    for (const condition of conditions) {
      if (isUnknown(condition)) continue
      const known = byKey.get(condition.key) ?? []
      byKey.set(condition.key, known)
      for (const text of condition.values) {
        if (isUnknown(text)) continue
        const named = hasVariables === false ? [] : variablesIn(text)
        for (const key of named) variables.add(key)
        if (named.length === 0) known.push(mention(text, condition.operator))
      }
    }
  }
  return {
    ofKey: (key) => byKey.get(key) ?? [],
    keys: [...byKey.keys()],
    principals: [...principals.values()],
    actions: [...actions],
    resources: [...resources.values()],
    variables: [...variables],
    isPartial,
    hidesPrincipals,
    perhapsProviders: [...perhapsProviders],
  }
}

function mention(text: string, operator: Operator): Mention {
  return {
    text,
    pattern: readsWildcards(operator) ? pattern(text) : literal(text),
    operator,
    isFixed: !/[*?]|\$\{/.test(text),
  }
}
