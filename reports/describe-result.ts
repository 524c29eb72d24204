import type { Check } from '#core/check.ts'
import { describeReason } from '#core/reason.ts'
import type { CountedResult, ReportResult } from '#core/report.ts'
import type { Basis, Evidence } from '#core/truth.ts'

const BASES: Readonly<Record<Basis, string>> = {
  observed: '',
  configured: '',
  refreshed: '',
  aws_default: '(AWS default)',
  assumed_default: '(assumed default)',
}

/** `versioning = Suspended`, with what the value rests on where nobody set it. */
export function describeEvidence({ field, value, basis }: Evidence): string {
  const rest = describeBasis(basis)
  return `${field} = ${describeValue(value)}${rest === '' ? '' : ` ${rest}`}`
}

/** What a value rests on, where nobody set it and nobody saw it; empty elsewhere. */
export function describeBasis(basis: Basis): string {
  return BASES[basis]
}

export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'not set'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Why the verdict is what it is: what was seen, or what could not be. */
export function describeWhys({
  evidence,
  missing,
  verdict,
}: Pick<ReportResult, 'evidence' | 'missing' | 'verdict'>): readonly string[] {
  if (verdict !== 'unknown') return evidence.map(describeEvidence)
  return missing.map(({ field, reasons }) => `${field}: ${reasons.map(describeReason).join(', ')}`)
}

/** The same in one line. Whole; readers with less room cut it. */
export function describeWhy(result: Pick<ReportResult, 'evidence' | 'missing' | 'verdict'>): string {
  return describeWhys(result).join('; ')
}

/** What people look for: the address in their configuration, or the name, with the id where that says more. */
export function describeResource({ resource }: ReportResult, check: Check | undefined): string {
  if (resource === null) return `every ${check?.on.type ?? 'resource'}`
  const { address, id, name } = resource
  if (address !== null) return address
  return name === id || id.startsWith('arn:') ? name : `${name} (${id})`
}

/** What identifies it to a program: its address, its ARN, or its id. */
export function identifyResource({ resource }: ReportResult): string | null {
  return resource === null ? null : (resource.address ?? resource.arn ?? resource.id)
}

/** `main.tf:12`. */
export function describeSource({ source }: ReportResult): string {
  return source === null ? '' : `${source.file}:${source.startLine}`
}

/** Where a result stands, for people: `failing` and `unknown` say so themselves. */
export function describeStanding({ countsAs, verdict, acceptance, history }: CountedResult): string {
  if (countsAs === 'accepted') return `accepted: ${acceptance?.reason ?? ''}`
  if (countsAs === 'inBaseline') return 'in the baseline'
  if (verdict === 'not_applicable') return 'not applicable'
  return verdict === 'fail' ? (history ?? '') : verdict
}
