import { groupWith, rule } from '#test/checks/rules.ts'
import { table } from '#test/checks/table.ts'
import { hidden, partial } from '#test/checks/world.ts'
import { ec2DefaultSgClosed } from './ec2-default-sg-closed.ts'

const fromItself = rule({ groupId: 'sg-1' })

table(ec2DefaultSgClosed, [
  ['pass', 'no rules either way', { ...groupWith([], 'default'), egress: [] }],
  ['fail', 'as AWS makes it', groupWith([fromItself], 'default')],
  ['fail', 'only the outbound rule left', groupWith([], 'default')],
  ['fail', 'inbound seen, outbound not', { ...groupWith([fromItself], 'default'), egress: hidden() }],
  ['unknown', 'outbound not seen', { ...groupWith([], 'default'), egress: hidden() }],
  ['unknown', 'none seen of a list that was cut', { ...groupWith(partial(), 'default'), egress: [] }],
  ['unknown', 'a group without its name', { ...groupWith([fromItself]), groupName: hidden() }],
  ['not_applicable', 'any other group', groupWith([fromItself], 'web')],
])
