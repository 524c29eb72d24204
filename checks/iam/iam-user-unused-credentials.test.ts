import { daysAgo, key, user } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamUserUnusedCredentials } from './iam-user-unused-credentials.ts'

const password = (usedDaysAgo: number | null, changedDaysAgo: number) => ({
  passwordEnabled: true,
  passwordLastUsed: usedDaysAgo === null ? null : daysAgo(usedDaysAgo),
  passwordLastChanged: daysAgo(changedDaysAgo),
})

table(iamUserUnusedCredentials, [
  ['pass', 'the password was used 44 days ago', user({ report: password(44, 400) })],
  ['pass', 'the password is new and not used yet', user({ report: password(null, 44) })],
  ['pass', 'the key is old and in use', user({ report: { accessKey1: key(400, 3) } })],
  [
    'pass',
    'an inactive key was never used',
    user({ report: { ...password(1, 400), accessKey1: { ...key(400, null), active: false } } }),
  ],
  [
    'pass',
    'the key was used 60 days ago, and 90 are allowed',
    user({ report: { accessKey1: key(400, 60) } }),
    { params: { unusedCredentialDays: 90 } },
  ],
  ['fail', 'the password was used 45 days ago', user({ report: password(45, 400) })],
  ['fail', 'the password was never used, and set 45 days ago', user({ report: password(null, 45) })],
  ['fail', 'the first key was never used', user({ report: { accessKey1: key(45, null) } })],
  [
    'fail',
    'the second key is idle, the first in use',
    user({ report: { accessKey1: key(100, 1), accessKey2: key(100, 99) } }),
  ],
  [
    'fail',
    'a key is idle, and of the password nothing was learnt',
    user({ report: { passwordEnabled: hidden(), accessKey1: key(100, 99) } }),
  ],
  [
    'not_applicable',
    'neither password nor active key',
    user({ report: { accessKey1: { ...key(100, 99), active: false } } }),
  ],
  [
    'unknown',
    'when the password was used was not learnt',
    user({ report: { ...password(1, 400), passwordLastUsed: hidden() } }),
  ],
  ['unknown', 'the user is newer than the credential report', { ...user(), report: hidden() }],
])
