import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judged, planJson, readPlanJson } from '#test/terraform/fixture.ts'
import { maskable, maskablePaths, masked } from '#test/terraform/mask.ts'
import type { Json } from '#test/terraform/mangle.ts'

interface Said {
  readonly verdict: string
  readonly place: string
  readonly isUnchanged: boolean
}

/** What is said of each resource by each check. */
function saidOf(json: Json): ReadonlyMap<string, Said> {
  const plan = readPlanJson(json)
  const unchanged = new Set(plan.changes.flatMap(({ address, becomes }) => (becomes === 'unchanged' ? [address] : [])))
  return new Map(
    judged(plan).results.map(({ checkId, resource, verdict }) => {
      const address = resource?.address ?? ''
      return [
        `${checkId} ${resource?.id}`,
        { verdict, place: `${checkId} ${address}`, isUnchanged: unchanged.has(address) },
      ]
    }),
  )
}

/*
 * The masking law over plans: a value that refers to something not known yet leaves each verdict or makes it unknown. What
 * names a resource hides with it what its companions name it by, as in any plan: they refer to it then. Where the parts of
 * a resource (its inline policies) are hidden, one unknown at its address stands for them. A resource that does not change
 * is judged for a companion that is its own: where that is not known, it may be left alone.
 */
describe.each([
  'accounts',
  'changed',
  'created',
  'deferred',
  'half-known',
  'lifecycle',
  'modules',
  'opentofu',
  'outside',
  'secrets',
])('the plan of %s, with values that are not known yet', (folder) => {
  it('teaches nothing that the whole one does not', () => {
    const plan = maskable(planJson(folder))
    const whole = saidOf(plan)
    const paths = fc.uniqueArray(fc.constantFrom(...maskablePaths(plan)), {
      minLength: 1,
      maxLength: 4,
      selector: (path) => path.join('.'),
    })
    fc.assert(
      fc.property(paths, (hidden) => {
        const less = saidOf(hidden.reduce(masked, plan))
        const unknownAt = new Set(
          [...less.values()].flatMap(({ verdict, place }) => (verdict === 'unknown' ? [place] : [])),
        )
        for (const [id, { verdict, place, isUnchanged }] of whole) {
          const now = less.get(id)?.verdict ?? (unknownAt.has(place) ? 'unknown' : undefined)
          if (now !== undefined || !isUnchanged) expect([verdict, 'unknown'], id).toContain(now)
        }
      }),
      { numRuns: 80 },
    )
  })
})

describe('a mask', () => {
  it('hides something that a verdict rests on', () => {
    const plan = maskable(planJson('created'))
    const unknowns = maskablePaths(plan).filter((path) =>
      [...saidOf(masked(plan, path)).values()].some(({ verdict }) => verdict === 'unknown'),
    )
    expect(unknowns.length).toBeGreaterThan(10)
  })
})
