import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Field } from '../field.ts'
import { Truth } from '../truth.ts'
import { isAdmin } from './admin.ts'
import { parsePolicy, type PolicyDocument } from './document.ts'
import { deniesInsecureTransport } from './insecure-transport.ts'
import { isPublic } from './is-public.ts'
import { whoCan } from './who-can.ts'

const MASK = { $unknown: [{ kind: 'not_collected' }] }
const BUCKET = 'arn:aws:s3:::b'
const GITHUB = 'token.actions.githubusercontent.com'

const oneOrMore = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 2 }))
const tests = (keys: Readonly<Record<string, readonly string[]>>) =>
  fc
    .constantFrom(...Object.keys(keys))
    .chain((key) => oneOrMore(fc.constantFrom(...(keys[key] ?? []))).map((values) => ({ [key]: values })))
const quantified = (...operators: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom('', '', 'ForAnyValue:', 'ForAllValues:'),
      fc.constantFrom(...operators),
      fc.constantFrom('', '', 'IfExists'),
    )
    .map((parts) => parts.join(''))
const condition = fc.oneof(
  fc.tuple(
    quantified('StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'),
    tests({
      'aws:PrincipalOrgID': ['o-1', 'o-2', 'o-*', '${aws:ResourceOrgID}'],
      'aws:PrincipalAccount': ['111111111111', '222222222222', '*', '1*'],
      'aws:SourceVpce': ['vpce-1', 'vpce-*'],
      'aws:PrincipalOrgPaths': ['o-1/*', '*/r-1/*'],
      'aws:Referer': ['https://example.com/*', 'secret'],
      'aws:SourceAccount': ['111111111111', '*'],
      'aws:username': ['alice', '*'],
      [`${GITHUB}:sub`]: ['repo:o/r:ref:refs/heads/main', 'repo:o/*', 'repo:o*'],
      [`${GITHUB}:aud`]: ['sts.amazonaws.com'],
    }),
  ),
  fc.tuple(
    quantified('ArnLike', 'ArnEquals', 'ArnNotLike'),
    tests({
      'aws:PrincipalArn': [
        'arn:aws:iam::*:role/A',
        'arn:aws:iam::111111111111:role/*',
        'arn:aws:iam::111111111111:role/A',
      ],
      'aws:SourceArn': ['arn:aws:sns:*:*:*', 'arn:aws:sns:eu-west-1:111111111111:t', 'arn:aws:s3:::b'],
    }),
  ),
  fc.tuple(
    fc.constantFrom('IpAddress', 'NotIpAddress', 'NotIpAddressIfExists'),
    tests({ 'aws:SourceIp': ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '203.0.113.0/24', '10.0.0.0/8', '::/0'] }),
  ),
  fc.tuple(
    fc.constantFrom('Bool', 'BoolIfExists'),
    tests({ 'aws:SecureTransport': ['true', 'false'], 'aws:PrincipalIsAWSService': ['true', 'false'] }),
  ),
  fc.tuple(
    fc.constant('Null'),
    tests({ 'aws:PrincipalOrgID': ['true', 'false'], 'aws:SourceVpce': ['true', 'false'] }),
  ),
  fc.tuple(fc.constant('StringFoo'), tests({ 'aws:Referer': ['x'] })),
)
const principal = fc.oneof(
  { weight: 3, arbitrary: fc.constant<unknown>('*') },
  { weight: 2, arbitrary: fc.constant<unknown>({ AWS: '*' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      { AWS: ['arn:aws:iam::111111111111:root', '222222222222'] },
      { AWS: 'arn:aws:iam::111111111111:role/A' },
      { Service: 'sns.amazonaws.com' },
      { Service: ['s3.amazonaws.com'], AWS: ['*'] },
      { Federated: `arn:aws:iam::111111111111:oidc-provider/${GITHUB}` },
      { Federated: 'cognito-identity.amazonaws.com' },
    ),
  },
)
const statement: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .record({
    effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    principal,
    notPrincipal: fc.nat(5).map((n) => n === 0),
    action: oneOrMore(fc.constantFrom('s3:GetObject', 's3:*', 's3:Get*', '*', 's3:PutObject')),
    notAction: fc.nat(5).map((n) => n === 0),
    resource: oneOrMore(
      fc.constantFrom(`${BUCKET}/*`, BUCKET, `${BUCKET}/private/*`, '*', `${BUCKET}/\${aws:username}/*`, `${BUCKET}*`),
    ),
    notResource: fc.nat(5).map((n) => n === 0),
    conditions: fc.oneof(fc.constant([]), fc.array(condition, { maxLength: 2 })),
  })
  .map(({ effect, principal, notPrincipal, action, notAction, resource, notResource, conditions }) => ({
    Effect: effect,
    [notPrincipal ? 'NotPrincipal' : 'Principal']: principal,
    [notAction ? 'NotAction' : 'Action']: action,
    [notResource ? 'NotResource' : 'Resource']: resource,
    ...(conditions.length > 0 ? { Condition: Object.fromEntries(conditions) } : {}),
  }))
const trust = statement.map((bucket) => ({
  Effect: bucket['Effect'],
  Principal: bucket['Principal'] ?? bucket['NotPrincipal'],
  ...(bucket['Condition'] === undefined ? {} : { Condition: bucket['Condition'] }),
  Action: ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity'],
}))
const documentOf = (statements: typeof statement) =>
  fc.record({
    Version: fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17'),
    Statement: fc.array(statements, { minLength: 1, maxLength: 4 }),
  })
/** A bucket policy or a trust policy, and one statement more of its kind. */
const document = fc.oneof(documentOf(statement), documentOf(trust))
const extended = fc.oneof(fc.tuple(documentOf(statement), statement), fc.tuple(documentOf(trust), trust))

const questions = {
  public: (policy: Field<PolicyDocument>) => isPublic(policy),
  publicBucket: (policy: Field<PolicyDocument>) => isPublic(policy, { resource: BUCKET, actions: ['s3:Get*'] }),
  admin: (policy: Field<PolicyDocument>) => isAdmin(policy),
  denies: (policy: Field<PolicyDocument>) => deniesInsecureTransport(policy, BUCKET),
}
function answers(document: unknown): Readonly<Record<keyof typeof questions, boolean | 'unknown'>> {
  // Masked and odd documents are what is tested.
  const policy = new Field({ value: document as PolicyDocument, basis: 'observed' }, 'policy')
  const state = (question: (policy: Field<PolicyDocument>) => Truth) => Truth.read(question(policy)).state
  return {
    public: state(questions.public),
    publicBucket: state(questions.publicBucket),
    admin: state(questions.admin),
    denies: state(questions.denies),
  }
}

/**
 * Puts an unknown in the place of parts, wherever the dice say so. Resources with variables are left as they are: one
 * that is not known is read as naming what the policy hangs on (the corpus has the case), and only those with variables
 * can name nothing, where nobody holds the variable.
 */
function hide(value: unknown, dice: () => boolean): unknown {
  if (dice()) return MASK
  if (Array.isArray(value)) return value.map((member) => hide(member, dice))
  if (typeof value !== 'object' || value === null) return value
  const mayHide = !JSON.stringify('Resource' in value ? value.Resource : '').includes('${')
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name !== 'Resource' || mayHide ? hide(member, dice) : member]),
  )
}

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1500)

