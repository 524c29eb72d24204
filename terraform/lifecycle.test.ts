import { describe, expect, it } from 'vitest'
import { changeAt, judged, readFixture, verdictsOf } from '#test/terraform/fixture.ts'

describe('a plan that replaces, moves, imports, lets go', () => {
  const plan = readFixture('lifecycle')
  const judgement = judged(plan)

  it('is read as what becomes of each', () => {
    const becomes = (address: string): string => changeAt(plan, address).becomes
    expect(becomes('aws_s3_bucket.replaced')).toBe('replaced')
    expect(becomes('aws_s3_bucket.ahead')).toBe('replaced')
    expect(becomes('aws_s3_bucket.tainted')).toBe('replaced')
    expect(becomes('aws_s3_bucket.destroyed')).toBe('deleted')
    expect(becomes('aws_s3_bucket.dropped')).toBe('deleted')
    expect(becomes('aws_s3_bucket.let_go')).toBe('forgotten')
    expect(becomes('module.moved.aws_s3_bucket.this')).toBe('updated')
    expect(changeAt(plan, 'aws_s3_bucket.imported')).toMatchObject({ becomes: 'unchanged', isImported: true })
  })

  it('judges what will be there, and what loses or gets a companion', () => {
    expect(verdictsOf(judgement, 's3-bucket-versioning')).toEqual({
      'aws_s3_bucket.ahead': 'fail',
      'aws_s3_bucket.counted["first"]': 'fail',
      'aws_s3_bucket.imported': 'pass',
      'aws_s3_bucket.mine': 'fail',
      'aws_s3_bucket.replaced': 'pass',
      'aws_s3_bucket.tainted': 'pass',
      'aws_s3_bucket.unguarded': 'fail',
      'aws_s3_bucket.yours': 'pass',
      'module.moved.aws_s3_bucket.this': 'pass',
    })
  })

  it('takes a replaced resource for a new one: what belonged to the old one is gone with it', () => {
    // Its block is deleted by the plan, and a new bucket comes with one.
    expect(verdictsOf(judgement, 's3-bucket-block-public-access')['aws_s3_bucket.replaced']).toBe('pass')
  })
})
