import { SEVERITIES, type Check, type Severity } from './check.ts'

/** Which checks, with which parameters: as a target says it, or as a scope narrows it. Ids may be aliases. */
export interface CheckSelection {
  /** Null: all. */
  readonly include: readonly string[] | null
  readonly exclude: readonly string[]
  readonly minSeverity: Severity | null
  readonly parameters: readonly CheckParameter[]
}

export interface CheckParameter {
  readonly check: string
  readonly name: string
  /** JSON, or plain text. */
  readonly value: string
}

/** A check that a scan judges, with its parameters filled in. */
export interface SelectedCheck {
  readonly check: Check
  readonly params: unknown
}

export interface Selected {
  /** Sorted by id. */
  readonly checks: readonly SelectedCheck[]
  /** What could not be understood, each with what to do; the rest of the selection stands. */
  readonly faults: readonly string[]
}

/** The IAM prefix that a check's id begins with: what `services` filters by. */
export function serviceOfCheck(check: Pick<Check, 'id'>): string {
  return check.id.slice(0, check.id.indexOf('-'))
}

/**
 * Picks checks out of the catalogue. Exclusion wins over inclusion; an id may be one of ours or an alias. Unknown ids,
 * unknown parameters and refused values are faults, never ignored in silence.
 */
export function selectChecks(
  catalogue: readonly Check[],
  selection: CheckSelection,
  services: readonly string[] | null = null,
): Selected {
  const faults: string[] = []
  const byName = new Map(
    catalogue.flatMap((check) => [check.id, ...check.aliases].map((name) => [name, check] as const)),
  )
  const named = (name: string, field: string): Check | undefined => {
    const check = byName.get(name)
    if (check === undefined)
      faults.push(`${field}: there is no check "${name}"; docs/reference/checks.md lists all ids and aliases`)
    return check
  }

  const included =
    selection.include === null ? null : new Set(selection.include.map((name) => named(name, 'checks.include')))
  const excluded = new Set(selection.exclude.map((name) => named(name, 'checks.exclude')))
  const least = selection.minSeverity === null ? SEVERITIES.length : SEVERITIES.indexOf(selection.minSeverity) + 1
  const wanted = SEVERITIES.slice(0, least)

  const values = new Map<Check, Record<string, string>>()
  for (const { check: name, name: parameter, value } of selection.parameters) {
    const check = named(name, 'checks.parameters')
    if (check === undefined) continue
    values.set(check, { ...values.get(check), [parameter]: value })
  }

  const checks = catalogue
    .filter(
      (check) =>
        (included === null || included.has(check)) &&
        !excluded.has(check) &&
        wanted.includes(check.severity) &&
        (services === null || services.includes(serviceOfCheck(check))),
    )
    .map((check) => ({ check, params: parametersOf(check, values.get(check) ?? {}, faults) }))
    .sort((a, b) => (a.check.id < b.check.id ? -1 : 1))
  return { checks, faults }
}

/**
 * Narrows what a target selects by a scope: only what both select, with the target's parameters, so that a scope never
 * widens. A scope that leaves nothing is a fault.
 */
export function narrowChecks(
  catalogue: readonly Check[],
  target: Selected,
  scope: CheckSelection,
  services: readonly string[] | null,
): Selected {
  const narrower = selectChecks(catalogue, scope, services)
  const kept = new Set(narrower.checks.map(({ check }) => check))
  const checks = target.checks.filter(({ check }) => kept.has(check))
  const faults = [...target.faults, ...narrower.faults.map((fault) => `scope.${fault}`)]
  if (checks.length === 0 && faults.length === 0) {
    faults.push(
      "scope: none of the target's checks is in it; a scope narrows the target's own selection and never widens it",
    )
  }
  return { checks, faults }
}

/** Intersects two lists of which null means "all". */
export function intersect(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null) return b
  if (b === null) return a
  return a.filter((member) => b.includes(member))
}

function parametersOf(check: Check, given: Readonly<Record<string, string>>, faults: string[]): unknown {
  const names = Object.keys(given)
  if (names.length === 0) return check.defaults
  const known = Object.keys(check.defaults as Readonly<Record<string, unknown>>)
  for (const name of names) {
    if (!known.includes(name)) {
      const takes = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`
      faults.push(`checks.parameters: ${check.id} has no parameter "${name}"; ${takes}`)
    }
  }
  const values = Object.fromEntries(
    names.filter((name) => known.includes(name)).map((name) => [name, jsonOrText(given[name] ?? '')]),
  )
  const parsed = check.params?.safeParse(values)
  if (parsed === undefined || parsed.success) return parsed?.data ?? check.defaults
  for (const issue of parsed.error.issues) {
    faults.push(`checks.parameters: ${check.id} refuses ${issue.path.join('.')}: ${issue.message}`)
  }
  return check.defaults
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
