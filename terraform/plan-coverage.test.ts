import { describe, expect, it } from 'vitest'
import { coveragePercent } from '#core/coverage.ts'
import { judged, planJson, readFixture, readPlanJson } from '#test/terraform/fixture.ts'
import { valueAt } from '#test/terraform/mangle.ts'

/** The coverage of one check. */
function coverageOf({ counts }: ReturnType<typeof judged>, checkId: string): number {
  return coveragePercent(counts.filter((pair) => pair.checkId === checkId))
}

describe('the coverage of a plan', () => {
  it('does not suffer from what is known only after apply, nor from what is managed elsewhere', () => {
    const halfKnown = judged(readFixture('half-known'))
    expect(halfKnown.results).toContainEqual(
      expect.objectContaining({ checkId: 's3-bucket-public', verdict: 'unknown' }),
    )
    expect(coverageOf(halfKnown, 's3-bucket-public')).toBe(100)
    const changed = judged(readFixture('changed'))
    expect(changed.results).toContainEqual(
      expect.objectContaining({ checkId: 's3-bucket-block-public-access', verdict: 'unknown' }),
    )
    expect(coverageOf(changed, 's3-bucket-block-public-access')).toBe(100)
  })

  it('suffers from a companion that could not be linked', () => {
    const judgement = judged(readFixture('modules'))
    const isUnlinked = judgement.results.some(({ missing }) =>
      missing.some(({ reasons }) => reasons.some(({ kind }) => kind === 'unlinked')),
    )
    expect(isUnlinked).toBe(true)
    expect(coveragePercent(judgement.counts)).toBeLessThan(100)
  })

  it('suffers from what is there and cannot be read', () => {
    const json = planJson('created')
    // The same in both places where a plan says it.
    for (const list of [
      valueAt(json, ['resource_changes']),
      valueAt(json, ['planned_values', 'root_module', 'resources']),
    ]) {
      for (const one of Array.isArray(list) ? list : []) {
        if (valueAt(one, ['type']) !== 'aws_s3_bucket_versioning') continue
        Object.assign(valueAt(one, ['change', 'after']) ?? valueAt(one, ['values']) ?? {}, {
          versioning_configuration: 'on',
        })
      }
    }
    const judgement = judged(readPlanJson(json))
    expect(judgement.results).toContainEqual(
      expect.objectContaining({ checkId: 's3-bucket-versioning', verdict: 'unknown' }),
    )
    expect(coverageOf(judgement, 's3-bucket-versioning')).toBe(0)
  })
})
