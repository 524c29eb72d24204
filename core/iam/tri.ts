import type { Reason } from '../reason.ts'
import type { Unknown } from '../stored.ts'

/** An answer inside a policy: yes, no, or the unknown that prevents one. */
export type Tri = boolean | Unknown

/** Yes when one is, whatever is unknown. */
export function anyOf(answers: readonly Tri[]): Tri {
  return decide(answers, true)
}

/** No when one is, whatever is unknown. */
export function allOf(answers: readonly Tri[]): Tri {
  return decide(answers, false)
}

export function negate(answer: Tri): Tri {
  return typeof answer === 'boolean' ? !answer : answer
}

/** The first reason for not knowing; undefined when there is an answer. */
export function reasonOf(answer: Tri): Reason | undefined {
  return typeof answer === 'boolean' ? undefined : (answer.$unknown[0] ?? { kind: 'not_collected' })
}

function decide(answers: readonly Tri[], decisive: boolean): Tri {
  let unsure: Unknown | undefined
  for (const answer of answers) {
    if (answer === decisive) return decisive
    if (typeof answer !== 'boolean') unsure ??= answer
  }
  return unsure ?? !decisive
}
