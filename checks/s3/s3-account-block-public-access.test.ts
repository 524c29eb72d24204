import { awsDefault } from '#core/stored.ts'
import { account, blocked } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { s3AccountBlockPublicAccess } from './s3-account-block-public-access.ts'

const flags = (s3PublicAccessBlock: unknown) => account({ s3PublicAccessBlock })

table(
  s3AccountBlockPublicAccess,
  [
    ['pass', 'all four are on', flags(blocked(true))],
    ['fail', 'one is off', flags(blocked(true, { blockPublicAcls: false }))],
    [
      'fail',
      'another is off, and a third was not learnt',
      flags(blocked(true, { restrictPublicBuckets: false, ignorePublicAcls: hidden() })),
    ],
    ['fail', 'nothing was ever configured', flags(awsDefault(blocked(false)))],
    ['unknown', 'one was not learnt', flags(blocked(true, { ignorePublicAcls: hidden() }))],
    ['unknown', 'denied', flags(hidden())],
  ],
  { unreachable: { not_applicable: 'every account has the setting' } },
)
