import { account } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamRootAccessKey } from './iam-root-access-key.ts'

table(
  iamRootAccessKey,
  [
    ['pass', 'there is none', account()],
    ['fail', 'there is one', account({ rootAccessKeysPresent: 1 })],
    ['unknown', 'the account summary was denied', account({ rootAccessKeysPresent: hidden() })],
  ],
  { unreachable: { not_applicable: 'every account has a root user' } },
)
