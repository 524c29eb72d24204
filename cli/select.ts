import { CHECKS } from '#checks/registry.ts'
import type { Check } from '#core/check.ts'
import { suggestion } from '#core/nearest.ts'
import { selectChecks, serviceOfCheck, type CheckParameter, type SelectedCheck } from '#core/selection.ts'
import { FRAMEWORKS } from '#frameworks/registry.ts'
import type { Occurrence } from './option.ts'
import type { SelectionValues } from './selection-options.ts'
import { wrongUse } from './stop.ts'

/** What a configuration file says of checks; each part may be missing. */
export interface ConfiguredChecks {
  readonly include: readonly string[] | null
  readonly exclude: readonly string[]
  readonly minSeverity: Check['severity'] | null
  readonly parameters: readonly CheckParameter[]
}

export const NOTHING_CONFIGURED: ConfiguredChecks = { include: null, exclude: [], minSeverity: null, parameters: [] }

/**
 * Picks the checks of a run, sorted by id. The command line wins over the configuration: its list of checks and its
 * severity take the place of the file's, its exclusions and parameters come on top. Framework and services only narrow.
 * Throws `Stop` (exit 2) with everything that cannot be understood, and when nothing is left.
 */
export function checksWanted(
  values: SelectionValues,
  configured: ConfiguredChecks = NOTHING_CONFIGURED,
): readonly SelectedCheck[] {
  const faults: string[] = []
  const services = [...new Set(CHECKS.map(serviceOfCheck))]
  const known = (option: string, names: readonly string[]): readonly string[] => {
    for (const name of names) {
      if (!services.includes(name)) {
        const near = suggestion(name, services)
        faults.push(
          `${option}: no check belongs to a service "${name}"${near || `; there are checks of ${services.join(', ')}`}`,
        )
      }
    }
    return names
  }
  const wanted = known('--services', values.services)
  const unwanted = known('--exclude-services', values.excludeServices)
  const kept = services.filter((name) => (wanted.length === 0 || wanted.includes(name)) && !unwanted.includes(name))
  const framework = values.framework.length === 0 ? null : inFrameworks(values.framework, faults)

  const selected = selectChecks(
    CHECKS,
    {
      include: values.checks.length > 0 ? values.checks : configured.include,
      exclude: [...configured.exclude, ...values.excludeChecks],
      minSeverity: values.minSeverity ?? configured.minSeverity,
      parameters: [...(framework?.parameters ?? []), ...configured.parameters, ...parametersIn(values.param, faults)],
    },
    kept,
  )
  faults.push(...selected.faults)
  if (faults.length > 0) throw wrongUse(faults.join('\nvedette: '))
  const checks = selected.checks.filter(({ check }) => framework === null || framework.ids.has(check.id))
  if (checks.length === 0)
    throw wrongUse('these options together leave no check', 'vedette checks list lists all of them.')
  return checks
}

function inFrameworks(
  names: readonly string[],
  faults: string[],
): { readonly ids: ReadonlySet<string>; readonly parameters: readonly CheckParameter[] } {
  const ids = new Set<string>()
  const parameters: CheckParameter[] = []
  for (const name of names) {
    const framework = FRAMEWORKS.find(({ id }) => id === name)
    if (framework === undefined) {
      const all = FRAMEWORKS.map(({ id }) => id)
      faults.push(`--framework: there is no "${name}"${suggestion(name, all) || `; there are ${all.join(', ')}`}`)
      continue
    }
    for (const { id, params = {} } of framework.requirements.flatMap(({ checks }) => checks)) {
      ids.add(id)
      for (const [parameter, value] of Object.entries(params)) {
        parameters.push({ check: id, name: parameter, value: JSON.stringify(value) })
      }
    }
  }
  return { ids, parameters }
}

function parametersIn(given: readonly Occurrence[], faults: string[]): readonly CheckParameter[] {
  return given.flatMap(({ text }) => {
    const [, check, name, value] = /^([^.=]+)\.([^.=]+)=(.*)$/s.exec(text) ?? []
    if (check !== undefined && name !== undefined && value !== undefined) return [{ check, name, value }]
    faults.push(`--param takes CHECK.NAME=VALUE, not "${text}"`)
    return []
  })
}
