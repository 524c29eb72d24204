import { policy } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamPolicyAdminWildcard } from './iam-policy-admin-wildcard.ts'

const ADMIN = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
const of = (kind: string, document: unknown, attachmentCount: unknown = 1) => ({
  kind,
  principal: kind === 'customer' ? null : 'arn:aws:iam::111122223333:role/deploy',
  attachmentCount,
  document,
})

table(iamPolicyAdminWildcard, [
  [
    'pass',
    'a customer policy reads one bucket',
    of('customer', policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' })),
  ],
  ['pass', 'everything is denied, not allowed', of('customer', policy({ Effect: 'Deny', Action: '*', Resource: '*' }))],
  ['pass', 'everything but IAM', of('inline', policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }))],
  ['fail', 'a customer policy', of('customer', ADMIN)],
  [
    'fail',
    'an inline policy, in a list and with the long form',
    of('inline', policy({ Effect: 'Allow', Action: ['s3:GetObject', '*:*'], Resource: ['*'] })),
  ],
  ['fail', 'AdministratorAccess is attached', of('aws_attachment', ADMIN)],
  ['not_applicable', 'nobody has the policy', of('customer', ADMIN, 0)],
  ['unknown', 'the document could not be read', of('customer', hidden())],
  ['unknown', 'whether anybody has it was not learnt', of('customer', ADMIN, hidden())],
])
