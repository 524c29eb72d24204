import { findCheck } from '#checks/registry.ts'
import { nearest } from '#core/nearest.ts'
import { wrongUse } from '../stop.ts'
import type { Explained } from './report-file.ts'

const MOST_LISTED = 20

/**
 * Finds the result that somebody means: by its fingerprint (the first six characters will do), as CHECK@RESOURCE (an
 * address, ARN, id or name), or by the check alone where it has one result only. Throws `Stop` (exit 2) that lists what
 * comes nearest.
 */
export function findResult(results: readonly Explained[], wanted: string, where: string): Explained {
  const matching = matchesOf(results, wanted)
  const [only, second] = matching
  if (only !== undefined && second === undefined) return only
  if (only !== undefined) throw wrongUse(`${where} has several results for ${wanted}:\n${listed(matching)}`)
  if (results.length === 0) throw wrongUse(`${where} has no results, so there is nothing to explain`)
  const near = nearest(wanted, results.map(nameOf))
  if (near !== undefined) throw wrongUse(`${where} has no result ${wanted}: did you mean ${near}?`)
  throw wrongUse(
    `${where} has no result ${wanted}; it has\n${listed(results)}`,
    'A report has passes and unknowns only where it was made with --results all.',
  )
}

function matchesOf(results: readonly Explained[], wanted: string): readonly Explained[] {
  if (/^[0-9a-f]{6,64}$/.test(wanted)) {
    const found = results.filter(({ fingerprint }) => fingerprint?.startsWith(wanted) === true)
    if (found.length > 0) return found
  }
  const at = wanted.indexOf('@')
  const given = at === -1 ? wanted : wanted.slice(0, at)
  const checkId = findCheck(given)?.id ?? given
  const ofCheck = results.filter(({ check }) => check === checkId)
  if (at === -1) return ofCheck
  const resource = wanted.slice(at + 1)
  return ofCheck.filter((result) => [result.resource, result.address, result.arn, result.name].includes(resource))
}

/** As it can be asked for. */
function nameOf({ check, resource, region }: Explained): string {
  return `${check}@${resource ?? region ?? ''}`
}

function listed(results: readonly Explained[]): string {
  const lines = results
    .slice(0, MOST_LISTED)
    .map((result) => `  ${result.fingerprint?.slice(0, 12) ?? ''.padEnd(12)}  ${nameOf(result)}`)
  const rest = results.length - MOST_LISTED
  return [...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n')
}
