import type { Check } from '#core/check.ts'
import { MAPPINGS, SETTINGS } from '#terraform/registry.ts'
import { hasTwin, readsOnly } from '#terraform/twins.ts'
import { WITHOUT_TWIN } from '#terraform/without-twin.ts'

/** Whether a plan answers a check. */
export interface Twin {
  /** The Terraform types it is judged from, companions included; empty where no plan answers it. */
  readonly from: readonly string[]
  /** What no plan says of what it reads; empty where a plan says enough. */
  readonly unsaid: readonly string[]
  /** Why no plan answers it; null where one does. */
  readonly why: string | null
}

/** Told from the same tables that judging a plan goes by. */
export function twinOf(check: Check): Twin {
  const mappings = MAPPINGS.filter(({ to }) => to.type === check.on.type)
  const settings = SETTINGS.filter(({ of }) => of.type === check.on.type)
  if (!hasTwin(check, MAPPINGS, SETTINGS)) {
    const said = [...mappings.flatMap(({ says }) => says), ...settings.map(({ field }) => field)]
    const own = check.reads.filter(({ type }) => type === check.on.type).map(({ path }) => path)
    const unsaid = own.filter((path) => !said.some((field) => path === field || path.startsWith(`${field}.`)))
    return { from: [], unsaid: unsaid.length > 0 ? unsaid : [check.on.type], why: WITHOUT_TWIN[check.id] ?? null }
  }
  const answering = [
    ...mappings
      .filter(({ says }) => readsOnly(check, says))
      .flatMap(({ from, companions }) => [from, ...companions.map(({ type }) => type)]),
    ...settings.filter(({ field }) => readsOnly(check, [field])).map(({ from }) => from),
  ]
  return { from: [...new Set(answering)], unsaid: [], why: null }
}
