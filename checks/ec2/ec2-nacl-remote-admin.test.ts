import { entry } from '#test/checks/rules.ts'
import { table } from '#test/checks/table.ts'
import { hidden, partial } from '#test/checks/world.ts'
import { ec2NaclRemoteAdmin } from './ec2-nacl-remote-admin.ts'

const acl = (...entries: readonly unknown[]) => ({ vpcId: 'vpc-1', isDefault: false, entries, subnetIds: [] })
const anywhere = { cidrIpv4: '0.0.0.0/0' }
const tcp = (fromPort: number, toPort = fromPort) => ({ protocol: '6', fromPort, toPort })
const udp = (port: number) => ({ protocol: '17', fromPort: port, toPort: port })

table(ec2NaclRemoteAdmin, [
  ['pass', 'no entries: nothing gets through', acl()],
  ['pass', 'HTTPS only', acl(entry(100, 'allow', { ...anywhere, ...tcp(443) }))],
  ['pass', 'out to anywhere', acl({ ...entry(100, 'allow', anywhere), egress: true })],
  [
    'pass',
    'denied before allowed',
    acl(
      entry(10, 'deny', { ...anywhere, ...tcp(22) }),
      entry(11, 'deny', { ...anywhere, ...tcp(3389) }),
      entry(12, 'deny', { ...anywhere, ...udp(3389) }),
      entry(100, 'allow', anywhere),
    ),
  ],
  ['fail', 'as AWS makes the default one', acl(entry(100, 'allow', anywhere), entry(32767, 'deny', anywhere))],
  ['fail', 'allowed before denied', acl(entry(10, 'allow', anywhere), entry(20, 'deny', { ...anywhere, ...tcp(22) }))],
  [
    'fail',
    'denied for IPv4, allowed for IPv6',
    acl(entry(10, 'deny', anywhere), entry(20, 'allow', { cidrIpv6: '::/0', ...tcp(0, 1024) })),
  ],
  [
    'fail',
    'denied for some addresses only',
    acl(entry(10, 'deny', { cidrIpv4: '203.0.113.0/24' }), entry(20, 'allow', anywhere)),
  ],
  ['unknown', 'entries not seen', { ...acl(), entries: hidden() }],
  ['unknown', 'an earlier entry may deny it', { ...acl(), entries: partial(entry(100, 'allow', anywhere)) }],
  ['unknown', 'an action that is not known', acl(entry(100, hidden() as never, anywhere))],
  ['not_applicable', 'of another account', acl(), { ownerId: '999988887777' }],
])
