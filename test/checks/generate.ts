import * as fc from 'fast-check'
import { documentOf } from '#core/iam/arbitrary.ts'
import type { Schema } from '#core/schema.ts'
import { NOW } from './world.ts'

const statement = (Effect: string, Action: string, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Principal: '*', Action, Resource: ['arn:aws:s3:::a', 'arn:aws:s3:::a/*'], ...more }],
})
const IDENTITY_POLICIES = [
  statement('Allow', '*', { Resource: '*' }),
  statement('Allow', 's3:*'),
  statement('Deny', '*'),
]
const RESOURCE_POLICIES = [
  statement('Allow', 's3:GetObject'),
  statement('Allow', 's3:GetObject', { Principal: { AWS: '444455556666' } }),
  statement('Deny', 's3:*', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
]

/** Policy documents of every shape, beside the plain ones of the hints. */
const POLICIES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  document: documentOf('identity'),
  policy: fc.oneof(documentOf('bucket'), documentOf('transport')),
  trustPolicy: documentOf('role'),
}

/**
 * Values worth trying, by the last name of a field's path, where a random one would never meet what a rule looks for.
 * A few per name, shared between types, so that look-ups find something. One line per name, sorted.
 */
const HINTS: Readonly<Record<string, readonly unknown[]>> = {
  arn: ['arn:aws:iam::aws:policy/AWSSupportAccess', 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
  cidr: ['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/8', '2001:db8::/32'],
  cidrIpv4: [null, '0.0.0.0/0', '0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/8', '203.0.113.0/24'],
  cidrIpv6: [null, null, '::/0', '2000::/4', '3000::/4', '2001:db8::/32'],
  deliverLogsStatus: [null, 'SUCCESS', 'FAILED'],
  document: IDENTITY_POLICIES,
  fromPort: [null, 0, 0, 22, 445, 3389],
  grantee: ['AllUsers', 'AuthenticatedUsers', 'LogDelivery', '75aa57f0'],
  groupName: ['default', 'web'],
  policy: [null, ...RESOURCE_POLICIES],
  prefixListId: [null, 'a', 'b', 'c'],
  protocol: ['tcp', 'udp', 'icmp', '-1', '6', '17'],
  status: ['ACTIVE', 'other'],
  toPort: [null, 22, 445, 3389, 65535, 65535],
  trustPolicy: RESOURCE_POLICIES,
  userArn: [null, 'arn:aws:iam::111122223333:root', 'arn:aws:iam::111122223333:user/a'],
}

const DAY = 86_400_000
const INSTANTS = [-4000, -100, -91, -89, -46, -44, -1, 0, 30].map((days) =>
  new Date(NOW.getTime() + days * DAY).toISOString(),
)

/** Data as a source stores it, fully known, made from nothing but its schema and the hints. */
export function stored(schema: Schema<unknown>, name = ''): fc.Arbitrary<unknown> {
  switch (schema.shape.kind) {
    case 'leaf':
      return leaf(schema.shape.expects, schema.shape.accepts, name)
    case 'list':
      return fc.array(stored(schema.shape.item, name), { maxLength: 4 })
    case 'group':
      return fc.record(
        Object.fromEntries(Object.entries(schema.shape.fields).map(([field, inner]) => [field, stored(inner, field)])),
      )
    default:
      return schema.shape satisfies never
  }
}

function leaf(expects: string, accepts: (value: unknown) => boolean, name: string): fc.Arbitrary<unknown> {
  const hints = (HINTS[name] ?? []).filter((value) => accepts(value))
  const policy = expects.startsWith('an object') ? POLICIES[name] : undefined
  if (policy !== undefined) return fc.oneof(fc.constantFrom(...hints), policy)
  if (hints.length > 0) return fc.constantFrom(...hints)
  const [wanted, orNull] = expects.endsWith(', or null')
    ? [expects.slice(0, -', or null'.length), true]
    : [expects, false]
  const arbitrary = known(wanted)
  return orNull ? fc.option(arbitrary, { freq: 3 }) : arbitrary
}

function known(expects: string): fc.Arbitrary<unknown> {
  if (expects.startsWith('one of ')) return fc.constantFrom(...expects.slice('one of '.length).split(', '))
  switch (expects) {
    case 'text':
      return fc.constantFrom('a', 'b', 'c')
    case 'true or false':
      return fc.boolean()
    case 'a whole number':
      return fc.constantFrom(0, 1, 2, 13, 14, 23, 24)
    case 'an ISO 8601 instant':
      return fc.constantFrom(...INSTANTS)
    case 'an object':
      throw new Error('opaque JSON cannot be guessed: give it a hint in test/checks/generate.ts')
    default:
      throw new Error(`no generator for a leaf that expects ${expects}`)
  }
}
