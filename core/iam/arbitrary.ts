import * as fc from 'fast-check'
import { conditions, GITHUB, ONE, oneOrMore, TWO } from './arbitrary-conditions.ts'
import type { PolicyDocument } from './document.ts'

// Policies of every shape, for tests of the laws: of one bucket, against plain HTTP on it, of roles, keys and identities.
// They are made from few values, so that these meet.

export const BUCKET = 'arn:aws:s3:::b'
const CANONICAL = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be'

type Statement = Readonly<Record<string, unknown>>
const rarely = fc.nat(3).map((n) => n === 0)

const everybody = fc.constantFrom<unknown>('*', '*', { AWS: '*' })
const somebody = fc.constantFrom<unknown>(
  { AWS: [`arn:aws:iam::${ONE}:root`, TWO] },
  { AWS: `arn:aws:iam::${ONE}:role/A` },
  { AWS: [`arn:aws:iam::${ONE}:role/A`, '*'] },
  { AWS: 'AROAEXAMPLEID1234567' },
  { Service: 'sns.amazonaws.com' },
  { Service: ['s3.amazonaws.com'], AWS: ['*'] },
  { CanonicalUser: CANONICAL },
  { CanonicalUser: [CANONICAL], AWS: '*' },
  { Federated: `arn:aws:iam::${ONE}:oidc-provider/${GITHUB}` },
  { Federated: [`arn:aws:iam::${ONE}:saml-provider/okta`, 'cognito-identity.amazonaws.com'] },
  { Federated: '*' },
)

interface Kind {
  readonly actions: fc.Arbitrary<string>
  readonly resources: fc.Arbitrary<string> | null
  readonly principals: fc.Arbitrary<unknown> | null
}

const statementOf = ({ actions, resources, principals }: Kind): fc.Arbitrary<Statement> =>
  fc
    .record({
      sid: fc.option(fc.constant('s')),
      effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
      principal: principals ?? fc.constant(undefined),
      notPrincipal: rarely,
      action: oneOrMore(actions),
      notAction: rarely,
      resource: resources === null ? fc.constant(undefined) : oneOrMore(resources),
      notResource: rarely,
      conditions: fc.oneof(fc.constant({}), conditions),
    })
    .map(({ sid, effect, principal, notPrincipal, action, notAction, resource, notResource, conditions }) => ({
      ...(sid === null ? {} : { Sid: sid }),
      Effect: effect,
      ...(principal === undefined ? {} : { [notPrincipal ? 'NotPrincipal' : 'Principal']: principal }),
      [notAction ? 'NotAction' : 'Action']: action,
      ...(resource === undefined ? {} : { [notResource ? 'NotResource' : 'Resource']: resource }),
      ...(Object.keys(conditions).length > 0 ? { Condition: conditions } : {}),
    }))

const anybody = fc.oneof({ weight: 5, arbitrary: everybody }, { weight: 3, arbitrary: somebody })
const onBucket = statementOf({
  actions: fc.constantFrom('s3:GetObject', 's3:*', 's3:Get*', '*', 's3:PutObject', 'S3:GetObjec?', 's3:ListBucket'),
  resources: fc.constantFrom(
    `${BUCKET}/*`,
    BUCKET,
    `${BUCKET}/private/*`,
    '*',
    `${BUCKET}/\${aws:username}/*`,
    `${BUCKET}*`,
    `${BUCKET}/*.txt`,
  ),
  principals: anybody,
})
const onRole = statementOf({
  actions: fc.constantFrom('sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:*', 'sts:TagSession', '*'),
  resources: null,
  principals: anybody,
})
const onKey = statementOf({
  actions: fc.constantFrom('kms:*', 'kms:Decrypt', 'kms:De*', '*'),
  resources: fc.constant('*'),
  principals: anybody,
})
const identity = statementOf({
  actions: fc.constantFrom('*', '*', '*:*', 'iam:*', 's3:*', 'iam:Get*', 'i*'),
  resources: fc.constantFrom('*', '*', 'arn:*', `${BUCKET}/*`, 'arn:aws:iam::*:role/*'),
  principals: null,
})
const overHttp = fc
  .record({
    effect: fc.constantFrom('Deny', 'Deny', 'Deny', 'Allow'),
    principal: fc.constantFrom<unknown>('*', '*', { AWS: ['*', ONE] }, { AWS: ONE }),
    notPrincipal: rarely,
    action: oneOrMore(fc.constantFrom('s3:*', 's3:*', '*', 's3:Get*')),
    resource: fc.constantFrom<unknown>([BUCKET, `${BUCKET}/*`], '*', `${BUCKET}*`, `${BUCKET}/*`, BUCKET),
    operator: fc.constantFrom('Bool', 'Bool', 'BoolIfExists', 'StringEquals'),
    values: fc.constantFrom<unknown>('false', 'false', false, ['false', 'true'], 'true'),
    more: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: conditions }),
  })
  .map(({ effect, principal, notPrincipal, action, resource, operator, values, more }): Statement => ({
    Effect: effect,
    [notPrincipal ? 'NotPrincipal' : 'Principal']: principal,
    Action: action,
    Resource: resource,
    Condition: { ...more, [operator]: { 'aws:SecureTransport': values } },
  }))

/** A fully known document. */
export interface Known extends PolicyDocument {
  readonly Statement: Statement | readonly Statement[]
}
const KINDS = { bucket: onBucket, transport: overHttp, role: onRole, key: onKey, identity }
export type PolicyKind = keyof typeof KINDS

/** A policy of a kind, fully known. */
export const documentOf = (kind: PolicyKind): fc.Arbitrary<Known> =>
  fc
    .record({
      version: fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17', undefined),
      statements: fc.oneof(
        { weight: 6, arbitrary: fc.array(KINDS[kind], { minLength: 1, maxLength: 4 }) },
        { weight: 1, arbitrary: KINDS[kind] },
      ),
    })
    .map(({ version, statements }) => {
      const document = { ...(version === undefined ? {} : { Version: version }), Statement: statements }
      // The mark of an opaque value is in the type only.
      return document as Known
    })

/** Every kind, those more often that more is asked about. */
const anyKind = fc.constantFrom<PolicyKind[]>(
  'bucket',
  'bucket',
  'bucket',
  'transport',
  'transport',
  'role',
  'role',
  'key',
  'identity',
)
/** A policy, fully known, and what it is about. */
export const policies = anyKind.chain((kind) => fc.record({ kind: fc.constant(kind), document: documentOf(kind) }))
/** The same with one statement more of its kind. */
export const extensions = anyKind.chain((kind) =>
  fc.record({ kind: fc.constant(kind), document: documentOf(kind), extra: KINDS[kind] }),
)
