import { describe, expect, test } from 'vitest'
import { conditionsHold } from './conditions.ts'
import { decide, decideForPrincipal, parsePolicy } from './policy.ts'

const wish = (action: string, resource = '*', context: Record<string, readonly string[]> = {}) => ({
  action,
  resource,
  context: new Map(Object.entries(context)),
})
const read = (...statements: readonly object[]) => [parsePolicy(JSON.stringify({ Statement: statements }))]
const allow = (more: object) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...more })
const deny = (more: object) => ({ Effect: 'Deny', Action: '*', Resource: '*', ...more })

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
describe('what policies say', () => {
  test.each([
    ['nothing about other actions', read(allow({ Action: 's3:Get*' })), wish('ec2:DescribeVpcs'), 'silent'],
    ['yes, in any case of the action', read(allow({ Action: 'S3:getbucket?cl' })), wish('s3:GetBucketAcl'), 'allow'],
    ['no, when anything denies', read(allow({}), deny({ Action: 'ec2:*' })), wish('ec2:DescribeVpcs'), 'deny'],
    [
      'yes to all but NotAction',
      read(allow({ Action: undefined, NotAction: 'iam:*' })),
      wish('s3:ListBucket'),
      'allow',
    ],
    [
      'nothing about NotAction',
      read(allow({ Action: undefined, NotAction: 'iam:*' })),
      wish('iam:ListUsers'),
      'silent',
    ],
    [
      'yes on their resource',
      read(allow({ Resource: 'arn:aws:s3:::b*' })),
      wish('s3:x', 'arn:aws:s3:::bucket'),
      'allow',
    ],
    [
      'nothing on others, whose case differs',
      read(allow({ Resource: 'arn:aws:s3:::B' })),
      wish('s3:x', 'arn:aws:s3:::b'),
      'silent',
    ],
    ['nothing on a listing that has no resource', read(allow({ Resource: 'arn:aws:s3:::b' })), wish('s3:x'), 'silent'],
    ['nothing on NotResource', read(allow({ Resource: undefined, NotResource: 'b' })), wish('s3:x', 'b'), 'silent'],
  ] as const)('%s', (_, policies, asked, decision) => {
    expect(decide(policies, asked)).toBe(decision)
  })

  test('a single statement need not be in a list', () => {
    const policy = parsePolicy('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}')
    expect(decide([policy], wish('a:b'))).toBe('allow')
  })
})

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
describe('conditions', () => {
  const VARIABLE = ['$', 'k}'].join('{')
  const context = new Map<string, readonly string[]>([
    ['k', ['Value']],
    ['n', ['5']],
    ['ip', ['203.0.113.9']],
    ['arn', ['arn:aws:iam::111122223333:role/path/Name']],
    ['many', ['a', 'b']],
    ['t', ['2026-01-01T00:00:00Z']],
  ])
  test.each([
    ['StringEquals', { K: ['x', 'Value'] }, true],
    ['StringEquals', { k: ['value'] }, false],
    ['StringEqualsIgnoreCase', { k: ['value'] }, true],
    ['StringNotEquals', { k: ['Value'] }, false],
    ['StringNotEquals', { missing: ['x'] }, true],
    ['StringEquals', { missing: ['x'] }, false],
    ['StringEqualsIfExists', { missing: ['x'] }, true],
    ['StringLike', { k: ['V*e'] }, true],
    ['StringNotLike', { k: ['V*', 'x'] }, false],
    ['StringEquals', { k: [VARIABLE] }, true],
    ['ArnLike', { arn: ['arn:aws:iam::*:role/path/*'] }, true],
    ['ArnLike', { arn: ['arn:*:role/path/Name'] }, false],
    ['ArnNotLike', { arn: ['arn:aws:iam::444455556666:*'] }, true],
    ['NumericLessThanEquals', { n: ['5'] }, true],
    ['DateLessThan', { t: ['2025-12-31T00:00:00Z'] }, false],
    ['IpAddress', { ip: ['203.0.113.0/24'] }, true],
    ['NotIpAddress', { ip: ['203.0.113.9'] }, false],
    ['Bool', { missing: ['true'] }, false],
    ['Null', { missing: ['true'] }, true],
    ['Null', { k: ['true'] }, false],
    ['ForAllValues:StringEquals', { many: ['a', 'b', 'c'] }, true],
    ['ForAllValues:StringEquals', { many: ['a'] }, false],
    ['ForAllValues:StringEquals', { missing: ['a'] }, true],
    ['ForAnyValue:StringEquals', { many: ['b'] }, true],
    ['ForAnyValue:StringEquals', { missing: ['b'] }, false],
  ] as const)('%s %j is %s', (operator, keys, holds) => {
    expect(conditionsHold({ [operator]: keys }, context)).toBe(holds)
  })

  test('all operators and keys must hold', () => {
    expect(conditionsHold({ StringEquals: { k: ['Value'] }, Bool: { n: ['x'] } }, context)).toBe(false)
  })

  test('an unknown operator is an error, not a guess', () => {
    expect(() => conditionsHold({ StringResembles: { k: ['x'] } }, context)).toThrow('StringResembles')
  })
})

describe('who is meant', () => {
  const names = { account: '111122223333', arns: ['arn:aws:iam::111122223333:role/A'] }
  test.each([
    ['*', 'allow', false],
    [{ AWS: 'arn:aws:iam::111122223333:role/A' }, 'allow', false],
    [{ AWS: ['444455556666', '111122223333'] }, 'allow', true],
    [{ AWS: 'arn:aws:iam::111122223333:root' }, 'allow', true],
    [{ AWS: 'arn:aws:iam::111122223333:role/B' }, 'silent', true],
    [{ Service: 'ec2.amazonaws.com' }, 'silent', true],
  ])('%j', (Principal, decision, delegates) => {
    const [policy] = read({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' })
    expect(policy && decideForPrincipal(policy, wish('sts:AssumeRole', 'arn'), names)).toEqual({ decision, delegates })
  })

  test('everybody but those under NotPrincipal', () => {
    const [policy] = read(deny({ NotPrincipal: { AWS: '111122223333' } }))
    expect(policy && decideForPrincipal(policy, wish('a:b'), names).decision).toBe('silent')
    const others = { account: '444455556666', arns: [] }
    expect(policy && decideForPrincipal(policy, wish('a:b'), others).decision).toBe('deny')
  })
})
