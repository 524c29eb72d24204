import { describe, expect, it } from 'vitest'
import { mappedPlan } from '#test/terraform/mapped.ts'

const plan = mappedPlan('permissions')
const policy = (id: string): unknown => plan.data('AWS::IAM::ManagedPolicy', id)
const user = (name: string): unknown => plan.data('AWS::IAM::User', `aws_iam_user.${name}`)
const EVERYTHING = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

describe('a policy', () => {
  it('is counted with all to whom it is attached, one by one or in a list', () => {
    expect(policy('aws_iam_policy.shared')).toMatchObject({
      kind: 'customer',
      attachmentCount: 3,
      document: EVERYTHING,
    })
  })

  it('that nobody had but those from whom it is taken, has nobody', () => {
    expect(policy('aws_iam_policy.old')).toMatchObject({ attachmentCount: 0 })
  })

  it('may be the one of an attachment that does not say yet which it attaches', () => {
    expect(policy('aws_iam_policy.unused')).toMatchObject({ attachmentCount: '?unlinked' })
  })

  it.each([
    'aws_iam_group_policy_attachment.admins',
    'aws_iam_policy_attachment.admins.groups[0]',
    'aws_iam_policy_attachment.admins.roles[0]',
    'aws_iam_role.inside.managed_policy_arns[0]',
    'aws_iam_role_policy_attachment.old',
    'aws_iam_role_policy_attachments_exclusive.inside.policy_arns[0]',
  ])('AdministratorAccess is one where it is attached: %s', (id) => {
    expect(policy(id)).toMatchObject({ kind: 'aws_attachment', attachmentCount: 1, document: EVERYTHING })
  })

  it('may be AdministratorAccess where nobody knows yet', () => {
    expect(policy('aws_iam_role_policy_attachment.chosen')).toMatchObject({ document: expect.stringMatching(/^\?/) })
  })

  it('of another kind that AWS keeps is none of ours', () => {
    expect(plan.has('AWS::IAM::ManagedPolicy', 'aws_iam_role_policy_attachment.reader')).toBe(false)
    expect(plan.has('AWS::IAM::ManagedPolicy', 'aws_iam_role_policy_attachments_exclusive.inside.policy_arns[1]')).toBe(
      false,
    )
  })

  it.each(['aws_iam_role.inside.inline_policy[0]', 'aws_iam_role_policy.old', 'aws_iam_user_policy.full'])(
    'is inline in one principal: %s',
    (id) => {
      expect(policy(id)).toMatchObject({ kind: 'inline', document: EVERYTHING })
    },
  )

  it('that stands beside a role is judged there alone, though the refreshed role shows it too', () => {
    expect(plan.has('AWS::IAM::ManagedPolicy', 'aws_iam_role.old.inline_policy[0]')).toBe(false)
    expect(plan.has('AWS::IAM::ManagedPolicy', 'aws_iam_role.old.managed_policy_arns[0]')).toBe(false)
  })
})

describe('a user', () => {
  const attached = (...arns: readonly string[]): object => ({
    attachedPolicies: arns.map((arn) => ({ arn, name: arn.slice(arn.lastIndexOf('/') + 1) })),
  })
  const keys = (first: unknown, second: unknown): object => ({
    report: { accessKey1: { active: first }, accessKey2: { active: second } },
  })

  it('has what is attached to it, alone or in a list, and no more when it is new', () => {
    expect(user('full')).toMatchObject({ ...attached('shared'), inlinePolicies: ['inline'] })
    expect(user('empty')).toMatchObject({ ...attached('shared'), inlinePolicies: [] })
  })

  it('has nothing but what is attached to it exclusively', () => {
    expect(user('exclusive')).toMatchObject(attached('arn:aws:iam::aws:policy/ReadOnlyAccess'))
  })

  it('that is there already may have more than a plan can see', () => {
    expect(user('old')).toMatchObject({ attachedPolicies: ['?elsewhere'], inlinePolicies: ['?elsewhere'] })
  })

  it('has the keys that the plan makes; of two that it had, one is left when the other is deleted', () => {
    expect(user('full')).toMatchObject(keys(true, false))
    expect(user('empty')).toMatchObject(keys(false, false))
    expect(user('old')).toMatchObject(keys(true, false))
  })
})

it('a password policy says all of it, with what AWS does where it leaves something out', () => {
  expect(plan.setting('aws_iam_account_password_policy.this')).toEqual({
    present: true,
    minimumLength: 14,
    reusePrevention: null,
  })
})
