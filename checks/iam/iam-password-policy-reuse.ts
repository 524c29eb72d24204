import { z } from 'zod'
import { Account } from '#core/account.ts'
import { defineCheck } from '#core/check.ts'

export const iamPasswordPolicyReuse = defineCheck(Account, {
  id: 'iam-password-policy-reuse',
  title: 'IAM users cannot return to an old password',
  severity: 'medium',
  why: 'A password that leaked once opens the account again as soon as its user goes back to it.',
  fix: {
    console: 'IAM > Account settings > Password policy > Edit > Custom > Prevent password reuse: 24',
    cli: 'aws iam update-account-password-policy --password-reuse-prevention 24   # give all settings: those left out are reset',
    terraform: 'aws_iam_account_password_policy { password_reuse_prevention = 24 }',
  },
  aliases: ['CKV_AWS_13', 'iam_password_policy_reuse_24'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-16',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html',
  ],
  // 24 is the most that AWS can remember.
  params: z.object({ passwordReuse: z.int().min(1).max(24).default(24) }),

  failsWhen: ({ passwordPolicy }, { params }) =>
    passwordPolicy.reusePrevention.test((remembered) => remembered === null || remembered < params.passwordReuse),
})
