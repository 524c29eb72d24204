import { SEVERITIES, type Severity } from '#core/check.ts'
import { compareText } from '#core/order.ts'
import type { Report } from '#core/report.ts'
import { serviceOfCheck } from '#core/selection.ts'

/** How the checks of one service came out. */
export interface ServiceSummary {
  readonly service: string
  readonly checks: number
  readonly pass: number
  readonly unknown: number
  /** Findings, those included that are accepted or in the baseline. */
  readonly fail: Readonly<Record<Severity, number>>
}

/** Per service of the checks that were asked, by name; `isInUse` tells those where there was anything to judge. */
export function summarise(report: Pick<Report, 'checks' | 'counts'>): readonly ServiceSummary[] {
  const services = new Map<string, { checks: number; pass: number; unknown: number; fail: Record<Severity, number> }>()
  const at = (checkId: string) => {
    const service = serviceOfCheck({ id: checkId })
    const known = services.get(service)
    if (known !== undefined) return known
    const fresh = { checks: 0, pass: 0, unknown: 0, fail: { critical: 0, high: 0, medium: 0, low: 0 } }
    services.set(service, fresh)
    return fresh
  }
  for (const { id } of report.checks) at(id).checks++
  for (const { checkId, severity, counts } of report.counts) {
    const summary = at(checkId)
    summary.pass += counts.pass
    summary.unknown += counts.unknown
    summary.fail[severity] += counts.fail
  }
  return [...services]
    .map(([service, summary]) => ({ service, ...summary }))
    .sort((a, b) => compareText(a.service, b.service))
}

export function isInUse({ pass, unknown, fail }: ServiceSummary): boolean {
  return pass + unknown + SEVERITIES.reduce((total, severity) => total + fail[severity], 0) > 0
}
