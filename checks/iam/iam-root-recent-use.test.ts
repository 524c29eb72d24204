import { account, daysAgo } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamRootRecentUse } from './iam-root-recent-use.ts'

const used = (times: object) =>
  account({
    rootUse: {
      observedAt: daysAgo(0),
      passwordLastUsed: null,
      accessKey1LastUsed: null,
      accessKey2LastUsed: null,
      ...times,
    },
  })

table(
  iamRootRecentUse,
  [
    ['pass', 'AWS knows of no use', used({})],
    ['pass', 'last used exactly 90 days ago', used({ passwordLastUsed: daysAgo(90) })],
    ['fail', 'signed in 89 days ago', used({ passwordLastUsed: daysAgo(89) })],
    ['fail', 'the first key was used today', used({ accessKey1LastUsed: daysAgo(0) })],
    [
      'fail',
      'the second key was used, and when root signed in was not learnt',
      used({ accessKey2LastUsed: daysAgo(1), passwordLastUsed: hidden() }),
    ],
    [
      'fail',
      'signed in 100 days ago, and the limit is a year',
      used({ passwordLastUsed: daysAgo(100) }),
      { params: { rootUseDays: 365 } },
    ],
    ['unknown', 'when root signed in was not learnt', used({ passwordLastUsed: hidden() })],
    ['unknown', 'there is no credential report', account({ rootUse: hidden() })],
  ],
  { unreachable: { not_applicable: 'every account has a root user' } },
)
