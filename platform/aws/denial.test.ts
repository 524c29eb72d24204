import { describe, expect, test } from 'vitest'
import type { DeniedBy } from '#core/reason.ts'
import { parseDenial, withoutEncodedPart } from './denial.ts'

const WHO = 'User: arn:aws:iam::777788889999:user/JohnDoe is not authorized to perform: codecommit:ListRepositories'

// The sentences are those of the IAM User Guide, "Troubleshoot access denied error messages".
describe('which policy refused', () => {
  test.each<[string, DeniedBy, boolean]>([
    [
      'because no service control policy allows the codecommit:ListRepositories action',
      'service_control_policy',
      false,
    ],
    ['with an explicit deny in a service control policy', 'service_control_policy', true],
    [
      'because no resource control policy allows the codecommit:ListRepositories action',
      'resource_control_policy',
      false,
    ],
    ['with an explicit deny in a resource control policy', 'resource_control_policy', true],
    ['because no VPC endpoint policy allows the codecommit:ListRepositories action', 'endpoint_policy', false],
    ['with an explicit deny in a VPC endpoint policy', 'endpoint_policy', true],
    ['because no permissions boundary allows the codecommit:ListRepositories action', 'permissions_boundary', false],
    ['with an explicit deny in a permissions boundary', 'permissions_boundary', true],
    ['because no session policy allows the codecommit:ListRepositories action', 'session_policy', false],
    ['with an explicit deny in a session policy', 'session_policy', true],
    ['because no resource-based policy allows the codecommit:ListRepositories action', 'resource_policy', false],
    ['with an explicit deny in a resource-based policy', 'resource_policy', true],
    ['because no role trust policy allows the sts:AssumeRole action', 'resource_policy', false],
    ['with an explicit deny in the role trust policy', 'resource_policy', true],
    ['because no identity-based policy allows the codecommit:ListRepositories action', 'identity_policy', false],
    ['with an explicit deny in an identity-based policy', 'identity_policy', true],
    [
      'with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/Deny',
      'identity_policy',
      true,
    ],
    ['with an explicit deny', 'unnamed', true],
    ['', 'unnamed', false],
  ])('“%s”', (words, by, explicit) => {
    expect(parseDenial(`${WHO} ${words}`)).toEqual({
      action: 'codecommit:ListRepositories',
      resource: null,
      by,
      explicit,
    })
  })
})

test('the resource, with and without quotes', () => {
  const said = (resource: string) =>
    parseDenial(
      `User: x is not authorized to perform: s3:GetBucketPolicy on resource: ${resource} because no identity-based policy allows the s3:GetBucketPolicy action`,
    )
  expect(said('"arn:aws:s3:::b"').resource).toBe('arn:aws:s3:::b')
  expect(said('arn:aws:s3:::b').resource).toBe('arn:aws:s3:::b')
  expect(said('arn:aws:s3:::b').by).toBe('identity_policy')
})

test('a resource named like a policy does not name the policy that refused', () => {
  const message = `User: x is not authorized to perform: iam:GetPolicy on resource: policy arn:aws:iam::1:policy/service-control-policy with an explicit deny in an identity-based policy`
  expect(parseDenial(message)).toMatchObject({ by: 'identity_policy', explicit: true })
})

test('a bare denial says nothing', () => {
  expect(parseDenial('Access Denied')).toEqual({ action: null, resource: null, by: 'unnamed', explicit: false })
})

test('EC2 hides it in an encoded message, which is left out', () => {
  const message =
    'You are not authorized to perform this operation. Encoded authorization failure message: 8zQ_r-x9aAAB'
  expect(parseDenial(message)).toEqual({ action: null, resource: null, by: 'unnamed', explicit: false })
  expect(withoutEncodedPart(message)).toBe('You are not authorized to perform this operation.')
})

test('EC2 today says it before the encoded message', () => {
  const message =
    'You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: ec2:DescribeVpcs with an explicit deny in a service control policy. Encoded authorization failure message: 8zQ_r'
  expect(parseDenial(message)).toEqual({
    action: 'ec2:DescribeVpcs',
    resource: null,
    by: 'service_control_policy',
    explicit: true,
  })
})
