import { VirtualMfaDevice } from '#resources/iam/virtual-mfa-device.ts'
import { account, daysAgo } from '#test/checks/samples.ts'
import { table, type Around } from '#test/checks/table.ts'
import { hidden, partial } from '#test/checks/world.ts'
import { iamRootHardwareMfa } from './iam-root-hardware-mfa.ts'

const devices = (found: unknown): Around => ({ others: [[VirtualMfaDevice, found]] })
const of = (userArn: unknown) => ({ userArn, enabled: daysAgo(10) })
const ROOT = 'arn:aws:iam::111122223333:root'
const ALICE = 'arn:aws:iam::111122223333:user/alice'

table(
  iamRootHardwareMfa,
  [
    ['pass', "MFA is on and no virtual device is the root user's", account(), devices([of(ALICE), of(null)])],
    ['pass', 'a user is called root', account(), devices([of('arn:aws:iam::111122223333:user/root')])],
    ['pass', 'there are no root credentials', account({ rootMfaEnabled: false, rootPasswordPresent: 0 }), devices([])],
    ['fail', 'the device is virtual, whatever its serial', account(), devices([of(ALICE), of(ROOT)])],
    ['fail', 'there is no MFA', account({ rootMfaEnabled: false }), devices([])],
    ['fail', 'the listing broke off, after the virtual device', account(), devices(partial(of(ROOT)))],
    ['unknown', 'the listing broke off', account(), devices(partial(of(ALICE)))],
    ['unknown', 'the listing was denied', account(), devices(hidden())],
    ['unknown', 'whose a device is was not learnt', account(), devices([of(hidden())])],
  ],
  { unreachable: { not_applicable: 'every account has a root user' } },
)
