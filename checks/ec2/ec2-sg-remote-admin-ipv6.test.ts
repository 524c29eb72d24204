import { PrefixList } from '#resources/ec2/prefix-list.ts'
import { ALL_TRAFFIC, groupWith, prefixListOf, rule } from '#test/checks/rules.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { ec2SgRemoteAdminIpv6 } from './ec2-sg-remote-admin-ipv6.ts'

const anywhere = { cidrIpv6: '::/0' }

table(ec2SgRemoteAdminIpv6, [
  ['pass', 'SSH from an office', groupWith([rule({ cidrIpv6: '2001:db8::/48' })])],
  ['pass', 'SSH from anywhere by IPv4 only', groupWith([rule({ cidrIpv4: '0.0.0.0/0' })])],
  ['fail', 'SSH from anywhere', groupWith([rule(anywhere)])],
  ['fail', 'all traffic from anywhere', groupWith([rule(anywhere, ALL_TRAFFIC)])],
  ['fail', 'everything that is routed', groupWith([rule({ cidrIpv6: '2000::/3' })])],
  [
    'fail',
    'anywhere by prefix list',
    groupWith([rule({ prefixListId: 'pl-1' })]),
    {
      others: [[PrefixList, [{ ...prefixListOf('pl-1', '::/0'), addressFamily: 'IPv6' }]]],
    },
  ],
  ['unknown', 'rules not seen', groupWith(hidden())],
  ['unknown', 'a source that is not known', groupWith([rule({ cidrIpv6: hidden() as never })])],
  ['not_applicable', 'shared by another account', groupWith([rule(anywhere)]), { ownerId: '999988887777' }],
])
