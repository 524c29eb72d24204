import { describe, expect, it } from 'vitest'
import { unknown } from '#core/stored.ts'
import { changeAt, readFixture, sourceOfFixture } from '#test/terraform/fixture.ts'
import { Expressions } from './expressions.ts'
import type { Plan } from './plan.ts'
import { deferredPolicy } from './policy.ts'
import type { SourceView } from './source-view.ts'

const afterApply = (attribute: string) => unknown({ kind: 'after_apply', attribute })

/** The policy that an attribute takes from a data source that is read when applying. */
function policyOf(plan: Plan, address: string, attribute = 'policy', source?: SourceView) {
  const change = changeAt(plan, address)
  const { module, mode, type, name } = change
  const expression = plan.configuration.resource(module, mode, type, name)?.expressions[attribute]
  return deferredPolicy(change, expression, { plan, expressions: new Expressions(plan, source) })
}

describe('a policy document that is read when applying', () => {
  const plan = readFixture('deferred')

  it('has the statements of the documents that it takes in, and its own, with what is not known in its place', () => {
    expect(policyOf(plan, 'aws_s3_bucket_policy.made')).toEqual({
      Version: '2012-10-17',
      Statement: [
        expect.objectContaining({ Sid: 'Tls', Effect: 'Deny' }),
        {
          Sid: 'Read',
          Effect: 'Allow',
          Action: ['s3:GetObject'],
          Resource: [afterApply('data.aws_iam_policy_document.late.statement[0].resources[0]')],
          Principal: {
            AWS: [afterApply('data.aws_iam_policy_document.late.statement[0].principals[0].identifiers[0]')],
          },
        },
      ],
    })
  })

  it('gives way to a statement of the same Sid that overrides it', () => {
    expect(policyOf(plan, 'aws_s3_bucket_policy.other')).toMatchObject({
      Statement: [{ Sid: 'Tls' }, { Sid: 'Read', Principal: '*', Resource: '*' }],
    })
  })

  it('does not know its conditions where a dynamic block may bring one, and adds up those that test the same', async () => {
    const half = readFixture('half-known')
    const at = 'data.aws_iam_policy_document.trust.statement[0].condition'
    expect(policyOf(half, 'aws_iam_role.inline', 'assume_role_policy')).toMatchObject({
      Statement: [{ Effect: 'Allow', Condition: afterApply(at) }],
    })
    const source = await sourceOfFixture('half-known', half)
    expect(policyOf(half, 'aws_iam_role.inline', 'assume_role_policy', source)).toMatchObject({
      Statement: [{ Condition: { $unknown: expect.anything() } }],
    })
  })

  it('is nobody’s guess where an expression makes something else of it, or reaches no document', () => {
    expect(policyOf(plan, 'aws_s3_bucket_policy.made', 'bucket')).toBeUndefined()
    expect(policyOf(readFixture('created'), 'aws_s3_bucket_policy.enc')).toBeUndefined()
  })
})
