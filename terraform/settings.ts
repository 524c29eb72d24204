import { isDeepStrictEqual } from 'node:util'
import { Account } from '#core/account.ts'
import { GLOBAL, type Resource } from '#core/resource.ts'
import { unknown } from '#core/stored.ts'
import type { Setting } from './mapping.ts'
import { PlannedResource, type Surroundings } from './planned-resource.ts'
import type { Change } from './plan.ts'
import { isGone } from './view.ts'
import { isTouched } from './judged.ts'
import { NOWHERE } from './snapshot.ts'

/** A setting of an account that a plan manages, or stops managing. */
export interface PlannedSetting {
  readonly setting: Setting
  readonly change: Change
  readonly location: string
  readonly value: unknown
  readonly isJudged: boolean
}

/**
 * The settings that a plan manages in one account. What it sets counts before what it deletes. A setting that is set twice
 * is there twice: nobody can say which one stays, so each is judged.
 */
export function settingsOf(
  changes: readonly Change[],
  settings: readonly Setting[],
  around: Surroundings,
): readonly PlannedSetting[] {
  const managed = changes.filter((change) => change.mode === 'managed')
  const set = managed.filter((change) => !isGone(change)).flatMap((change) => plannedIn(change, settings, around))
  const kept = new Set(set.map(placeOf))
  const gone = managed.filter(isGone).flatMap((change) => plannedIn(change, settings, around))
  return [...set, ...gone.filter((planned) => !kept.has(placeOf(planned)))]
}

function plannedIn(change: Change, settings: readonly Setting[], around: Surroundings): readonly PlannedSetting[] {
  return settings
    .filter(({ from }) => from === change.type)
    .map((setting) => {
      const planned = new PlannedResource(change, around)
      const location = setting.of.type === Account.type ? GLOBAL : (planned.scope.region ?? NOWHERE)
      const value = change.becomes === 'deleted' ? setting.removed(planned) : setting.read(planned)
      return { setting, change, location, value, isJudged: isTouched(change) && change.becomes !== 'forgotten' }
    })
}

function placeOf({ setting, location }: PlannedSetting): string {
  return `${setting.of.type} ${setting.field} ${location}`
}

/** What others are judged with: nobody knows it where a plan sets it twice and differently. */
export function valueOfAll(planned: readonly PlannedSetting[]): unknown {
  const [first, ...others] = planned
  const isOne = others.every(({ value }) => isDeepStrictEqual(value, first?.value))
  if (isOne) return first?.value
  const detail = `it is set more than once: ${planned.map(({ change }) => change.address).join(', ')}`
  return unknown({ kind: 'unreadable', detail })
}

/** A setting as the pseudo resource that checks on the account judge: nothing but the setting is in it. */
export function settingResource({ setting, change, location, value }: PlannedSetting): Resource {
  return {
    type: setting.of.type,
    id: change.address,
    arn: null,
    name: change.address,
    location,
    tags: {},
    data: { [setting.field]: value },
  }
}
