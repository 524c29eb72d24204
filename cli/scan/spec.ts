import type { Check } from '#core/check.ts'
import type { ResourceType } from '#core/resource.ts'
import type { ScanSpec } from '#core/scan.ts'
import { selectChecks, serviceOfCheck, type SelectedCheck } from '#core/selection.ts'
import type { ScanAccount } from './accounts.ts'
import type { ScanOptions } from './options.ts'

/** What is looked at, the same in every account. */
export interface Looked {
  readonly checks: readonly SelectedCheck[]
  /** IAM prefixes; null: all that are known. */
  readonly services: readonly string[] | null
  /** False: what lies outside is left as it was. */
  readonly isWhole: boolean
}

/** Until then a scan by hand has ended or is given up. */
const DEADLINE_SECONDS = 4 * 3600

/**
 * Which checks and services a scan is about. Services that nobody named are those of the checks, where checks were
 * named: whoever asks for one check does not ask for the inventory of everything. Faults are sentences for whoever asked.
 */
export function look(
  options: Pick<ScanOptions, 'regions' | 'excludeRegions' | 'services' | 'excludeServices' | 'checks'>,
  known: { readonly catalogue: readonly Check[]; readonly types: readonly ResourceType[] },
): { readonly ok: true; readonly looked: Looked } | { readonly ok: false; readonly faults: readonly string[] } {
  const all = new Set([...known.types.map(({ service }) => service), ...known.catalogue.map(serviceOfCheck)])
  const named = [...(options.services ?? []), ...options.excludeServices]
  const unknown = named.filter((service) => !all.has(service))
  const wanted = options.services ?? (options.excludeServices.length > 0 ? [...all] : null)
  const services = wanted?.filter((service) => !options.excludeServices.includes(service)) ?? null
  const { checks, faults } = selectChecks(known.catalogue, options.checks, services)
  const said = [
    ...unknown.map((service) => `there is no service "${service}"; there are ${[...all].sort().join(', ')}`),
    ...faults,
    ...(checks.length === 0 && faults.length === 0 && unknown.length === 0 ? ['no check is left to be asked'] : []),
  ]
  if (said.length > 0) return { ok: false, faults: said }
  const { include, exclude, minSeverity } = options.checks
  const ofChecks = include === null ? null : [...new Set(checks.map(({ check }) => serviceOfCheck(check)))]
  return {
    ok: true,
    looked: {
      checks,
      services: services ?? ofChecks,
      isWhole:
        include === null &&
        exclude.length === 0 &&
        minSeverity === null &&
        services === null &&
        options.regions === null &&
        options.excludeRegions.length === 0,
    },
  }
}

/** All that the jobs have to know of the scan of one account. */
export function specOf(
  account: ScanAccount,
  options: Pick<ScanOptions, 'regions' | 'excludeRegions' | 'checks'>,
  looked: Looked,
): ScanSpec {
  return {
    partition: account.partition,
    accountId: account.accountId,
    roleArn: account.roleArn,
    externalId: account.externalId,
    regions: options.regions,
    ...(options.excludeRegions.length === 0 ? {} : { regionsExcluded: options.excludeRegions }),
    services: looked.services,
    checks: {
      include: looked.checks.map(({ check }) => check.id),
      exclude: [],
      minSeverity: null,
      parameters: options.checks.parameters,
    },
    deadlineSeconds: DEADLINE_SECONDS,
    isWholeTarget: looked.isWhole,
  }
}
