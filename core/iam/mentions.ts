import { isUnknown } from '../stored.ts'
import { comparesText, readText, type Condition } from './condition.ts'
import { hasWildcard, type Pattern } from './pattern.ts'
import { valuesOf, type PrincipalType, type Statement } from './statement.ts'
import { variablesIn } from './variables.ts'

/** A condition as one statement makes it. */
export interface Test {
  readonly condition: Condition
  readonly variables: Statement['variables']
}

/** What a policy talks about: between these its answers can change. */
export interface Mentions {
  readonly keys: readonly string[]
  /** The conditions on a key. */
  readonly tests: (key: string) => readonly Test[]
  /** What they compare it with. Values with policy variables are left out: they stand for no text. */
  readonly texts: (key: string) => readonly string[]
  /** Those of them that name one value: no wildcard, and nothing that only looks like one (`o-*` compared by StringEquals). */
  readonly fixed: (key: string) => readonly string[]
  /** Those that name one value or, by wildcards, many, with what they match. */
  readonly named: (key: string) => readonly { readonly text: string; readonly wanted: Pattern }[]
  readonly principals: readonly { readonly type: PrincipalType; readonly value: string }[]
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** Keys that stand in values as `${…}`. */
  readonly variables: readonly string[]
  /** Whether some action or resource could not be read, so that others than these may be meant. */
  readonly isPartial: boolean
}

/** What some statements talk about, as far as they are known. Cost: one walk. */
export function mentionsOf(statements: readonly Statement[]): Mentions {
  const tests = new Map<string, Test[]>()
  const texts = new Map<string, Set<string>>()
  const variables = new Set<string>()
  const principals = new Map<string, Mentions['principals'][number]>()
  const actions = new Set<string>()
  const resources = new Set<string>()
  let isPartial = false

  for (const { principal, action, resource, conditions, variables: hasVariables } of statements) {
    const named = (text: string) => (hasVariables === false ? [] : variablesIn(text))
    for (const member of principal === null || isUnknown(principal) ? [] : principal.members) {
      if (isUnknown(member) || isUnknown(member.value)) continue
      principals.set(`${member.type} ${member.value}`, { type: member.type, value: member.value })
    }
    for (const value of valuesOf(action)) {
      if (isUnknown(value)) isPartial = true
      else actions.add(value)
    }
    for (const value of resource === null ? [] : valuesOf(resource)) {
      if (isUnknown(value)) isPartial = true
      else {
        resources.add(value)
        for (const key of named(value)) variables.add(key)
      }
    }
    for (const condition of conditions) {
      if (isUnknown(condition)) continue
      const { key } = condition
      tests.set(key, [...(tests.get(key) ?? []), { condition, variables: hasVariables }])
      for (const text of condition.values) {
        if (isUnknown(text)) continue
        for (const variable of named(text)) variables.add(variable)
        if (named(text).length === 0) texts.set(key, (texts.get(key) ?? new Set()).add(text))
      }
    }
  }
  const textsOf = (key: string) => [...(texts.get(key) ?? [])]
  const isFixed = (text: string) => !/[*?]|\$\{/.test(text)
  return {
    keys: [...tests.keys()],
    tests: (key) => tests.get(key) ?? [],
    texts: textsOf,
    fixed: (key) => textsOf(key).filter(isFixed),
    named: (key) =>
      (tests.get(key) ?? []).flatMap(({ condition, variables }) => {
        const { compare } = condition.operator
        if (!comparesText(compare)) return []
        return condition.values.flatMap((text) => {
          const wanted = isUnknown(text) ? text : readText(compare, text, variables, () => null)
          if (isUnknown(text) || wanted === null || isUnknown(wanted)) return []
          return isFixed(text) || hasWildcard(wanted) ? [{ text, wanted }] : []
        })
      }),
    principals: [...principals.values()],
    actions: [...actions],
    resources: [...resources],
    variables: [...variables],
    isPartial,
  }
}
