import type { Check } from '#core/check.ts'
import type { Links } from './links.ts'
import type { Mapping, Setting } from './mapping.ts'
import type { Change } from './plan.ts'
import { reads } from './twins.ts'
import { isGone } from './view.ts'

/** Whether a plan does something to a resource, be it only to begin or to end managing it. */
export function isTouched(change: Change): boolean {
  return change.becomes !== 'unchanged' || change.isImported
}

/**
 * Whether a resource is judged: what the plan touches, and what it leaves alone while it touches what guards it, a
 * companion or a setting of its account. The rest is there for others to look at.
 */
export function isJudged(
  change: Change,
  mapping: Mapping,
  around: { readonly links: Links; readonly checks: readonly Check[]; readonly touchedSettings: readonly Setting[] },
): boolean {
  if (isGone(change)) return false
  if (isTouched(change)) return true
  const isCompanionTouched = mapping.companions.some(({ type }) => {
    const { planned, deleted, forgotten, unresolved } = around.links.of(change, type)
    return planned.some(isTouched) || deleted.length + forgotten.length + unresolved.length > 0
  })
  return isCompanionTouched || around.touchedSettings.some((setting) => isJudgedBy(mapping, setting, around.checks))
}

/** Whether any check on the mapping's type looks at a setting. */
function isJudgedBy(mapping: Mapping, setting: Setting, checks: readonly Check[]): boolean {
  return checks.some((check) => check.on.type === mapping.to.type && reads(check, setting.of.type, setting.field))
}
