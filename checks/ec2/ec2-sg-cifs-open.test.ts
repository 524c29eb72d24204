import { ALL_TRAFFIC, groupWith, rule } from '#test/checks/rules.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { ec2SgCifsOpen } from './ec2-sg-cifs-open.ts'

const cifs = { protocol: 'tcp', fromPort: 445, toPort: 445 }

table(ec2SgCifsOpen, [
  ['pass', 'shares inside the network', groupWith([rule({ cidrIpv4: '10.0.0.0/8' }, cifs)])],
  ['pass', 'SSH from anywhere, which is another check', groupWith([rule({ cidrIpv4: '0.0.0.0/0' })])],
  ['fail', 'from anywhere', groupWith([rule({ cidrIpv4: '0.0.0.0/0' }, cifs)])],
  ['fail', 'from anywhere by IPv6', groupWith([rule({ cidrIpv6: '::/0' }, cifs)])],
  [
    'fail',
    'all traffic, some rules of the other family unseen',
    groupWith([rule({ cidrIpv4: '0.0.0.0/0' }, ALL_TRAFFIC), rule({ cidrIpv6: hidden() as never }, cifs)]),
  ],
  [
    'unknown',
    'a port that is not known',
    groupWith([rule({ cidrIpv4: '0.0.0.0/0' }, { ...cifs, toPort: hidden() as never })]),
  ],
  ['unknown', 'rules not seen', groupWith(hidden())],
  ['not_applicable', 'shared by another account', groupWith(hidden()), { ownerId: '999988887777' }],
])
