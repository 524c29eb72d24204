import type { Check } from '#core/check.ts'
import type { Mapping, Setting } from './mapping.ts'

/** Whether a plan can say what a check reads of its own resource: of all of it, whatever else it looks up. */
export function hasTwin(check: Check, mappings: readonly Mapping[], settings: readonly Setting[]): boolean {
  const fields = settings.filter((setting) => setting.of.type === check.on.type).map(({ field }) => field)
  const said = mappings.filter(({ to }) => to.type === check.on.type).map(({ says }) => says)
  // A setting is judged alone, so one of them has to say everything.
  return [...said, ...fields.map((field) => [field])].some((says) => readsOnly(check, says))
}

/** Whether all that a check reads of its own resource is within these fields, and something is. */
export function readsOnly(check: Check, says: readonly string[]): boolean {
  const own = check.reads.filter(({ type }) => type === check.on.type)
  return own.length > 0 && own.every(({ path }) => says.some((field) => isWithin(path, field)))
}

/** Whether a check reads anything in a field of a type. */
export function reads(check: Check, type: string, field: string): boolean {
  return check.reads.some((read) => read.type === type && isWithin(read.path, field))
}

function isWithin(path: string, field: string): boolean {
  return path === field || (path.startsWith(field) && /^[.[]/.test(path.slice(field.length)))
}
