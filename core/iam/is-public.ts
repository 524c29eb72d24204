import type { Field } from '../field.ts'
import type { Reason } from '../reason.ts'
import { isUnknown, unknown } from '../stored.ts'
import type { Truth } from '../truth.ts'
import { malformed, type PolicyDocument } from './document.ts'
import { ask, isEverywhere, tryReach, type Question, type Reached, type WhoCanOptions } from './question.ts'
import { strangersOf } from './strangers.ts'
import { reasonOf, type Tri } from './tri.ts'
import { isStranger } from './who.ts'

/**
 * Whether a resource policy or trust policy lets strangers in: anyone on the internet, any AWS principal, any
 * organization, anybody's resource by way of a service, anyone at a shared identity provider. Narrowed by address it is
 * public past a /8 (IPv4) or a /32 (IPv6). Null: there is no policy, so nobody gets in by it.
 */
export function isPublic(policy: Field<PolicyDocument | null>, options: WhoCanOptions = {}): Truth {
  return policy.ask((document) => {
    const answer = document === null ? false : letsStrangersIn(document, options)
    return typeof answer === 'boolean' ? answer : { unknown: reasonOf(answer) ?? { kind: 'not_collected' } }
  })
}

/** Whether a policy lets strangers in from anywhere, for something. Cheaper than `whoCan`: asks about strangers only. */
export function letsStrangersIn(document: PolicyDocument, options: WhoCanOptions = {}): Tri {
  const question = ask(document, options)
  const strangers = strangersOf(question.mentions, question.stranger)
  const reached: Reached[] = []
  for (const caller of strangers) {
    const certain = tryReach(question, caller, 'certain')
    if (certain !== undefined && caller.doubt === undefined && isEverywhere(certain)) return true
    reached.push({ caller, certain, possible: tryReach(question, caller, 'possible') })
  }
  return publicFrom(question, reached)
}

/** What was found out of callers, put together: whether some stranger gets in from anywhere. */
export function publicFrom(question: Question, reached: readonly Reached[]): Tri {
  const strangers = reached.filter(({ caller }) => isStranger(caller.who))
  if (
    strangers.some(
      ({ caller, certain }) => caller.doubt === undefined && certain !== undefined && isEverywhere(certain),
    )
  ) {
    return true
  }
  const doubtful = strangers.filter(({ possible }) => possible === undefined || isEverywhere(possible))
  return doubtful.length === 0 ? false : unknown(...doubts(question, doubtful))
}

/** Why it is not known: what could not be read of the policy, else what is not known of the callers. */
export function doubts({ statements }: Question, reached: readonly Reached[]): readonly Reason[] {
  const inside = statements.flatMap(({ effect, principal, action, resource, conditions, variables }) => {
    const members: readonly unknown[] = principal === null || isUnknown(principal) ? [principal] : principal.members
    const values = [action, resource].flatMap((element): readonly unknown[] =>
      element === null || isUnknown(element) ? [element] : element.values,
    )
    const compared = conditions.flatMap((condition): readonly unknown[] =>
      isUnknown(condition) ? [condition] : condition.values,
    )
    return [effect, ...members, ...values, ...compared, variables].flatMap((part) =>
      isUnknown(part) ? (reasonOf(part) ?? []) : [],
    )
  })
  const callers = reached.flatMap(({ caller, possible }) =>
    possible === undefined
      ? [malformed('its conditions can be met in too many ways')]
      : caller.doubt === undefined || possible.statements.size === 0
        ? []
        : [caller.doubt],
  )
  const all = [...callers, ...inside]
  return all.length > 0 ? all : [malformed('a statement could not be judged')]
}
