import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterApply, denied, report, result } from '#test/builders/report.ts'

const results = [
  result({ checkId: 's3-bucket-public', verdict: 'pass', resource: { id: 'p' } }),
  result({ checkId: 's3-bucket-versioning' }),
  result({ checkId: 's3-bucket-public', verdict: 'unknown', resource: { id: 'u' } }),
  result({ checkId: 's3-bucket-public', verdict: 'not_applicable', resource: { id: 'n' } }),
  result({ checkId: 's3-bucket-public', resource: { id: 'b' } }),
  result({ checkId: 's3-bucket-public', resource: { id: 'a' } }),
  result({ checkId: 'ec2-instance-imdsv2', resource: { id: 'i' } }),
]

describe('a report', () => {
  it('is sorted worst first: what breaks the gate, what is below, unknowns, the rest', () => {
    expect(
      report({ results }).results.map(({ resource, countsAs, verdict }) => [resource?.id, countsAs ?? verdict]),
    ).toEqual([
      ['a', 'failing'],
      ['b', 'failing'],
      ['i', 'below'],
      ['logs', 'below'],
      ['u', 'unknown'],
      ['p', 'pass'],
      ['n', 'not_applicable'],
    ])
  })

  it('is the same in whatever order its results come', () => {
    const names = (given: typeof results) => report({ results: given }).results.map(({ fingerprint }) => fingerprint)
    fc.assert(
      fc.property(fc.shuffledSubarray(results, { minLength: results.length }), (shuffled) => {
        expect(names(shuffled)).toEqual(names(results))
      }),
    )
  })

  it('adds up what stood in the way, most frequent first', () => {
    const unknown = (id: string, ...reasons: readonly ReturnType<typeof denied>[]) =>
      result({
        verdict: 'unknown',
        resource: { id },
        missing: [
          { field: 'policy', reasons },
          { field: 'acl', reasons },
        ],
      })
    expect(report({ results: [unknown('a', denied(), afterApply()), unknown('b', denied())] }).gaps).toEqual([
      { reason: denied(), results: 2 },
      { reason: afterApply(), results: 1 },
    ])
  })
})
