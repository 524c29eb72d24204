import { any, defineCheck, not } from '#core/check.ts'
import { User } from '#resources/iam/user.ts'

export const iamUserDirectPolicies = defineCheck(User, {
  id: 'iam-user-direct-policies',
  title: 'Users get their permissions from groups',
  severity: 'low',
  why: 'Permissions granted one by one are never reviewed as a whole and stay when the person changes jobs.',
  fix: {
    console:
      'IAM > Users > USER > Permissions > remove each policy attached directly or inline; add the user to a group',
    cli: 'aws iam detach-user-policy --user-name USER --policy-arn ARN; aws iam delete-user-policy --user-name USER --policy-name NAME; aws iam add-user-to-group --user-name USER --group-name GROUP',
    terraform:
      'Replace aws_iam_user_policy and aws_iam_user_policy_attachment by aws_iam_group_policy_attachment and aws_iam_user_group_membership.',
  },
  aliases: ['CKV_AWS_40', 'iam_policy_attached_only_to_group_or_roles'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-2',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html',
  ],

  failsWhen: (user) => any(not(user.attachedPolicies.isEmpty()), not(user.inlinePolicies.isEmpty())),
})
