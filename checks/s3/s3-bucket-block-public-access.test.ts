import { awsDefault } from '#core/stored.ts'
import { account, blocked, bucket } from '#test/checks/samples.ts'
import { table, type Around } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { s3BucketBlockPublicAccess } from './s3-bucket-block-public-access.ts'

const flags = (publicAccessBlock: unknown) => bucket({ publicAccessBlock })
const inAccount = (s3PublicAccessBlock: unknown, accountBlockCounts = true): Around => ({
  account: account({ s3PublicAccessBlock }),
  params: { accountBlockCounts },
})

table(
  s3BucketBlockPublicAccess,
  [
    ['pass', 'all four are on', flags(blocked(true))],
    ['pass', 'off, but on in the account, which counts', flags(blocked(false)), inAccount(blocked(true))],
    [
      'pass',
      'two on here, two in the account, which counts',
      flags(blocked(true, { blockPublicAcls: false, ignorePublicAcls: false })),
      inAccount(blocked(false, { blockPublicAcls: true, ignorePublicAcls: true })),
    ],
    ['pass', "all four are on, and the account's are unknown", flags(blocked(true)), inAccount(hidden())],
    ['fail', 'one is off', flags(blocked(true, { ignorePublicAcls: false }))],
    [
      'fail',
      'off, and on in the account, which does not count',
      flags(blocked(false)),
      inAccount(blocked(true), false),
    ],
    ['fail', "off, and the account's are unknown but do not count", flags(blocked(false)), inAccount(hidden(), false)],
    ['fail', 'nothing was ever configured', flags(awsDefault(blocked(false)))],
    ['unknown', 'denied', flags(hidden())],
    ['unknown', "off, and the account's, which count, are unknown", flags(blocked(false)), inAccount(hidden())],
  ],
  { unreachable: { not_applicable: 'every bucket has the setting' } },
)
