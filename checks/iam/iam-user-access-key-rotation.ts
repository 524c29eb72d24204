import { z } from 'zod'
import { isOlderThan } from '#core/age.ts'
import { all, any, defineCheck } from '#core/check.ts'
import { User } from '#resources/iam/user.ts'

export const iamUserAccessKeyRotation = defineCheck(User, {
  id: 'iam-user-access-key-rotation',
  title: 'Active access keys are rotated in time',
  severity: 'medium',
  why: 'The longer a key lives, the more machines, logs and people have seen it.',
  fix: {
    console:
      'IAM > Users > USER > Security credentials > Create access key, move to it, deactivate and delete the old one',
    cli: 'aws iam create-access-key --user-name USER; … ; aws iam delete-access-key --user-name USER --access-key-id OLD',
    terraform: 'Replace the key: terraform apply -replace=aws_iam_access_key.NAME; better, use roles.',
  },
  aliases: ['iam_rotate_access_key_90_days'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-3',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html',
  ],
  params: z.object({ keyMaxAgeDays: z.int().min(1).max(3650).default(90) }),

  appliesWhen: ({ report }) => any(report.accessKey1.active.is(true), report.accessKey2.active.is(true)),
  failsWhen: ({ report }, { params, now }) =>
    any(
      ...[report.accessKey1, report.accessKey2].map((key) =>
        all(
          key.active.is(true),
          key.lastRotated.test((made) => made !== null && isOlderThan(made, params.keyMaxAgeDays, now)),
        ),
      ),
    ),
})
