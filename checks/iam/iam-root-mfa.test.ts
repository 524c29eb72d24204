import { account } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamRootMfa } from './iam-root-mfa.ts'

const without = (credentials: object) => account({ rootMfaEnabled: false, rootPasswordPresent: 0, ...credentials })

table(
  iamRootMfa,
  [
    ['pass', 'MFA is on', account()],
    ['pass', 'the organization removed the root credentials, so AWS reports no MFA', without({})],
    ['fail', 'there is a password and no MFA', account({ rootMfaEnabled: false })],
    ['fail', 'there is no password, but a key', without({ rootAccessKeysPresent: 1 })],
    ['fail', 'there is no password, but a signing certificate', without({ rootSigningCertificatesPresent: 1 })],
    [
      'fail',
      'whether there is a key was not learnt, but there is a password',
      account({ rootMfaEnabled: false, rootAccessKeysPresent: hidden() }),
    ],
    ['unknown', 'no MFA, and whether there is a password was not learnt', without({ rootPasswordPresent: hidden() })],
    ['unknown', 'whether MFA is on was not learnt', account({ rootMfaEnabled: hidden() })],
  ],
  { unreachable: { not_applicable: 'every account has a root user' } },
)
