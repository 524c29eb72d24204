import { CHECKS } from '#checks/registry.ts'
import { selectChecks } from '#core/selection.ts'
import { judgePlan, type PlanJudgement } from '#terraform/judge-plan.ts'
import { readPlan } from '#terraform/plan-file.ts'
import { MAPPINGS, SETTINGS } from '#terraform/registry.ts'
import { planValues } from '#terraform/source/plan-values.ts'
import { readSource } from '#terraform/source/source.ts'

const { checks } = selectChecks(CHECKS, { include: null, exclude: [], minSeverity: null, parameters: [] })

/** All verdicts on a plan, with the files that it was made from where a folder is given. Rejects when it cannot be read. */
export async function judgePlanned(plan: unknown, folder?: string): Promise<PlanJudgement> {
  const file = readPlan(plan)
  if (file.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(file)}`)
  const source = folder === undefined ? undefined : await readSource(folder)
  if (source !== undefined && source.faults.length > 0) throw new Error(source.faults.join('\n'))
  return judgePlan({
    plan: file.plan,
    checks,
    mappings: MAPPINGS,
    settings: SETTINGS,
    ...(source === undefined ? {} : { source: source.view(planValues(file.plan)) }),
    now: new Date(),
  })
}
