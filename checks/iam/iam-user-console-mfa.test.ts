import { user } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamUserConsoleMfa } from './iam-user-console-mfa.ts'

table(iamUserConsoleMfa, [
  ['pass', 'password and MFA', user({ report: { passwordEnabled: true, mfaActive: true } })],
  ['fail', 'password, no MFA', user({ report: { passwordEnabled: true } })],
  ['not_applicable', 'no password', user()],
  ['unknown', 'whether MFA is on was not learnt', user({ report: { passwordEnabled: true, mfaActive: hidden() } })],
  ['unknown', 'the user is newer than the credential report', { ...user(), report: hidden() }],
])
