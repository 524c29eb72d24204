import { z } from 'zod'
import { Account } from '#core/account.ts'
import { defineCheck } from '#core/check.ts'

export const iamPasswordPolicyLength = defineCheck(Account, {
  id: 'iam-password-policy-length',
  title: 'Passwords of IAM users are long enough',
  severity: 'medium',
  why: 'Short passwords are guessed; without a policy of its own an account accepts 8 characters.',
  fix: {
    console: 'IAM > Account settings > Password policy > Edit > Custom > Minimum length 14',
    cli: 'aws iam update-account-password-policy --minimum-password-length 14   # give all settings: those left out are reset',
    terraform: 'aws_iam_account_password_policy { minimum_password_length = 14 }',
  },
  aliases: ['CKV_AWS_10', 'iam_password_policy_minimum_length_14'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-15',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html',
  ],
  params: z.object({ minPasswordLength: z.int().min(6).max(128).default(14) }),

  failsWhen: ({ passwordPolicy }, { params }) =>
    passwordPolicy.minimumLength.test((length) => length === null || length < params.minPasswordLength),
})
