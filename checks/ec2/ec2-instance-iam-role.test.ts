import { hidden } from '#test/checks/world.ts'
import { table } from '#test/checks/table.ts'
import { ec2InstanceIamRole } from './ec2-instance-iam-role.ts'

const profile = 'arn:aws:iam::111122223333:instance-profile/web'

table(ec2InstanceIamRole, [
  ['pass', 'a profile', { state: 'running', instanceProfileArn: profile }],
  ['fail', 'no profile', { state: 'running', instanceProfileArn: null }],
  ['fail', 'stopped, which does not take the keys off its disk', { state: 'stopped', instanceProfileArn: null }],
  ['unknown', 'stored before profiles were collected', { state: 'running' }],
  ['unknown', 'a state that nobody knows', { state: hidden(), instanceProfileArn: null }],
  ['not_applicable', 'terminated', { state: 'terminated', instanceProfileArn: null }],
  ['not_applicable', 'of another account', { state: 'running', instanceProfileArn: null }, { ownerId: '999988887777' }],
])
