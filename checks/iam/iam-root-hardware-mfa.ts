import { Account } from '#core/account.ts'
import { all, any, defineCheck } from '#core/check.ts'
import { hasRootCredentials } from '#resources/iam/root.ts'
import { VirtualMfaDevice } from '#resources/iam/virtual-mfa-device.ts'

export const iamRootHardwareMfa = defineCheck(Account, {
  id: 'iam-root-hardware-mfa',
  title: "The root user's MFA device is not virtual",
  severity: 'high',
  why: 'An authenticator app can be copied with the phone or its backup; a hardware key cannot.',
  fix: {
    console:
      'Sign in as the root user > Security credentials > Multi-factor authentication > Assign a security key or hardware token, then remove the authenticator app',
    cli: 'aws iam deactivate-mfa-device and enable-mfa-device need credentials of the root user',
    terraform: 'MFA of the root user is not managed by Terraform.',
  },
  aliases: ['iam_root_hardware_mfa_enabled'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-6',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-hw-mfa-for-root.html',
  ],
  notExamined: ['passkeys that a password manager keeps: AWS lists them as hardware'],

  failsWhen: (account, { find }) =>
    all(
      hasRootCredentials(account),
      any(
        account.rootMfaEnabled.is(false),
        // By whose it is: the serial is whatever its maker called it.
        find(VirtualMfaDevice).any((device) => device.userArn.test((arn) => arn?.endsWith(':root') === true)),
      ),
    ),
})
