import { describe, expect, it } from 'vitest'
import { changeAt, judged, readFixture } from '#test/terraform/fixture.ts'
import { isTouched } from './judged.ts'

/** The addresses that are judged. */
function judgedIn(folder: string): ReadonlySet<string> {
  const { results } = judged(readFixture(folder))
  return new Set(results.flatMap(({ resource }) => resource?.address ?? []))
}

describe('what is touched', () => {
  it('is all that the plan does something to, be it only to begin managing it', () => {
    const plan = readFixture('changed')
    expect(isTouched(changeAt(plan, 'aws_s3_bucket.imported'))).toBe(true)
    expect(isTouched(changeAt(plan, 'aws_s3_bucket.same'))).toBe(false)
  })
})

describe('what is judged', () => {
  const addresses = judgedIn('changed')

  it.each(['updated', 'renamed', 'imported'])('is what changes, or begins to be managed: %s', (name) => {
    expect(addresses).toContain(`aws_s3_bucket.${name}`)
  })

  it('is what does not change, while a companion of it is deleted or let go', () => {
    expect(addresses).toContain('aws_s3_bucket.guarded')
    expect(addresses).toContain('aws_s3_bucket.forgets')
  })

  it('is neither what nobody touches, nor what goes', () => {
    expect(addresses).not.toContain('aws_s3_bucket.same')
    expect(addresses).not.toContain('aws_s3_bucket.removed')
  })

  it('is every bucket, where the block of its account changes', () => {
    const plan = readFixture('changed')
    const block = changeAt(plan, 'aws_s3_bucket_public_access_block.guarded')
    const type = 'aws_s3_account_public_access_block'
    const setting = { ...block, type, address: `${type}.this`, name: 'this' }
    const { results } = judged({ ...plan, changes: [...plan.changes, setting] })
    expect(results.map(({ resource }) => resource?.address)).toContain('aws_s3_bucket.same')
  })
})
