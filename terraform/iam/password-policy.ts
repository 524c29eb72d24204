import { Account } from '#core/account.ts'
import { assumedDefault, awsDefault } from '#core/stored.ts'
import type { Setting } from '../mapping.ts'

type PasswordPolicy = Account['passwordPolicy']

/** What holds without a policy of its own. Source: IAM User Guide, "Setting an account password policy". */
const NONE: PasswordPolicy = { present: false, minimumLength: null, reusePrevention: null }

/** The account's password policy: one resource says all of it, and what it leaves out is reset. */
export const passwordPolicy: Setting<PasswordPolicy> = {
  from: 'aws_iam_account_password_policy',
  of: Account,
  field: 'passwordPolicy',
  read: ({ attributes }) => ({
    present: true,
    minimumLength: attributes.number('minimum_password_length') ?? awsDefault(6),
    reusePrevention: attributes.number('password_reuse_prevention') ?? awsDefault(null),
  }),
  removed: () => awsDefault(NONE),
  assumed: assumedDefault(NONE),
}
