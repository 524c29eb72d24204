import { ALL_TRAFFIC, groupWith, rule } from '#test/checks/rules.ts'
import { table } from '#test/checks/table.ts'
import { hidden, partial } from '#test/checks/world.ts'
import { ec2SgOpenAllPorts } from './ec2-sg-open-all-ports.ts'

const anywhere = { cidrIpv4: '0.0.0.0/0' }
const tcp = (fromPort: number, toPort: number) => ({ protocol: 'tcp', fromPort, toPort })

table(ec2SgOpenAllPorts, [
  ['pass', 'one port from anywhere', groupWith([rule(anywhere)])],
  ['pass', 'all traffic inside the network', groupWith([rule({ cidrIpv4: '10.0.0.0/8' }, ALL_TRAFFIC)])],
  ['pass', 'all but a gap', groupWith([rule(anywhere, tcp(0, 1023)), rule(anywhere, tcp(1025, 65535))])],
  ['pass', 'pings from anywhere', groupWith([rule(anywhere, { protocol: 'icmp', fromPort: -1, toPort: -1 })])],
  ['fail', 'all traffic from anywhere', groupWith([rule(anywhere, ALL_TRAFFIC)])],
  ['fail', 'all traffic from anywhere by IPv6', groupWith([rule({ cidrIpv6: '::/0' }, ALL_TRAFFIC)])],
  ['fail', 'every TCP port in two rules', groupWith([rule(anywhere, tcp(0, 1023)), rule(anywhere, tcp(1024, 65535))])],
  ['fail', 'every UDP port', groupWith([rule(anywhere, { protocol: 'udp', fromPort: 0, toPort: 65535 })])],
  ['unknown', 'half seen, half not', groupWith(partial(rule(anywhere, tcp(0, 1023))))],
  ['unknown', 'rules not seen', groupWith(hidden())],
  ['not_applicable', 'shared by another account', groupWith([]), { ownerId: '999988887777' }],
])
