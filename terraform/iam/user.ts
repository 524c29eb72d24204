import { awsDefault, isBased, isUnknown, unknown, type Stored } from '#core/stored.ts'
import { User } from '#resources/iam/user.ts'
import type { Attributes } from '../attributes.ts'
import type { Mapping, Planned } from '../mapping.ts'
import { members, membersOf, type Members, type Parts, type Refer } from '../members.ts'
import { elsewhere } from '../property.ts'
import { mapTold, unreadable, type Told } from '../told.ts'

type Attached = User['attachedPolicies'][number]

/** A user, with what is attached to it alone. Of its credentials a plan tells which keys there will be. */
export const user: Mapping<User> = {
  from: 'aws_iam_user',
  to: User,
  lives: 'global',
  names: ['name', 'id', 'arn'],
  companions: [
    { type: 'aws_iam_access_key', by: 'user' },
    { type: 'aws_iam_policy_attachment', by: 'users', isList: true },
    { type: 'aws_iam_user_policy', by: 'user' },
    { type: 'aws_iam_user_policy_attachment', by: 'user' },
    { type: 'aws_iam_user_policy_attachments_exclusive', by: 'user_name' },
  ],
  says: [
    'attachedPolicies',
    'inlinePolicies',
    'permissionsBoundary',
    'report.accessKey1.active',
    'report.accessKey2.active',
  ],
  resources: (planned) => [
    {
      name: planned.attributes.text('name'),
      arn: planned.attributes.text('arn'),
      tags: planned.attributes.textMap('tags'),
      data: dataOf(planned),
    },
  ],
  standIn: (planned) => ({
    ...dataOf(planned),
    permissionsBoundary: elsewhere(planned, 'permissions_boundary'),
  }),
}

function dataOf(planned: Planned): Parts<User, keyof User> {
  const untold = unknown({ kind: 'elsewhere', detail: 'no plan tells it' })
  const [first, second] = activeKeys(planned)
  const key = (active: Stored<boolean>) => ({ active, lastRotated: untold, lastUsed: untold })
  return {
    created: untold,
    groups: untold,
    attachedPolicies: attachedPolicies(planned),
    inlinePolicies: members<string>(planned, {
      of: User,
      field: 'inlinePolicies',
      companions: [{ type: 'aws_iam_user_policy', read: nameOf }],
      created: [],
    }),
    permissionsBoundary: planned.reference('permissions_boundary') ?? awsDefault(null),
    report: {
      observedAt: untold,
      passwordEnabled: untold,
      passwordLastUsed: untold,
      passwordLastChanged: untold,
      mfaActive: untold,
      accessKey1: key(first),
      accessKey2: key(second),
    },
  }
}

function attachedPolicies(planned: Planned): Stored<User['attachedPolicies']> {
  const [exclusive] = planned.companions('aws_iam_user_policy_attachments_exclusive').planned
  if (exclusive !== undefined) {
    const { items, incomplete } = membersOf(exclusive.references('policy_arns'), attached)
    return incomplete.length === 0 ? items : { $items: items, $incomplete: incomplete }
  }
  const one = (_: Attributes, refer: Refer): Members<Attached> => ({
    items: [attached(refer('policy_arn') ?? unreadable('an attachment without a policy'))],
    incomplete: [],
  })
  return members<Attached>(planned, {
    of: User,
    field: 'attachedPolicies',
    companions: [
      { type: 'aws_iam_policy_attachment', read: one },
      { type: 'aws_iam_user_policy_attachment', read: one },
    ],
    created: [],
  })
}

function attached(arn: Told<string>): Stored<Attached> {
  return { arn, name: mapTold(arn, (text) => text.slice(text.lastIndexOf('/') + 1)) }
}

function nameOf(policy: Attributes): Members<string> {
  return { items: [policy.text('name') ?? awsDefault('a name that Terraform makes up')], incomplete: [] }
}

/** A user has two keys at most. Source: IAM User Guide, "IAM and AWS STS quotas". */
const MOST_KEYS = 2

/** Whether the first and the second key will be active; active ones first. */
function activeKeys(planned: Planned): readonly [Stored<boolean>, Stored<boolean>] {
  const { planned: kept, deleted, unresolved } = planned.companions('aws_iam_access_key')
  const active = kept.map(({ attributes }) =>
    mapTold(attributes.text('status') ?? awsDefault('Active'), (status) => status === 'Active'),
  )
  const had = kept.filter(({ isNew }) => !isNew).length + deleted.length
  const isAll = unresolved.length === 0 && (planned.isNew || had >= MOST_KEYS || kept.length >= MOST_KEYS)
  const rest: Stored<boolean> = isAll
    ? awsDefault(false)
    : unresolved.length > 0
      ? unknown(...unresolved)
      : elsewhere(planned, 'other access keys')
  const isActive = (told: Stored<boolean> | undefined): boolean =>
    told !== undefined && typeof told === 'object' && !isUnknown(told) && isBased(told) && told.$value
  const [first = rest, second = rest] = [...active].sort((a, b) => Number(isActive(b)) - Number(isActive(a)))
  return [first, second]
}
