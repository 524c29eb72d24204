import { bucket, policy } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { s3BucketDenyHttp } from './s3-bucket-deny-http.ts'

const deny = (changes: object = {}) => ({
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: ['arn:aws:s3:::r-1', 'arn:aws:s3:::r-1/*'],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  ...changes,
})
const withPolicy = (...statements: readonly object[]) => bucket({ policy: policy(...statements) })

table(
  s3BucketDenyHttp,
  [
    ['pass', 'denied to all, on bucket and objects', withPolicy(deny())],
    [
      'pass',
      'in two statements',
      withPolicy(deny({ Resource: 'arn:aws:s3:::r-1' }), deny({ Resource: 'arn:aws:s3:::r-1/*' })),
    ],
    [
      'pass',
      'with a boolean, an AWS principal and everything denied',
      withPolicy(deny({ Principal: { AWS: '*' }, Action: '*', Condition: { Bool: { 'aws:SecureTransport': false } } })),
    ],
    ['fail', 'no policy', bucket()],
    ['fail', 'only on the objects', withPolicy(deny({ Resource: 'arn:aws:s3:::r-1/*' }))],
    ['fail', 'only for one account', withPolicy(deny({ Principal: { AWS: '444455556666' } }))],
    ['fail', 'only for reading', withPolicy(deny({ Action: 's3:GetObject' }))],
    [
      'fail',
      'only from one network',
      withPolicy(
        deny({
          Condition: { Bool: { 'aws:SecureTransport': 'false' }, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
        }),
      ),
    ],
    ['fail', 'the other way round', withPolicy(deny({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } }))],
    [
      'fail',
      'TLS is allowed, which denies nothing',
      withPolicy(deny({ Effect: 'Allow', Condition: { Bool: { 'aws:SecureTransport': 'true' } } })),
    ],
    ['unknown', 'the policy was denied', bucket({ policy: hidden() })],
  ],
  { unreachable: { not_applicable: 'every bucket answers on HTTP' } },
)
