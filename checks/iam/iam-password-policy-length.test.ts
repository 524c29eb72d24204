import { awsDefault } from '#core/stored.ts'
import { account } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamPasswordPolicyLength } from './iam-password-policy-length.ts'

const asks = (minimumLength: unknown) =>
  account({ passwordPolicy: { present: true, minimumLength, reusePrevention: null } })

table(
  iamPasswordPolicyLength,
  [
    ['pass', '14 characters', asks(14)],
    ['pass', '8 characters, and 8 are enough', asks(8), { params: { minPasswordLength: 8 } }],
    ['fail', '13 characters', asks(13)],
    ['fail', 'a policy that says nothing of the length', asks(null)],
    [
      'fail',
      "no policy: AWS's own asks for 8",
      account({ passwordPolicy: awsDefault({ present: false, minimumLength: 8, reusePrevention: null }) }),
    ],
    ['unknown', 'the policy was denied', account({ passwordPolicy: hidden() })],
  ],
  { unreachable: { not_applicable: 'every account has a password policy, if only the default one' } },
)
