import type { Field } from '../field.ts'
import { isUnknown } from '../stored.ts'
import type { Truth } from '../truth.ts'
import type { PolicyDocument } from './document.ts'
import { actionsOf, letsAllUnder, resourcesOf } from './matching.ts'
import { readStatements, type Statement } from './statement.ts'
import { STRANGE } from './tell-apart.ts'
import { allOf, anyOf, negate, reasonOf, type Tri } from './tri.ts'

/** Whether an identity policy makes its holder an administrator of the account. */
export function isAdmin(policy: Field<PolicyDocument | null>): Truth {
  return policy.ask((document) => {
    const answer = document === null ? false : allowsEverything(document)
    const reason = reasonOf(answer)
    return typeof answer === 'boolean' ? answer : { unknown: reason ?? { kind: 'not_collected' } }
  })
}

/**
 * Every action is allowed on every resource, or on all but those named. A condition does not change that: who meets it
 * is an administrator. What takes it away is an unconditional `Deny` of everything, or of all of IAM (without IAM
 * nobody can give themselves the rest): `NotAction: iam:*` said in another way.
 */
export function allowsEverything(document: PolicyDocument): Tri {
  const statements = readStatements(document)
  const takesAway = statements.map((statement) =>
    allOf([
      hasEffect(statement, 'Deny'),
      namesEveryResource(statement),
      isUnconditional(statement),
      deniesIam(statement),
    ]),
  )
  const gives = statements.map((statement) =>
    allOf([hasEffect(statement, 'Allow'), namesEveryAction(statement), spansResources(statement)]),
  )
  return allOf([anyOf(gives), negate(anyOf(takesAway))])
}

function hasEffect({ effect }: Statement, wanted: 'Allow' | 'Deny'): Tri {
  return isUnknown(effect) ? effect : effect === wanted
}

/** Only `*`, `*:*` and their like name all services: those that name the actions of a service that nobody knows. */
function namesEveryAction(statement: Statement): Tri {
  const { action } = statement
  if (isUnknown(action) || !action.negated) return letsAllUnder(actionsOf(statement), `${STRANGE}:`)
  return action.values.length === 0 && (action.more ?? true)
}

function deniesIam(statement: Statement): Tri {
  return letsAllUnder(actionsOf(statement), 'iam:')
}

function namesEveryResource(statement: Statement): Tri {
  return letsAllUnder(resourcesOf(statement), 'arn:')
}

/** Every resource, or every one but some that are named. */
function spansResources(statement: Statement): Tri {
  const resources = resourcesOf(statement)
  return resources.negated
    ? negate(letsAllUnder({ ...resources, negated: false }, 'arn:'))
    : letsAllUnder(resources, 'arn:')
}

function isUnconditional({ conditions }: Statement): Tri {
  // A condition that could not be read may be none at all.
  return allOf(conditions.map((condition) => (isUnknown(condition) ? condition : false)))
}
