import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judged, planJson } from '#test/terraform/fixture.ts'
import { maskable, maskablePaths, masked } from '#test/terraform/mask.ts'
import type { Json } from '#test/terraform/mangle.ts'
import { readPlan } from './plan-file.ts'

interface Said {
  readonly verdict: string
  readonly isUnchanged: boolean
  /** The check and the address, which may have several parts. */
  readonly whole: string
}

function verdicts(json: Json): ReadonlyMap<string, Said> {
  const file = readPlan(json)
  if (file.kind !== 'plan') throw new Error(JSON.stringify(file))
  const unchanged = new Set(
    file.plan.changes.flatMap(({ address, becomes }) => (becomes === 'unchanged' ? [address] : [])),
  )
  const { results } = judged(file.plan)
  return new Map(
    results.map(({ checkId, resource, verdict }) => [
      `${checkId} ${resource?.id}`,
      { verdict, isUnchanged: unchanged.has(resource?.address ?? ''), whole: `${checkId} ${resource?.address}` },
    ]),
  )
}

/*
 * The masking law over plans: a value that refers to something not known yet leaves each verdict or makes it unknown. What
 * names a resource hides with it what its companions name it by, as in any plan: they refer to it then. A resource that
 * does not change is judged for a companion that is its own: where that is not known, it may be left alone. Parts that
 * nobody can number any more (the inline policies of a role) are one unknown at its address.
 */
describe.each(['accounts', 'changed', 'created', 'deferred', 'half-known', 'lifecycle', 'modules', 'secrets'])(
  'the plan of %s, with values that are not known yet',
  (folder) => {
    it('teaches nothing that the whole one does not', () => {
      const plan = maskable(planJson(folder))
      const whole = verdicts(plan)
      const paths = fc.uniqueArray(fc.constantFrom(...maskablePaths(plan)), {
        minLength: 1,
        maxLength: 4,
        selector: (path) => path.join('.'),
      })
      fc.assert(
        fc.property(paths, (hidden) => {
          const less = verdicts(hidden.reduce(masked, plan))
          const unnumbered = new Set(
            [...less.values()].flatMap((one) => (one.verdict === 'unknown' ? [one.whole] : [])),
          )
          for (const [id, { verdict, isUnchanged, whole: of }] of whole) {
            const now = less.get(id)?.verdict ?? (unnumbered.has(of) ? 'unknown' : undefined)
            if (now !== undefined || !isUnchanged) expect([verdict, 'unknown'], id).toContain(now)
          }
        }),
        { numRuns: 80 },
      )
    })
  },
)

describe('a mask', () => {
  it('hides something that a verdict rests on', () => {
    const plan = maskable(planJson('created'))
    const unknowns = maskablePaths(plan).filter((path) =>
      [...verdicts(masked(plan, path)).values()].some(({ verdict }) => verdict === 'unknown'),
    )
    expect(unknowns.length).toBeGreaterThan(10)
  })
})
