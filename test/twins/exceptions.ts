import type { Verdict } from '#core/judge.ts'
import type { Form, Side } from './examples.ts'

/** An example, or both sides of it. */
interface Row {
  readonly check: string
  readonly side?: Side
  readonly form: Form
  readonly why: string
}

const NO_ARGUMENT = 'the resource itself has no such argument'
const ONLY_CLOSES = 'deleting anything of it only closes it'
const NOTHING_ELSE = 'nothing else could take its place'
const COMPUTED = 'an argument that AWS answers too: leaving it out changes nothing, so that no plan shows it'
const AT_ONCE = 'the resource is the setting itself'

/** Ways of writing that do not exist, each with why. */
export const NOT_WRITTEN: readonly Row[] = [
  {
    check: 'ec2-default-sg-closed',
    side: 'good',
    form: 'companion',
    why: 'there is nothing to write beside what is empty',
  },
  { check: 'ec2-ebs-default-encryption', form: 'inline', why: AT_ONCE },
  { check: 'ec2-ebs-default-encryption', side: 'good', form: 'deleted', why: NOTHING_ELSE },
  { check: 'ec2-instance-iam-role', form: 'deleted', why: COMPUTED },
  { check: 'ec2-instance-imdsv2', form: 'deleted', why: COMPUTED },
  { check: 'ec2-sg-cifs-open', side: 'bad', form: 'deleted', why: ONLY_CLOSES },
  { check: 'ec2-sg-open-all-ports', side: 'bad', form: 'deleted', why: ONLY_CLOSES },
  { check: 'ec2-sg-remote-admin-ipv4', side: 'bad', form: 'deleted', why: ONLY_CLOSES },
  { check: 'ec2-sg-remote-admin-ipv6', side: 'bad', form: 'deleted', why: ONLY_CLOSES },
  { check: 'ec2-vpc-flow-logs', form: 'inline', why: NO_ARGUMENT },
  { check: 'iam-password-policy-length', form: 'inline', why: AT_ONCE },
  { check: 'iam-password-policy-length', side: 'good', form: 'deleted', why: NOTHING_ELSE },
  { check: 'iam-password-policy-reuse', form: 'inline', why: AT_ONCE },
  { check: 'iam-password-policy-reuse', side: 'good', form: 'deleted', why: NOTHING_ELSE },
  { check: 'iam-policy-admin-wildcard', side: 'bad', form: 'deleted', why: ONLY_CLOSES },
  { check: 'iam-user-direct-policies', form: 'inline', why: NO_ARGUMENT },
  { check: 'iam-user-direct-policies', side: 'bad', form: 'deleted', why: ONLY_CLOSES },
  { check: 'iam-user-single-active-key', form: 'inline', why: NO_ARGUMENT },
  { check: 'iam-user-single-active-key', side: 'bad', form: 'deleted', why: ONLY_CLOSES },
  { check: 's3-account-block-public-access', form: 'inline', why: AT_ONCE },
  { check: 's3-account-block-public-access', side: 'good', form: 'deleted', why: NOTHING_ELSE },
  { check: 's3-bucket-block-public-access', form: 'inline', why: NO_ARGUMENT },
  { check: 's3-bucket-block-public-access', side: 'good', form: 'deleted', why: NOTHING_ELSE },
  { check: 's3-bucket-deny-http', side: 'good', form: 'deleted', why: NOTHING_ELSE },
  {
    check: 's3-bucket-mfa-delete',
    side: 'good',
    form: 'inline',
    why: 'the argument cannot carry the code that AWS asks for',
  },
  {
    check: 's3-bucket-mfa-delete',
    form: 'deleted',
    why: 'Terraform would suspend versioning, which AWS refuses without a code',
  },
  {
    check: 's3-bucket-public',
    side: 'bad',
    form: 'inline',
    why: 'since April 2023 AWS refuses a public policy or ACL in the calls that make a bucket',
  },
  { check: 's3-bucket-versioning', side: 'good', form: 'deleted', why: NOTHING_ELSE },
]

const CHOSEN_LATER = 'the value itself is what is known only after apply'

/** Where a plan cannot tell, and what was applied shows. */
export const PLAN_CANNOT_TELL: readonly Row[] = [
  { check: 'ec2-ebs-default-encryption', form: 'unknown', why: CHOSEN_LATER },
  { check: 'ec2-vpc-flow-logs', form: 'unknown', why: CHOSEN_LATER },
  { check: 'iam-password-policy-length', form: 'unknown', why: CHOSEN_LATER },
  { check: 'iam-password-policy-reuse', form: 'unknown', why: CHOSEN_LATER },
  {
    check: 'iam-user-direct-policies',
    side: 'good',
    form: 'deleted',
    why: 'the user is there already, and what else is attached to it shows only in AWS, or in --facts',
  },
  { check: 's3-account-block-public-access', form: 'unknown', why: CHOSEN_LATER },
  { check: 's3-bucket-versioning', form: 'unknown', why: CHOSEN_LATER },
]

const FROM_TEMPLATE = 'moto takes nothing but image and type from a launch template'

/** Where the test AWS API cannot hold a property, so that the live verdict is another one than on AWS. */
export const TEST_AWS_CANNOT_HOLD: readonly (Row & { readonly says: Verdict })[] = [
  { check: 'ec2-instance-iam-role', side: 'good', form: 'companion', says: 'fail', why: FROM_TEMPLATE },
  { check: 'ec2-instance-imdsv2', side: 'good', form: 'companion', says: 'fail', why: FROM_TEMPLATE },
]

/** Good examples that do not pass because nothing is left to judge. */
export const NOT_APPLICABLE: readonly Row[] = [
  { check: 'iam-policy-admin-wildcard', side: 'good', form: 'deleted', why: 'a policy that nobody has' },
]

/** The row of a table for an example. */
export function rowFor<R extends Row>(
  table: readonly R[],
  of: { readonly check: { readonly id: string }; readonly side: Side; readonly form: Form },
): R | undefined {
  return table.find(
    ({ check, side, form }) => check === of.check.id && (side === undefined || side === of.side) && form === of.form,
  )
}
