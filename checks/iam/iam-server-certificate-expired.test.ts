import { daysAgo } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamServerCertificateExpired } from './iam-server-certificate-expired.ts'

const expires = (when: unknown) => ({ uploaded: daysAgo(400), expires: when })

table(
  iamServerCertificateExpired,
  [
    ['pass', 'expires tomorrow', expires(daysAgo(-1))],
    ['fail', 'expires now', expires(daysAgo(0))],
    ['fail', 'expired last month', expires(daysAgo(30))],
    ['unknown', 'when it expires was not learnt', expires(hidden())],
  ],
  { unreachable: { not_applicable: 'every certificate expires' } },
)
