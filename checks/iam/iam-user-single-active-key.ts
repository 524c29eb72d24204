import { all, defineCheck } from '#core/check.ts'
import { User } from '#resources/iam/user.ts'

export const iamUserSingleActiveKey = defineCheck(User, {
  id: 'iam-user-single-active-key',
  title: 'No user has two active access keys',
  severity: 'medium',
  why: 'The second key is there for the hours of a rotation; left active, it is one more to lose.',
  fix: {
    console: 'IAM > Users > USER > Security credentials > Access keys > Deactivate the older one, then delete it',
    cli: 'aws iam update-access-key --user-name USER --access-key-id KEY --status Inactive',
    terraform: 'Keep one aws_iam_access_key per user, or set status = "Inactive" on the other.',
  },
  aliases: ['iam_user_two_active_access_key'],
  references: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html'],

  failsWhen: ({ report }) => all(report.accessKey1.active.is(true), report.accessKey2.active.is(true)),
})
