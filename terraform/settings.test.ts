import { describe, expect, it } from 'vitest'
import { Account } from '#core/account.ts'
import { changeAt, judged, readFixture, verdictsOf } from '#test/terraform/fixture.ts'
import type { Change, Plan } from './plan.ts'
import { settingResource, valueOfAll, type PlannedSetting } from './settings.ts'
import { accountPublicAccessBlock } from './s3/account-public-access-block.ts'

const plan = readFixture('accounts')
const block = changeAt(plan, 'aws_s3_account_public_access_block.here')

/** The plan with another block of the account. */
function withBlock(more: Partial<Change>): Plan {
  return { ...plan, changes: plan.changes.map((change) => (change === block ? { ...block, ...more } : change)) }
}

const own = (changed: Plan) => verdictsOf(judged(changed), 's3-account-block-public-access')

describe('a setting of the account', () => {
  it('is judged where the plan sets it, at its own address', () => {
    expect(own(plan)).toEqual({ [block.address]: 'pass' })
  })

  it('falls to the default of AWS where the plan deletes it', () => {
    const gone = { becomes: 'deleted', before: block.after, after: undefined } as const
    expect(own(withBlock(gone))).toEqual({ [block.address]: 'fail' })
  })

  it('is not judged where the plan leaves it alone, lets it go, or has none', () => {
    expect(own(withBlock({ becomes: 'unchanged', before: block.after }))).toEqual({})
    expect(own(withBlock({ becomes: 'forgotten', before: block.after, after: undefined }))).toEqual({})
    expect(own({ ...plan, changes: plan.changes.filter((change) => change !== block) })).toEqual({})
  })

  it('is nothing but the setting, as a resource', () => {
    const setting: PlannedSetting = {
      setting: accountPublicAccessBlock,
      change: block,
      location: 'global',
      value: 'v',
      isJudged: true,
    }
    expect(settingResource(setting)).toMatchObject({
      type: Account.type,
      id: block.address,
      data: { s3PublicAccessBlock: 'v' },
    })
  })

  it('that is set twice is what both say, and unknown where they differ', () => {
    const of = (value: unknown): PlannedSetting => ({
      setting: accountPublicAccessBlock,
      change: block,
      location: 'global',
      value,
      isJudged: true,
    })
    expect(valueOfAll([of({ a: 1 }), of({ a: 1 })])).toEqual({ a: 1 })
    expect(valueOfAll([of({ a: 1 }), of({ a: 2 })])).toEqual({
      $unknown: [expect.objectContaining({ kind: 'unreadable' })],
    })
  })
})
