import { Account } from '#core/account.ts'
import { all, defineCheck } from '#core/check.ts'
import { hasRootCredentials } from '#resources/iam/root.ts'

export const iamRootMfa = defineCheck(Account, {
  id: 'iam-root-mfa',
  title: 'The root user signs in with MFA',
  severity: 'critical',
  why: 'One password is all that stands between a stranger and the whole account.',
  fix: {
    console: 'Sign in as the root user > Security credentials > Multi-factor authentication > Assign MFA device',
    cli: 'aws iam enable-mfa-device needs credentials of the root user; or remove them: aws iam enable-organizations-root-credentials-management',
    terraform:
      'MFA of the root user is not managed by Terraform; aws_iam_organizations_features can remove root credentials of members.',
  },
  aliases: ['iam_root_mfa_enabled'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-9',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management',
  ],

  failsWhen: (account) => all(hasRootCredentials(account), account.rootMfaEnabled.is(false)),
})
