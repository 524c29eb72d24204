import type { PolicyDocument } from '#core/iam/document.ts'
import { awsDefault, isUnknown, unknown, type Stored, type Unknown } from '#core/stored.ts'
import { Policy } from '#resources/iam/policy.ts'
import type { Mapped, Mapping, Planned } from '../mapping.ts'
import { elsewhere } from '../property.ts'
import { unreadable, type Told } from '../told.ts'
import { attachedTo, ATTACHMENTS, isAdministratorAccess, isOfAws, PRINCIPALS } from './attachments.ts'

const SAYS = ['kind', 'principal', 'attachmentCount', 'document']

/** A managed policy of the account's own. */
export const managedPolicy: Mapping<Policy> = {
  from: 'aws_iam_policy',
  to: Policy,
  lives: 'global',
  names: ['arn', 'id', 'name'],
  companions: ATTACHMENTS,
  says: SAYS,
  resources: (planned) => [
    {
      name: planned.attributes.text('name'),
      arn: planned.attributes.text('arn'),
      tags: planned.attributes.textMap('tags'),
      data: {
        kind: 'customer',
        principal: null,
        attachmentCount: attachmentCount(planned),
        document: planned.policy('policy') ?? unreadable(`${planned.address} has no policy`),
      },
    },
  ],
  standIn: (planned) => {
    const arn = planned.attributes.text('arn')
    // Attachments judge by themselves whether it is, or may be, the one policy of AWS's own that is judged.
    if (arn === undefined || isUnknown(arn) || isOfAws(arn.$value)) return undefined
    return {
      kind: 'customer',
      principal: null,
      attachmentCount: attachmentCount(planned),
      // What a fact holds was stored for this very field: `facts.ts` made it conform to the type's schema.
      document:
        (planned.fact(Policy.type, 'document') as Stored<PolicyDocument> | undefined) ?? elsewhere(planned, 'policy'),
    }
  },
}

/** How many principals have it: those that the plan attaches it to, and those that had it before and keep it. */
function attachmentCount(planned: Planned): Stored<number> {
  const linked = ATTACHMENTS.map(({ type }) => planned.companions(type))
  const counts = linked.flatMap((own) => own.planned.map(attachedTo))
  const added = counts.reduce<number>((total, count) => total + (count ?? 0), 0)
  const isCounted = counts.every((count) => count !== undefined)
  const unresolved = linked.flatMap((own) => own.unresolved)
  if (planned.isNew) {
    if (added > 0) return { $value: added, $basis: 'configured' }
    if (unresolved.length > 0) return unknown(...unresolved)
    return isCounted
      ? { $value: 0, $basis: 'configured' }
      : unknown({ kind: 'after_apply', attribute: planned.address })
  }
  if (added > 0) return { $value: added, $basis: 'configured' }
  if (unresolved.length > 0) return unknown(...unresolved)
  const before = planned.attributes.number('attachment_count')
  if (before === undefined || isUnknown(before)) {
    return before ?? unknown({ kind: 'elsewhere', detail: `who has ${planned.address} is not this plan's alone` })
  }
  const taken = linked.flatMap((own) => own.deleted.map(attachedTo))
  const gone = taken.reduce<number>((total, count) => total + (count ?? 0), 0)
  return { ...before, $value: Math.max(0, before.$value - gone) }
}

/** A policy in one principal alone. */
function inlinePolicy(from: string, principal: string): Mapping<Policy> {
  return {
    from,
    to: Policy,
    lives: 'global',
    names: ['id'],
    companions: [],
    says: SAYS,
    resources: (planned) => [
      {
        name: planned.attributes.text('name'),
        arn: undefined,
        data: {
          kind: 'inline',
          principal: planned.reference(principal) ?? null,
          attachmentCount: 1,
          document: planned.policy('policy') ?? unreadable(`${planned.address} has no policy`),
        },
      },
    ],
  }
}

export const groupPolicy = inlinePolicy('aws_iam_group_policy', 'group')
export const rolePolicy = inlinePolicy('aws_iam_role_policy', 'role')
export const userPolicy = inlinePolicy('aws_iam_user_policy', 'user')

/** Attachments of AWS's AdministratorAccess: the one policy of AWS's own that is judged. */
function attachment(from: string, principal: string): Mapping<Policy> {
  return attachments(from, (planned) =>
    administrators(planned.reference('policy_arn'), (why) => granted({ to: planned.reference(principal) }, why)),
  )
}

export const groupPolicyAttachment = attachment('aws_iam_group_policy_attachment', 'group')
export const rolePolicyAttachment = attachment('aws_iam_role_policy_attachment', 'role')
export const userPolicyAttachment = attachment('aws_iam_user_policy_attachment', 'user')

/** The same for several principals at once: one resource of ours for each, as AWS has it. */
export const policyAttachment: Mapping<Policy> = attachments('aws_iam_policy_attachment', (planned) =>
  administrators(planned.reference('policy_arn'), (why) =>
    PRINCIPALS.flatMap((list) => {
      const principals = planned.attributes.texts(list) ?? []
      const members = isUnknown(principals) ? [principals] : principals
      return members.flatMap((to, index) => granted({ part: `${list}[${index}]`, to }, why))
    }),
  ),
)

