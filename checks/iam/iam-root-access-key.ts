import { Account } from '#core/account.ts'
import { defineCheck } from '#core/check.ts'

export const iamRootAccessKey = defineCheck(Account, {
  id: 'iam-root-access-key',
  title: 'The root user has no access key',
  severity: 'critical',
  why: 'A key of the root user can do everything in the account, and no policy of the account can restrain it.',
  fix: {
    console: 'Sign in as the root user > Security credentials > Access keys > Deactivate, then delete',
    cli: 'aws iam delete-access-key --access-key-id KEY   # with credentials of the root user',
    terraform: 'Keys of the root user are not managed by Terraform.',
  },
  aliases: ['CKV_AWS_348', 'iam_no_root_access_key'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-4',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html',
  ],

  failsWhen: (account) => account.rootAccessKeysPresent.isNot(0),
})
