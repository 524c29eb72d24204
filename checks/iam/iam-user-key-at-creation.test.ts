import { daysAgo, key, user } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamUserKeyAtCreation } from './iam-user-key-at-creation.ts'

const withPassword = (report: object) => user({ created: daysAgo(30), report: { passwordEnabled: true, ...report } })
const minutesAfter = (minutes: number) => ({
  ...key(30, null),
  lastRotated: new Date(Date.parse(daysAgo(30)) + minutes * 60_000).toISOString(),
})

table(iamUserKeyAtCreation, [
  ['pass', 'no key', withPassword({})],
  ['pass', 'a key made with the user, in use', withPassword({ accessKey1: key(30, 1) })],
  ['pass', 'a key made a day later, never used', withPassword({ accessKey1: key(29, null) })],
  [
    'pass',
    'a key made with the user, never used, inactive',
    withPassword({ accessKey1: { ...key(30, null), active: false } }),
  ],
  ['pass', 'made 6 minutes after the user', withPassword({ accessKey1: minutesAfter(6) })],
  ['fail', 'made 5 minutes after the user, never used', withPassword({ accessKey1: minutesAfter(5) })],
  ['fail', 'the second key is the one', withPassword({ accessKey1: key(1, 1), accessKey2: key(30, null) })],
  [
    'fail',
    'made an hour after the user, and an hour counts',
    withPassword({ accessKey1: minutesAfter(60) }),
    { params: { minutes: 60 } },
  ],
  ['not_applicable', 'no password', user({ created: daysAgo(30), report: { accessKey1: key(30, null) } })],
  [
    'unknown',
    'whether the key was used was not learnt',
    withPassword({ accessKey1: { ...key(30, null), lastUsed: hidden() } }),
  ],
])
