import { expect, test } from 'vitest'
import { expectedTrustPolicy, principalOf } from './trust-policy.ts'

test('a session is trusted by its role', () => {
  expect(principalOf('arn:aws:sts::999999999999:assumed-role/vedette-worker/pod')).toBe(
    'arn:aws:iam::999999999999:role/vedette-worker',
  )
  expect(principalOf('arn:aws-cn:sts::999999999999:assumed-role/w/i-0a/b')).toBe('arn:aws-cn:iam::999999999999:role/w')
})

test.each(['arn:aws:iam::999999999999:role/path/vedette-worker', 'arn:aws:iam::999999999999:user/ann'])(
  '%s stands for itself',
  (arn) => expect(principalOf(arn)).toBe(arn),
)

test('the document that people paste', () => {
  const callerArn = 'arn:aws:sts::999999999999:assumed-role/vedette-worker/pod'
  expect(expectedTrustPolicy({ callerArn, externalId: 'e-1' })).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::999999999999:role/vedette-worker' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: { StringEquals: { 'sts:ExternalId': 'e-1' } },
      },
    ],
  })
})