/** All that a principal has attached, and nothing else. */
function exclusive(from: string, principal: string): Mapping<Policy> {
  return attachments(from, (planned) => {
    const arns = planned.references('policy_arns') ?? []
    return (isUnknown(arns) ? [arns] : arns).flatMap((arn, index) =>
      administrators(arn, (why) => granted({ part: `policy_arns[${index}]`, to: planned.reference(principal) }, why)),
    )
  })
}

export const groupPolicyAttachmentsExclusive = exclusive('aws_iam_group_policy_attachments_exclusive', 'group_name')
export const rolePolicyAttachmentsExclusive = exclusive('aws_iam_role_policy_attachments_exclusive', 'role_name')
export const userPolicyAttachmentsExclusive = exclusive('aws_iam_user_policy_attachments_exclusive', 'user_name')

/** What a role has of itself (deprecated): inline policies, and managed ones by ARN. */
export const role: Mapping<Policy> = {
  from: 'aws_iam_role',
  to: Policy,
  lives: 'global',
  names: ['name', 'id', 'arn'],
  companions: [
    { type: 'aws_iam_role_policy', by: 'role' },
    { type: 'aws_iam_role_policy_attachment', by: 'role' },
  ],
  says: SAYS,
  resources: (planned) => [...inlineInRole(planned), ...managedInRole(planned)],
}

/** Refreshed, a role also shows what resources of their own give it or gave it: that is judged where they are. */
function ofItsOwn(planned: Planned, type: string, attribute: string): (name: Told<string> | undefined) => boolean {
  const { planned: kept, deleted, forgotten } = planned.companions(type)
  const others = [...kept, ...deleted, ...forgotten].flatMap(({ attributes }) => {
    const name = attributes.text(attribute)
    return name === undefined || isUnknown(name) ? [] : [name.$value]
  })
  return (name) => name === undefined || isUnknown(name) || !others.includes(name.$value)
}

function inlineInRole(planned: Planned): readonly Mapped<Policy>[] {
  const blocks = planned.attributes.blocks('inline_policy') ?? { items: [], incomplete: [] }
  const isOwn = ofItsOwn(planned, 'aws_iam_role_policy', 'name')
  const known = blocks.items.flatMap((block, index): readonly Mapped<Policy>[] => {
    const [name, policy] = [block.text('name'), block.policy('policy')]
    // An empty block says: no inline policies.
    if ((name === undefined && policy === undefined) || !isOwn(name)) return []
    const document = policy ?? unreadable(`${planned.address}.inline_policy[${index}] has no policy`)
    const data = { kind: 'inline', principal: planned.identity, attachmentCount: 1, document } as const
    return [{ part: `inline_policy[${index}]`, name, arn: undefined, data }]
  })
  if (blocks.incomplete.length === 0) return known
  return [...known, ...granted({ part: 'inline_policy', to: own(planned) }, unknown(...blocks.incomplete))]
}

function managedInRole(planned: Planned): readonly Mapped<Policy>[] {
  const arns = planned.references('managed_policy_arns') ?? []
  const isOwn = ofItsOwn(planned, 'aws_iam_role_policy_attachment', 'policy_arn')
  return (isUnknown(arns) ? [arns] : arns)
    .filter(isOwn)
    .flatMap((arn, index) =>
      administrators(arn, (why) => granted({ part: `managed_policy_arns[${index}]`, to: own(planned) }, why)),
    )
}

function own(planned: Planned): Told<string> {
  return { $value: planned.identity, $basis: 'configured' }
}

function attachments(from: string, resources: Mapping<Policy>['resources']): Mapping<Policy> {
  return { from, to: Policy, lives: 'global', names: ['id'], companions: [], says: SAYS, resources }
}

/** Nothing, where the policy is known to be another one; what cannot be told may be it. */
function administrators(
  arn: Told<string> | undefined,
  make: (why: Unknown | undefined) => readonly Mapped<Policy>[],
): readonly Mapped<Policy>[] {
  if (arn === undefined) return []
  if (isUnknown(arn)) return make(arn)
  return isAdministratorAccess(arn.$value) ? make(undefined) : []
}

function granted(
  { part, to }: { readonly part?: string; readonly to: Told<string> | undefined },
  document: Stored<PolicyDocument> = ADMINISTRATOR_ACCESS,
): readonly Mapped<Policy>[] {
  return [
    {
      ...(part === undefined ? {} : { part }),
      name: undefined,
      arn: undefined,
      data: { kind: 'aws_attachment', principal: to ?? null, attachmentCount: 1, document },
    },
  ]
}

/** What AWS documents AdministratorAccess to say (AWS Managed Policy Reference). */
const ADMINISTRATOR_ACCESS = awsDefault({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  // A policy document is any JSON object: the type only marks it as opaque to checks.
} as PolicyDocument)
