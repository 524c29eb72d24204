import { Role } from '#resources/iam/role.ts'
import { account, daysAgo, policy } from '#test/checks/samples.ts'
import { table, type Around } from '#test/checks/table.ts'
import { hidden, partial } from '#test/checks/world.ts'
import { iamSupportRole } from './iam-support-role.ts'

const roles = (found: unknown): Around => ({ others: [[Role, found]] })
const role = (attachedPolicies: unknown) => ({
  created: daysAgo(100),
  trustPolicy: policy(),
  attachedPolicies,
  inlinePolicies: [],
  permissionsBoundary: null,
  lastUsed: null,
})
const attached = (arn: unknown) => [{ arn, name: 'x' }]
const SUPPORT = 'arn:aws:iam::aws:policy/AWSSupportAccess'

table(
  iamSupportRole,
  [
    ['pass', 'a role has AWSSupportAccess', account(), roles([role([]), role(attached(SUPPORT))])],
    ['pass', 'in another partition', account(), roles([role(attached('arn:aws-cn:iam::aws:policy/AWSSupportAccess'))])],
    ['pass', 'the listing broke off after it', account(), roles(partial(role(attached(SUPPORT))))],
    ['fail', 'no role has it', account(), roles([role([])])],
    [
      'fail',
      "a customer's policy has its name",
      account(),
      roles([role(attached('arn:aws:iam::111122223333:policy/AWSSupportAccess'))]),
    ],
    ['unknown', 'roles were denied', account(), roles(hidden())],
    ['unknown', 'what a role has was not learnt', account(), roles([role(hidden())])],
  ],
  { unreachable: { not_applicable: 'every account may need AWS Support' } },
)
