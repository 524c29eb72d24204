import { Field } from '../field.ts'
import { isUnknown } from '../stored.ts'
import { all, type Truth } from '../truth.ts'
import { holds, type Condition } from './condition.ts'
import type { PolicyDocument } from './document.ts'
import { actionsOf, lets, letsAllUnder, resourcesOf } from './matching.ts'
import { readStatements, type Statement } from './statement.ts'
import { allOf, anyOf, reasonOf, type Tri } from './tri.ts'

const TRANSPORT = 'aws:securetransport'
/** S3 ARNs name no partition's account; a policy is right in whichever partition its bucket is. */
const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f', 'aws-eusc']

/**
 * Whether a bucket policy refuses everything that does not come over TLS: `Deny` for every principal and every action,
 * on the bucket and on all of its objects (in one statement or in two), with no condition but `aws:SecureTransport` false.
 * `bucket` is the bucket's name or ARN.
 */
export function deniesInsecureTransport(policy: Field<PolicyDocument | null>, bucket: Field<string> | string): Truth {
  const held = typeof bucket === 'string' ? { value: bucket } : Field.read(bucket)
  const answer = policy.ask((document) => {
    if (!('value' in held)) return true
    const denied = document === null ? false : deniesPlain(document, held.value)
    return typeof denied === 'boolean' ? denied : { unknown: reasonOf(denied) ?? { kind: 'not_collected' } }
  })
  return 'value' in held || typeof bucket === 'string'
    ? answer
    : all(
        answer,
        bucket.test(() => true),
      )
}

function deniesPlain(document: PolicyDocument, bucket: string): Tri {
  const arns = bucket.startsWith('arn:') ? [bucket] : PARTITIONS.map((partition) => `arn:${partition}:s3:::${bucket}`)
  const denials = readStatements(document).map((statement) => ({
    statement,
    refuses: allOf([
      isUnknown(statement.effect) ? statement.effect : statement.effect === 'Deny',
      meansEverybody(statement),
      letsAllUnder(actionsOf(statement), 's3:'),
      allOf(
        statement.conditions.map((condition) => (isUnknown(condition) ? condition : isMetByHttp(condition, statement))),
      ),
    ]),
  }))
  const covered = (covers: (statement: Statement) => Tri): Tri =>
    anyOf(denials.map(({ statement, refuses }) => allOf([refuses, covers(statement)])))
  return anyOf(
    arns.map((arn) =>
      allOf([
        covered((statement) => lets(resourcesOf(statement), arn)),
        covered((statement) => letsAllUnder(resourcesOf(statement), `${arn}/`)),
      ]),
    ),
  )
}

function meansEverybody({ principal }: Statement): Tri {
  if (principal === null) return false
  if (isUnknown(principal)) return principal
  const stars = principal.members.map((member) =>
    isUnknown(member)
      ? member
      : member.type !== 'AWS'
        ? false
        : isUnknown(member.value)
          ? member.value
          : member.value === '*',
  )
  // Whoever `NotPrincipal` names is not refused.
  return principal.negated
    ? allOf(principal.members.map((member) => (isUnknown(member) ? member : false)))
    : anyOf(stars)
}

/** Met by every request without TLS, whatever else it holds. */
function isMetByHttp(condition: Condition, { variables }: Statement): Tri {
  return condition.key === TRANSPORT && holds(condition, ['false'], variables, () => null)
}
