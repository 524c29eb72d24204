import { Account } from '#core/account.ts'
import { defineCheck, not } from '#core/check.ts'
import { Role } from '#resources/iam/role.ts'

export const iamSupportRole = defineCheck(Account, {
  id: 'iam-support-role',
  title: 'A role can manage cases with AWS Support',
  severity: 'low',
  why: 'In an incident the first hour goes into finding somebody who may talk to AWS.',
  fix: {
    console: 'IAM > Roles > Create role for those who handle incidents > attach AWSSupportAccess',
    cli: 'aws iam attach-role-policy --role-name ROLE --policy-arn arn:aws:iam::aws:policy/AWSSupportAccess',
    terraform: 'aws_iam_role_policy_attachment { policy_arn = "arn:aws:iam::aws:policy/AWSSupportAccess" }',
  },
  aliases: ['iam_support_role_created'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-18',
    'https://docs.aws.amazon.com/awssupport/latest/user/accessing-support.html',
  ],
  notExamined: ['who may assume the role', 'roles that get the same permissions from another policy'],

  failsWhen: (_account, { find }) =>
    not(
      find(Role).any((role) =>
        role.attachedPolicies.any((policy) =>
          policy.arn.test((arn) => arn.endsWith(':iam::aws:policy/AWSSupportAccess')),
        ),
      ),
    ),
})
