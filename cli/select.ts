import { CHECKS, findCheck } from '#checks/registry.ts'
import { suggestion } from '#core/nearest.ts'
import {
  selectChecks,
  serviceOfCheck,
  type CheckParameter,
  type CheckSelection,
  type SelectedCheck,
} from '#core/selection.ts'
import { FRAMEWORKS } from '#frameworks/registry.ts'
import { NO_CONFIG, type Config } from './config-file.ts'
import type { Occurrence } from './option.ts'
import type { SelectionValues } from './selection-options.ts'
import { wrongUse } from './stop.ts'

/** The checks of a run. */
export interface Chosen {
  /** Sorted by id; never empty. */
  readonly checks: readonly SelectedCheck[]
  /** The same as the spec of a scan says it: `include` is null where nobody named checks or a framework. */
  readonly selection: CheckSelection
}

/**
 * Chooses the checks of a run. The command line wins over the configuration: its list of checks and its severity take the
 * place of the file's, its exclusions and parameters come on top. Framework and services only narrow. Throws `Stop`
 * (exit 2) with everything that cannot be understood, and when nothing is left.
 */
export function chooseChecks(values: SelectionValues, config: Config = NO_CONFIG): Chosen {
  const faults: string[] = []
  const { checks: configured, name: file } = config
  checkIds('--checks', values.checks, faults)
  checkIds('--exclude-checks', values.excludeChecks, faults)
  checkIds(`${file}: checks.include`, configured.include ?? [], faults)
  checkIds(`${file}: checks.exclude`, configured.exclude, faults)
  checkIds(
    `${file}: checks.parameters`,
    configured.parameters.map(({ check }) => check),
    faults,
  )
  const given = parametersIn(values.param, faults)
  checkIds(
    '--param',
    given.map(({ check }) => check),
    faults,
  )
  const framework = values.framework.length === 0 ? null : inFrameworks(values.framework)
  if (faults.length > 0) throw wrongUse(faults.join('\n'))

  const wide: CheckSelection = {
    include: values.checks.length > 0 ? values.checks : configured.include,
    exclude: [...configured.exclude, ...values.excludeChecks],
    minSeverity: values.minSeverity ?? configured.minSeverity,
    parameters: [...(framework?.parameters ?? []), ...configured.parameters, ...given],
  }
  const selected = selectChecks(CHECKS, wide, servicesIn(values))
  if (selected.faults.length > 0) {
    throw wrongUse(selected.faults.map((fault) => fault.replace(/^checks\.parameters: /, '')).join('\n'))
  }
  const checks = selected.checks.filter(({ check }) => framework === null || framework.ids.has(check.id))
  if (checks.length === 0) {
    throw wrongUse('what was asked for leaves no check', 'vedette checks list lists all of them.')
  }
  const include = framework === null ? wide.include : checks.map(({ check }) => check.id)
  return { checks, selection: { ...wide, include } }
}

function checkIds(where: string, names: readonly string[], faults: string[]): void {
  for (const name of names) {
    if (findCheck(name) !== undefined) continue
    const near = suggestion(
      name,
      CHECKS.flatMap((check) => [check.id, ...check.aliases]),
    )
    faults.push(`${where}: there is no check "${name}"${near || '; vedette checks list lists all of them'}`)
  }
}

/** The services whose checks are asked; null: all. */
function servicesIn({ services, excludeServices }: SelectionValues): readonly string[] | null {
  if (services.length === 0 && excludeServices.length === 0) return null
  const wide = services.length === 0 ? CHECKS.map(serviceOfCheck) : services
  return wide.filter((name) => !excludeServices.includes(name))
}

/** The checks that a framework names, and the parameters that it asks for. */
function inFrameworks(names: readonly string[]): {
  readonly ids: ReadonlySet<string>
  readonly parameters: readonly CheckParameter[]
} {
  const wanted = FRAMEWORKS.filter(({ id }) => names.includes(id))
  const mapped = wanted.flatMap(({ requirements }) => requirements.flatMap(({ checks }) => checks))
  return {
    ids: new Set(mapped.map(({ id }) => id)),
    parameters: mapped.flatMap(({ id: check, params = {} }) =>
      Object.entries(params).map(([name, value]) => ({ check, name, value: JSON.stringify(value) })),
    ),
  }
}

function parametersIn(given: readonly Occurrence[], faults: string[]): readonly CheckParameter[] {
  return given.flatMap(({ text }) => {
    const [, check, name, value] = /^([^.=]+)\.([^.=]+)=(.*)$/s.exec(text) ?? []
    if (check !== undefined && name !== undefined && value !== undefined) return [{ check, name, value }]
    faults.push(`--param takes CHECK.NAME=VALUE, not "${text}"`)
    return []
  })
}
