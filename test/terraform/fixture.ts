import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import { selectChecks } from '#core/selection.ts'
import type { Attributes } from '#terraform/attributes.ts'
import { Expressions } from '#terraform/expressions.ts'
import { judgePlan, type PlanJudgement, type PlanQuestion } from '#terraform/judge-plan.ts'
import { readPlan } from '#terraform/plan-file.ts'
import type { Change, Plan } from '#terraform/plan.ts'
import { MAPPINGS, SETTINGS } from '#terraform/registry.ts'
import type { SourceView } from '#terraform/source-view.ts'
import { planValues } from '#terraform/source/plan-values.ts'
import { readSource, type Source } from '#terraform/source/source.ts'
import { attributesOf } from '#terraform/view.ts'
import type { Json } from './mangle.ts'

const testdata = new URL('../../terraform/testdata/', import.meta.url)

/** The JSON of the real plan of a folder of `terraform/testdata`. */
export function planJson(folder: string): Json {
  return JSON.parse(readFileSync(new URL(`${folder}/plan.json`, testdata), 'utf8'))
}

/** The real plan of a folder, read. */
export function readFixture(folder: string): Plan {
  return readPlanJson(planJson(folder))
}

/** A plan from JSON that is one. */
export function readPlanJson(json: Json): Plan {
  const file = readPlan(json)
  return file.kind === 'plan' ? file.plan : expect.fail(JSON.stringify(file))
}

/** The files of a folder. */
export async function readFixtureSource(folder: string): Promise<Source> {
  const source = await readSource(new URL(folder, testdata).pathname)
  expect(source.faults).toEqual([])
  return source
}

/** What the files of a folder say. */
export async function sourceOfFixture(folder: string, plan: Plan): Promise<SourceView> {
  return (await readFixtureSource(folder)).view(planValues(plan))
}

export function changeAt(plan: Plan, address: string): Change {
  return plan.changes.find((change) => change.address === address) ?? expect.fail(`${address} is not in the plan`)
}

/** What a mapping sees of a resource of the plan. */
export function attributesAt(plan: Plan, address: string, source?: SourceView): Attributes {
  return attributesOf(changeAt(plan, address), plan, new Expressions(plan, source))
}

const { checks } = selectChecks(CHECKS, { include: null, exclude: [], minSeverity: null, parameters: [] })

/** Judges a plan by every check there is. */
export function judged(plan: Plan, more: Partial<PlanQuestion> = {}): PlanJudgement {
  return judgePlan({ plan, checks, mappings: MAPPINGS, settings: SETTINGS, now: new Date(0), ...more })
}

/** `address: verdict` of one check. */
export function verdictsOf({ results }: PlanJudgement, checkId: string): Record<string, string> {
  const own = results.filter((result) => result.checkId === checkId)
  return Object.fromEntries(own.map(({ resource, verdict }) => [resource?.address ?? '', verdict]))
}
