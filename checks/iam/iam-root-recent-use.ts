import { z } from 'zod'
import { Account } from '#core/account.ts'
import { isOlderThan } from '#core/age.ts'
import { any, defineCheck } from '#core/check.ts'

export const iamRootRecentUse = defineCheck(Account, {
  id: 'iam-root-recent-use',
  title: 'The root user is not in use',
  severity: 'high',
  why: 'Daily work as root cannot be limited or told apart: every mistake and every stolen session has the whole account.',
  fix: {
    console: 'Give people roles with the permissions they need; keep the root user for the tasks that only it can do',
    cli: 'aws iam get-credential-report   # its first row says when, and with which credential',
    terraform: 'How the root user is used is not managed by Terraform.',
  },
  aliases: ['iam_avoid_root_usage'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-20',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-tasks.html',
  ],
  notExamined: ['what was done as root', 'use within the last 4 hours, which the credential report may not hold yet'],
  params: z.object({ rootUseDays: z.int().min(1).max(3650).default(90) }),

  failsWhen: ({ rootUse }, { params, now }) =>
    any(
      ...[rootUse.passwordLastUsed, rootUse.accessKey1LastUsed, rootUse.accessKey2LastUsed].map((lastUsed) =>
        lastUsed.test((at) => at !== null && !isOlderThan(at, params.rootUseDays, now)),
      ),
    ),
})
