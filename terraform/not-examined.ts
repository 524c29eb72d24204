import { typesRead } from '#core/evaluation.ts'
import type { SelectedCheck } from '#core/selection.ts'
import { isTouched } from './judged.ts'
import type { PlanJudgement, PlanQuestion } from './judge-plan.ts'
import { reads } from './twins.ts'
import { isGone } from './view.ts'

/** The AWS types that a plan creates or changes and that none of these checks reads: "clean" is not "not looked at". */
export function notExamined(
  { plan, mappings, settings }: PlanQuestion,
  checks: readonly SelectedCheck[],
): PlanJudgement['notExamined'] {
  const read = typesRead(checks.map(({ check }) => check))
  const examined = new Set([
    ...mappings
      .filter(({ to }) => read.has(to.type))
      .flatMap(({ from, companions }) => [from, ...companions.map(({ type }) => type)]),
    ...settings
      .filter(({ of, field }) => checks.some(({ check }) => reads(check, of.type, field)))
      .map(({ from }) => from),
  ])
  const changed = plan.changes.filter(
    (change) =>
      change.mode === 'managed' &&
      change.type.startsWith('aws_') &&
      isTouched(change) &&
      !isGone(change) &&
      !examined.has(change.type),
  )
  return [...Map.groupBy(changed, ({ type }) => type)]
    .map(([type, { length }]) => ({ type, resources: length }))
    .sort((a, b) => b.resources - a.resources || (a.type < b.type ? -1 : 1))
}
