import { z } from 'zod'
import { all, any, defineCheck } from '#core/check.ts'
import { User } from '#resources/iam/user.ts'

export const iamUserKeyAtCreation = defineCheck(User, {
  id: 'iam-user-key-at-creation',
  title: 'Console users have no unused access key from the day they were made',
  severity: 'low',
  why: 'Keys that were made by default and never used are lost unnoticed: nobody misses them.',
  fix: {
    console: 'IAM > Users > USER > Security credentials > Access keys > Deactivate, then delete',
    cli: 'aws iam delete-access-key --user-name USER --access-key-id KEY',
    terraform: 'Remove the aws_iam_access_key of the user.',
  },
  aliases: ['iam_user_no_setup_initial_access_key'],
  references: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html'],
  params: z.object({
    /** How soon after the user a key counts as made with it. */
    minutes: z.int().min(0).max(1440).default(5),
  }),

  appliesWhen: (user) => user.report.passwordEnabled.is(true),
  failsWhen: (user, { params }) =>
    any(
      ...[user.report.accessKey1, user.report.accessKey2].map((key) =>
        all(
          key.active.is(true),
          key.lastUsed.is(null),
          key.lastRotated.compare(
            user.created,
            (made, created) => made !== null && Date.parse(made) - Date.parse(created) <= params.minutes * 60_000,
          ),
        ),
      ),
    ),
})
