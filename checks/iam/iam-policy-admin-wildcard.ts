import { defineCheck } from '#core/check.ts'
import { isAdmin } from '#core/iam/admin.ts'
import { Policy } from '#resources/iam/policy.ts'

export const iamPolicyAdminWildcard = defineCheck(Policy, {
  id: 'iam-policy-admin-wildcard',
  title: 'No policy in use allows everything on everything',
  severity: 'critical',
  why: 'Whoever gets hold of one principal with *:* has the account: nothing is left to stop them.',
  fix: {
    console: 'IAM > Policies > POLICY > Edit: name the actions and resources that are needed; or detach it',
    cli: 'aws iam create-policy-version --policy-arn ARN --policy-document file://narrower.json --set-as-default; or aws iam detach-role-policy --role-name ROLE --policy-arn ARN',
    terraform: 'In the aws_iam_policy_document, name actions and resources instead of "*".',
  },
  aliases: [
    'CKV_AWS_1',
    'CKV_AWS_274',
    'CKV_AWS_62',
    'iam_aws_attached_policy_no_administrative_privileges',
    'iam_customer_attached_policy_no_administrative_privileges',
    'iam_inline_policy_no_administrative_privileges',
  ],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-1',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege',
  ],
  notExamined: [
    'several policies that allow everything only together',
    'permissions boundaries and service control policies that take part of it back',
    "AWS's own managed policies other than AdministratorAccess",
  ],

  appliesWhen: (policy) => policy.attachmentCount.isNot(0),
  failsWhen: (policy) => isAdmin(policy.document),
})
