import { defineCheck } from '#core/check.ts'
import { User } from '#resources/iam/user.ts'

export const iamUserConsoleMfa = defineCheck(User, {
  id: 'iam-user-console-mfa',
  title: 'Users who sign in to the console use MFA',
  severity: 'high',
  why: 'Passwords are phished and reused; without a second factor one is enough to be that user.',
  fix: {
    console: 'IAM > Users > USER > Security credentials > Multi-factor authentication > Assign MFA device',
    cli: 'aws iam enable-mfa-device --user-name USER --serial-number ARN --authentication-code1 CODE --authentication-code2 CODE',
    terraform:
      'Nobody but the user can pair a device; or drop aws_iam_user_login_profile and let people sign in by federation.',
  },
  aliases: ['iam_user_mfa_enabled_console_access'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-5',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html',
  ],

  appliesWhen: (user) => user.report.passwordEnabled.is(true),
  failsWhen: (user) => user.report.mfaActive.is(false),
})