describe('the laws of core/iam', () => {
  it('hiding any part of a policy leaves an answer or makes it unknown', () => {
    fc.assert(
      fc.property(document, fc.infiniteStream(fc.nat(11)), (document, stream) => {
        const before = answers(document)
        const hidden = hide(document, () => stream.next().value === 0)
        const after = answers(hidden)
        for (const name of ['public', 'publicBucket', 'admin', 'denies'] as const) {
          expect(['unknown', before[name]], `${name} ${JSON.stringify(hidden)}`).toContain(after[name])
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('one more Deny never makes a policy more public, nor one Allow less', () => {
    fc.assert(
      fc.property(extended, ([document, extra]) => {
        const { public: before } = answers(document)
        const { public: after } = answers({ ...document, Statement: [...document.Statement, extra] })
        if (extra['Effect'] === 'Deny' && before === false) expect(after).toBe(false)
        if (extra['Effect'] === 'Allow' && before === true) expect(after).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  it('the order of statements and of values does not matter', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned).reverse()
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .map(([name, member]) => [name, turned(member)] as const)
          .reverse(),
      )
    }
    fc.assert(
      fc.property(document, (document) => {
        expect(answers(turned(document))).toEqual(answers(document))
      }),
      { numRuns: RUNS },
    )
  })

  it('whoCan names a stranger from anywhere exactly when the policy is public', () => {
    const strangers = new Set([
      'anonymous',
      'any_principal',
      'any_organization',
      'any_source',
      'any_identity',
      'application_users',
    ])
    fc.assert(
      fc.property(document, (document) => {
        // The generator makes documents.
        const { grants, isPublic } = whoCan(document as PolicyDocument)
        const isOpen = grants.some(({ who, from }) => strangers.has(who.kind) && from === null)
        expect(isOpen).toBe(isPublic === true)
        const { public: asked } = answers(document)
        expect(typeof isPublic === 'boolean' ? isPublic : 'unknown').toBe(asked)
      }),
      { numRuns: RUNS / 3 },
    )
  })

  it('nothing throws, whatever the document is', () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          Version: fc.jsonValue(),
          Statement: fc.array(
            fc.dictionary(
              fc.constantFrom(
                'Effect',
                'Principal',
                'NotPrincipal',
                'Action',
                'NotResource',
                'Resource',
                'Condition',
                'Foo',
              ),
              fc.oneof(
                fc.jsonValue(),
                fc.constantFrom('Allow', '*', { StringEquals: { 'aws:x': '${' } }, { Bool: { y: 1 } }),
              ),
            ),
          ),
        },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          odd,
          fc.string(),
          odd.map((value) => JSON.stringify(value)),
          odd.map((value) => encodeURIComponent(JSON.stringify(value))),
        ),
        (source) => {
          const parsed = parsePolicy(source)
          if (parsed.ok) {
            answers(parsed.document)
            whoCan(parsed.document)
          }
        },
      ),
      { numRuns: RUNS },
    )
  })
})
