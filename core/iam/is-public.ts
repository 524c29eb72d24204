import type { Field } from '../field.ts'
import { isUnknown, unknown } from '../stored.ts'
import type { Truth } from '../truth.ts'
import { malformed, type PolicyDocument } from './document.ts'
import { readStatements } from './statement.ts'
import { allOf, anyOf, reasonOf, type Tri } from './tri.ts'

export interface PublicOptions {
  /** The account that owns the resource; whatever is named by its id is never a stranger. */
  readonly ownAccount?: string
  /** Ask about this resource only, an ARN; whatever the policy names unless said. */
  readonly resource?: string
  /** Ask about these actions only, wildcards read; whatever the policy allows unless said. */
  readonly actions?: readonly string[]
}

/** Whether a resource policy lets strangers in. Null: there is no policy, so nobody is. */
export function isPublic(policy: Field<PolicyDocument | null>, _options: PublicOptions = {}): Truth {
  return policy.ask((document) => {
    const answer = document === null ? false : letsAnybodyIn(document)
    return typeof answer === 'boolean' ? answer : { unknown: reasonOf(answer) ?? { kind: 'not_collected' } }
  })
}

function letsAnybodyIn(document: PolicyDocument): Tri {
  const statements = readStatements(document)
  const guarded = statements.some(({ effect }) => effect !== 'Allow')
  return anyOf(
    statements.map(({ effect, principal, conditions }) =>
      allOf([
        isUnknown(effect) ? effect : effect === 'Allow',
        principal === null || isUnknown(principal)
          ? (principal ?? false)
          : principal.negated ||
            anyOf(
              principal.members.map((one) => (isUnknown(one) ? one : one.value === '*' || one.type === 'Federated')),
            ),
        conditions.length > 0 || guarded ? unknown(malformed('its conditions are not judged yet')) : true,
      ]),
    ),
  )
}
