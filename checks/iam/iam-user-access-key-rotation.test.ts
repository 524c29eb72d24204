import { key, user } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamUserAccessKeyRotation } from './iam-user-access-key-rotation.ts'

const keys = (accessKey1: unknown, accessKey2: unknown = { ...key(500, 400), active: false }) =>
  user({ report: { accessKey1, accessKey2 } })

table(iamUserAccessKeyRotation, [
  ['pass', '89 days old; an older one is inactive', keys(key(89, 1))],
  ['pass', '100 days old, and a year is allowed', keys(key(100, 1)), { params: { keyMaxAgeDays: 365 } }],
  ['fail', '90 days old', keys(key(90, 1))],
  ['fail', 'the second is old', keys(key(1, 1), key(91, 1))],
  ['not_applicable', 'no active key', keys({ ...key(500, 400), active: false })],
  ['unknown', 'when it was made was not learnt', keys({ ...key(1, 1), lastRotated: hidden() })],
  ['unknown', 'the user is newer than the credential report', { ...user(), report: hidden() }],
])
