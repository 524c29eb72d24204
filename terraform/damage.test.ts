import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { judged, planJson, readFixtureSource } from '#test/terraform/fixture.ts'
import { mangleAt, mangled, pathsIn, type Json, type Mangle, type Path } from '#test/terraform/mangle.ts'
import type { PlanJudgement } from './judge-plan.ts'
import { readPlan, readPlanFile } from './plan-file.ts'
import { planValues } from './source/plan-values.ts'
import type { Source } from './source/source.ts'

const FOLDERS = [
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
]
const RUNS = 40

const sources = new Map<string, Source>()
beforeAll(async () => {
  for (const folder of FOLDERS) sources.set(folder, await readFixtureSource(folder))
})

/** The judgement of whatever JSON; undefined where it is refused, and then with a sentence. */
function judge(json: unknown, source?: Source): PlanJudgement | undefined {
  const file = readPlan(json)
  if (file.kind === 'refused') expect(file.why).toMatch(/^[A-Z].*\.$/s)
  if (file.kind !== 'plan') return undefined
  return judged(file.plan, source === undefined ? {} : { source: source.view(planValues(file.plan)) })
}

function verdicts(judgement: PlanJudgement): ReadonlyMap<string, string> {
  return new Map(judgement.results.map(({ checkId, resource, verdict }) => [`${checkId} ${resource?.id}`, verdict]))
}

const ALL_KINDS: readonly Mangle['what'][] = ['removed', 'of another kind', 'twice', 'swapped']

describe.each(FOLDERS)('the plan of %s, mangled', (folder) => {
  const plan: Json = planJson(folder)
  const paths = pathsIn(plan)

  it('is judged or refused, and never throws', () => {
    const mangles = fc.array(mangleAt(paths, ALL_KINDS), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(mangles, fc.boolean(), (all, hasSource) => {
        const json = all.reduce<Json>((at, one) => mangled(at, one) ?? at, plan)
        expect(() => judge(json, hasSource ? sources.get(folder) : undefined)).not.toThrow()
      }),
      { numRuns: RUNS },
    )
  })

  it('is refused wherever it is cut off', () => {
    const bytes = Buffer.from(JSON.stringify(plan))
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (at) => {
        expect(readPlanFile(bytes.subarray(0, at)).kind).toBe('refused')
      }),
      { numRuns: RUNS },
    )
  })

  /*
   * Damage is something removed, or of another kind than it was. Terraform says most things twice, so damage in one place
   * is found out; where it says a thing once, what is missing is unknown. What stays: a value that became another of its
   * kind is another plan, that may be a real one; so is a configuration that leaves an expression out (then the attribute
   * is not set, as in any plan), and a resource that is not marked as imported (then nothing happens to it).
   */
  it('does not pass by damage: what was a finding, or unknown, is that still, or the plan is refused', () => {
    const before = [...verdicts(judge(plan) ?? expect.fail('it is refused as it is'))].filter(
      ([, verdict]) => verdict === 'fail' || verdict === 'unknown',
    )
    const isDamage = (path: Path): boolean =>
      !path.includes('expressions') && !path.includes('importing') && path[0] !== 'relevant_attributes'
    fc.assert(
      fc.property(mangleAt(paths.filter(isDamage), ['removed', 'of another kind']), (mangle) => {
        const json = mangled(plan, mangle)
        const after = json === undefined ? undefined : judge(json)
        if (after === undefined) return
        const now = verdicts(after)
        for (const [id] of before) expect(['fail', 'unknown'], id).toContain(now.get(id))
      }),
      { numRuns: RUNS * 3 },
    )
  })
})

describe('JSON of any kind', () => {
  it('is refused with a sentence', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => judge(json) === undefined))
    fc.assert(fc.property(fc.uint8Array(), (bytes) => readPlanFile(bytes).kind !== 'plan'))
  })
})
