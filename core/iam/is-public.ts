import type { Field } from '../field.ts'
import type { Reason } from '../reason.ts'
import { unknown } from '../stored.ts'
import type { Truth } from '../truth.ts'
import { malformed, type PolicyDocument } from './document.ts'
import { ask, isEverywhere, NOWHERE, reachedBy, type Question, type Reached, type WhoCanOptions } from './question.ts'
import { unknownsIn } from './statement.ts'
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
  return publicFrom(
    question,
    strangersOf(question.mentions).map((caller) => reachedBy(question, caller)),
  )
}

/** What can be found out of callers, put together: whether some stranger gets in from anywhere. */
export function publicFrom(question: Question, reached: readonly Reached[]): Tri {
  const strangers = reached.filter(({ caller }) => isStranger(caller.who))
  if (strangers.some(({ certain }) => isEverywhere(certain() ?? NOWHERE))) return true
  const doubtful = strangers.find(({ possible }) => {
    const far = possible()
    return far === undefined || isEverywhere(far)
  })
  return doubtful === undefined ? false : unknown(...doubts(question, [doubtful]))
}

/** Why it is not known: what could not be read of the policy, else what is not known of the callers. */
export function doubts({ statements }: Question, reached: readonly Reached[]): readonly Reason[] {
  const callers = reached.flatMap(({ caller, possible }) => {
    const far = possible()
    if (far === undefined) return [malformed('its conditions can be met in too many ways')]
    return caller.doubt === undefined || far.statements.size === 0 ? [] : [caller.doubt]
  })
  const all = [...callers, ...unknownsIn(statements).flatMap((one) => reasonOf(one) ?? [])]
  return all.length > 0 ? all : [malformed('a statement could not be judged')]
}
