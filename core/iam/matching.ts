import { isUnknown, type Unknown } from '../stored.ts'
import { isNamedBy, type Caller } from './caller.ts'
import { odd } from './document.ts'
import { literal, pattern, type Pattern } from './pattern.ts'
import { valuesOf, type Element, type Statement } from './statement.ts'
import { matchesGroup, tellApart, type Group } from './tell-apart.ts'
import { allOf, anyOf, negate, type Tri } from './tri.ts'
import { resolve, type Lookup } from './variables.ts'

/** Whether a statement's `Principal` or `NotPrincipal` lets a caller in. */
export function principalMatches({ principal }: Statement, caller: Caller): Tri {
  if (principal === null) return odd('a statement names no principal')
  if (isUnknown(principal)) return principal
  const named = anyOf(principal.members.map((member) => (isUnknown(member) ? member : isNamedBy(caller, member))))
  return principal.negated ? negate(named) : named
}

/** An element as texts are held against it: what is known of it and, where that is not all, why not. */
export interface Matcher {
  readonly negated: boolean
  readonly known: Group
  readonly unsure: Unknown | null
}

/** A statement's `Action` or `NotAction`, for actions in lower case. */
export function actionsOf({ action }: Statement): Matcher {
  return matcherOf(action, (value) => pattern(value.toLowerCase()))
}

/**
 * A statement's `Resource` or `NotResource`, its variables replaced by what requests hold: nothing unless said. One
 * without either is about whatever it hangs on.
 */
export function resourcesOf({ resource, variables }: Statement, lookUp: Lookup = () => null): Matcher {
  return matcherOf(resource, (value) => {
    const wanted = resolve(value, { variables: true, wildcards: true, lookUp })
    // A `${` that is no variable (before version 2012-10-17) is text that nobody puts in a name.
    if (variables === true || wanted === null || !value.includes('${')) return wanted
    return variables === false ? null : variables
  })
}

function matcherOf(element: Element | Unknown | null, read: (value: string) => Pattern | Unknown | null): Matcher {
  if (element === null) return { negated: false, known: { patterns: [pattern('*')] }, unsure: null }
  const all = valuesOf(element).map((value) => (isUnknown(value) ? value : read(value)))
  return {
    negated: !isUnknown(element) && element.negated,
    known: { patterns: all.flatMap((one) => (one === null || isUnknown(one) ? [] : [one])) },
    unsure: all.find(isUnknown) ?? null,
  }
}

/** Whether an element lets a text in. */
export function lets({ negated, known, unsure }: Matcher, text: string): Tri {
  const named = matchesGroup(known, text) || (unsure ?? false)
  return negated ? negate(named) : named
}

/** Whether an element lets in every text that starts with `prefix` and goes on: `s3:` for every S3 action. */
export function letsAllUnder(matcher: Matcher, prefix: string): Tri {
  const texts = tellApart([matcher.known], [[...literal(prefix), ...pattern('?*')]])
  return allOf(texts.map((text) => lets(matcher, text)))
}
