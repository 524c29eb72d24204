import { user } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden, partial } from '#test/checks/world.ts'
import { iamUserDirectPolicies } from './iam-user-direct-policies.ts'

const READ_ONLY = { arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess', name: 'ReadOnlyAccess' }

table(
  iamUserDirectPolicies,
  [
    ['pass', 'permissions come from groups', user({ groups: ['developers'] })],
    ['fail', 'a managed policy is attached', user({ attachedPolicies: [READ_ONLY] })],
    ['fail', 'a policy is inline', user({ inlinePolicies: ['temporary'] })],
    [
      'fail',
      'one is inline, and what is attached was not learnt',
      user({ inlinePolicies: ['temporary'], attachedPolicies: hidden() }),
    ],
    ['fail', 'a list broke off after its first policy', user({ attachedPolicies: partial(READ_ONLY) })],
    ['unknown', 'what is attached was not learnt', user({ attachedPolicies: hidden() })],
  ],
  { unreachable: { not_applicable: 'every user may have policies' } },
)
