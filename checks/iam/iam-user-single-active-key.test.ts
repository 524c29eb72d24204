import { key, user } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { iamUserSingleActiveKey } from './iam-user-single-active-key.ts'

const keys = (accessKey1: unknown, accessKey2: unknown) => user({ report: { accessKey1, accessKey2 } })

table(
  iamUserSingleActiveKey,
  [
    ['pass', 'no key', user()],
    ['pass', 'one active, one inactive', keys(key(10, 1), { ...key(100, 50), active: false })],
    ['pass', 'one inactive, of the other nothing was learnt', keys({ ...key(100, 50), active: false }, hidden())],
    ['fail', 'both active', keys(key(10, 1), key(100, 50))],
    ['unknown', 'one active, of the other nothing was learnt', keys(key(10, 1), hidden())],
  ],
  { unreachable: { not_applicable: 'a user without keys is as it should be' } },
)
