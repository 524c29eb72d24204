import { awsDefault } from '#core/stored.ts'
import { account } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamPasswordPolicyReuse } from './iam-password-policy-reuse.ts'

const remembers = (reusePrevention: unknown) =>
  account({ passwordPolicy: { present: true, minimumLength: 14, reusePrevention } })

table(
  iamPasswordPolicyReuse,
  [
    ['pass', '24 are remembered', remembers(24)],
    ['pass', '5 are remembered, and 5 are enough', remembers(5), { params: { passwordReuse: 5 } }],
    ['fail', '23 are remembered', remembers(23)],
    ['fail', 'none is remembered', remembers(null)],
    [
      'fail',
      'there is no policy',
      account({ passwordPolicy: awsDefault({ present: false, minimumLength: 8, reusePrevention: null }) }),
    ],
    ['unknown', 'the policy was denied', account({ passwordPolicy: hidden() })],
  ],
  { unreachable: { not_applicable: 'every account has a password policy, if only the default one' } },
)
