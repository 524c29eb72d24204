import { isUnknown } from '#core/stored.ts'
import type { CompanionType, Planned } from '../mapping.ts'

/** What attaches a managed policy, by the attribute that names the policy; each with those that it attaches it to. */
export const ATTACHMENTS: readonly CompanionType[] = [
  { type: 'aws_iam_group_policy_attachment', by: 'policy_arn' },
  { type: 'aws_iam_group_policy_attachments_exclusive', by: 'policy_arns', isList: true },
  { type: 'aws_iam_policy_attachment', by: 'policy_arn' },
  { type: 'aws_iam_role', by: 'managed_policy_arns', isList: true },
  { type: 'aws_iam_role_policy_attachment', by: 'policy_arn' },
  { type: 'aws_iam_role_policy_attachments_exclusive', by: 'policy_arns', isList: true },
  { type: 'aws_iam_user_policy_attachment', by: 'policy_arn' },
  { type: 'aws_iam_user_policy_attachments_exclusive', by: 'policy_arns', isList: true },
]

/** The lists of principals in `aws_iam_policy_attachment`. */
export const PRINCIPALS = ['groups', 'roles', 'users'] as const

/** To how many principals one of these attaches a policy; undefined: nobody can tell. */
export function attachedTo(attachment: Planned): number | undefined {
  // Refreshed, a role shows what others attach to it too.
  if (attachment.type === 'aws_iam_role') return attachment.attributes.isConfigured('managed_policy_arns') ? 1 : 0
  if (attachment.type !== 'aws_iam_policy_attachment') return 1
  const lists = PRINCIPALS.map((name) => attachment.attributes.texts(name) ?? [])
  return lists.reduce<number | undefined>(
    (total, list) => (total === undefined || isUnknown(list) ? undefined : total + list.length),
    0,
  )
}

/** AWS's own policy that allows everything, in any partition. */
export function isAdministratorAccess(arn: string): boolean {
  return /^arn:[^:]+:iam::aws:policy\/AdministratorAccess$/.test(arn)
}

/** AWS's own policy, which nobody can change. */
export function isOfAws(arn: string): boolean {
  return /^arn:[^:]+:iam::aws:policy\//.test(arn)
}
