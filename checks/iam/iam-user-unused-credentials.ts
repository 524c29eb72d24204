import { z } from 'zod'
import { isOlderThan } from '#core/age.ts'
import { all, any, defineCheck } from '#core/check.ts'
import { User } from '#resources/iam/user.ts'

export const iamUserUnusedCredentials = defineCheck(User, {
  id: 'iam-user-unused-credentials',
  title: 'Passwords and keys that nobody uses are disabled',
  severity: 'medium',
  why: 'Forgotten credentials still open the account, and nobody would notice that they do.',
  fix: {
    console: 'IAM > Users > USER > Security credentials > Manage console access: Disable; Access keys > Deactivate',
    cli: 'aws iam delete-login-profile --user-name USER; aws iam update-access-key --user-name USER --access-key-id KEY --status Inactive',
    terraform: 'aws_iam_access_key { status = "Inactive" }, or remove it and aws_iam_user_login_profile',
  },
  aliases: ['iam_user_accesskey_unused', 'iam_user_console_access_unused'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-22',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html',
  ],
  params: z.object({ unusedCredentialDays: z.int().min(1).max(3650).default(45) }),

  appliesWhen: ({ report }) =>
    any(report.passwordEnabled.is(true), report.accessKey1.active.is(true), report.accessKey2.active.is(true)),
  failsWhen: ({ report }, { params, now }) => {
    // Never used counts from when it was set.
    const isUnused = (used: string | null, since: string | null): boolean => {
      const last = used ?? since
      return last !== null && isOlderThan(last, params.unusedCredentialDays, now)
    }
    return any(
      all(report.passwordEnabled.is(true), report.passwordLastUsed.compare(report.passwordLastChanged, isUnused)),
      ...[report.accessKey1, report.accessKey2].map((key) =>
        all(key.active.is(true), key.lastUsed.compare(key.lastRotated, isUnused)),
      ),
    )
  },
})
