import { Account } from '#core/account.ts'
import { GLOBAL, type Resource } from '#core/resource.ts'
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

/** The settings that a plan manages in one account. What it sets counts before what it deletes. */
export function settingsOf(
  changes: readonly Change[],
  settings: readonly Setting[],
  around: Surroundings,
): readonly PlannedSetting[] {
  const found = new Map<string, PlannedSetting>()
  const managed = changes.filter((change) => change.mode === 'managed')
  for (const change of [...managed.filter((one) => !isGone(one)), ...managed.filter(isGone)]) {
    for (const setting of settings.filter(({ from }) => from === change.type)) {
      const planned = new PlannedResource(change, around)
      const location = setting.of.type === Account.type ? GLOBAL : (planned.scope.region ?? NOWHERE)
      const key = `${setting.of.type} ${setting.field} ${location}`
      if (found.has(key)) continue
      const value = change.becomes === 'deleted' ? setting.removed(planned) : setting.read(planned)
      const isJudged = isTouched(change) && change.becomes !== 'forgotten'
      found.set(key, { setting, change, location, value, isJudged })
    }
  }
  return [...found.values()]
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
