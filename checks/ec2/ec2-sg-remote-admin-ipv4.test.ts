import { PrefixList } from '#resources/ec2/prefix-list.ts'
import { ALL_TRAFFIC, groupWith, prefixListOf, rule } from '#test/checks/rules.ts'
import { table, type Around } from '#test/checks/table.ts'
import { hidden, partial } from '#test/checks/world.ts'
import { ec2SgRemoteAdminIpv4 } from './ec2-sg-remote-admin-ipv4.ts'

const lists = (value: unknown): Around => ({ others: [[PrefixList, value]] })
const anywhere = { cidrIpv4: '0.0.0.0/0' }

table(ec2SgRemoteAdminIpv4, [
  ['pass', 'no rules', groupWith([])],
  ['pass', 'SSH from an office', groupWith([rule({ cidrIpv4: '203.0.113.0/24' })])],
  ['pass', 'HTTPS from anywhere', groupWith([rule(anywhere, { protocol: 'tcp', fromPort: 443, toPort: 443 })])],
  ['pass', 'SSH from another group', groupWith([rule({ groupId: 'sg-2' })])],
  ['pass', 'SSH from anywhere by IPv6 only', groupWith([rule({ cidrIpv6: '::/0' })])],
  [
    'pass',
    'SSH from a list of offices',
    groupWith([rule({ prefixListId: 'pl-1' })]),
    lists([prefixListOf('pl-1', '203.0.113.0/24')]),
  ],
  [
    'pass',
    'SSH from addresses of AWS',
    groupWith([rule({ prefixListId: 'pl-aws' })]),
    lists([{ ...prefixListOf('pl-aws'), owner: 'AWS', entries: { $value: [], $basis: 'aws_default' } }]),
  ],
  ['fail', 'SSH from anywhere', groupWith([rule(anywhere)])],
  [
    'fail',
    'RDP over UDP from anywhere',
    groupWith([rule(anywhere, { protocol: 'udp', fromPort: 3389, toPort: 3389 })]),
  ],
  [
    'fail',
    'a range that contains SSH, by protocol number',
    groupWith([rule(anywhere, { protocol: '6', fromPort: 0, toPort: 1024 })]),
  ],
  ['fail', 'all traffic from anywhere', groupWith([rule(anywhere, ALL_TRAFFIC)])],
  ['fail', 'anywhere in two halves', groupWith([rule({ cidrIpv4: '0.0.0.0/1' }), rule({ cidrIpv4: '128.0.0.0/1' })])],
  [
    'fail',
    'anywhere by prefix list',
    groupWith([rule({ prefixListId: 'pl-1' })]),
    lists([prefixListOf('pl-1', '0.0.0.0/0')]),
  ],
  ['fail', 'open in what was seen of a longer list', groupWith(partial(rule(anywhere))), lists(hidden())],
  ['unknown', 'rules not seen', groupWith(hidden())],
  ['unknown', 'some rules not seen', groupWith(partial(rule({ cidrIpv4: '10.0.0.0/8' })))],
  [
    'unknown',
    'a prefix list whose entries were refused',
    groupWith([rule({ prefixListId: 'pl-1' })]),
    lists([{ ...prefixListOf('pl-1'), entries: hidden() }]),
  ],
  ['unknown', 'a prefix list that is not listed', groupWith([rule({ prefixListId: 'pl-1' })]), lists([])],
  [
    'fail',
    'another port by parameter',
    groupWith([rule(anywhere, { protocol: 'tcp', fromPort: 5985, toPort: 5985 })]),
    {
      params: { ports: ['5985/tcp'] },
    },
  ],
  ['not_applicable', 'shared by another account', groupWith([rule(anywhere)]), { ownerId: '999988887777' }],
])
