import { typesRead } from '#core/evaluation.ts'
import type { SelectedCheck } from '#core/selection.ts'
import { isTouched } from './judged.ts'
import type { PlanJudgement, PlanQuestion } from './judge-plan.ts'
import { reads } from './twins.ts'
import { isGone } from './view.ts'

/** What a plan creates or changes and what none of the checks looked at. */
export interface NotExamined {
  /** By AWS type, most frequent first. */
  readonly types: PlanJudgement['notExamined']
  /** Addresses of those among them of which others are examined: what they belong to is not of this plan. */
  readonly ofOthers: readonly string[]
}

/**
 * What a plan creates or changes and what none of these checks reads: "clean" is not "not looked at". Of what only says
 * something of others, those count whose others are not of the plan. `told`: addresses that were looked at.
 */
export function notExamined(
  { plan, mappings, settings }: PlanQuestion,
  checks: readonly SelectedCheck[],
  told: ReadonlySet<string>,
): NotExamined {
  const read = typesRead(checks.map(({ check }) => check))
  const judged = new Set(checks.map(({ check }) => check.on.type))
  const own = mappings.filter(({ to }) => read.has(to.type))
  const companions = new Set(own.flatMap((mapping) => mapping.companions.map(({ type }) => type)))
  const examined = new Set([
    // Judged itself, or there to be looked up by what is.
    ...own.filter(({ to, from }) => judged.has(to.type) || !companions.has(from)).map(({ from }) => from),
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
      !examined.has(change.type) &&
      !(companions.has(change.type) && told.has(change.address)),
  )
  return {
    types: [...Map.groupBy(changed, ({ type }) => type)]
      .map(([type, { length }]) => ({ type, resources: length }))
      .sort((a, b) => b.resources - a.resources || (a.type < b.type ? -1 : 1)),
    ofOthers: changed.filter(({ type }) => companions.has(type)).map(({ address }) => address),
  }
}
