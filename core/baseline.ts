import { z } from 'zod'
import { SEVERITIES, type Check } from './check.ts'
import { compareText } from './order.ts'
import type { FixedFinding, ReportResult } from './report.ts'
import { GLOBAL } from './resource.ts'

const Entry = z.strictObject({
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  check: z.string().min(1),
  severity: z.enum(SEVERITIES),
  account: z.string().nullable(),
  region: z.string().nullable(),
  resource: z.string(),
  firstSeen: z.iso.datetime(),
})

const BaselineFile = z.strictObject({
  version: z.literal(1),
  findings: z.array(Entry),
})

/** A finding that was there when the baseline was taken. */
export type BaselineEntry = Readonly<z.infer<typeof Entry>>

/** What was found before, by fingerprint: only what is new breaks the gate. */
export type Baseline = ReadonlyMap<string, BaselineEntry>

/** Reads a baseline file. The fault is a sentence that says what is wrong with it; nothing of a bad file is used. */
export function readBaseline(
  text: string,
  name: string,
): { readonly ok: true; readonly value: Baseline } | { readonly ok: false; readonly fault: string } {
  const fault = (what: string) => ({ ok: false, fault: `${name} is no baseline: ${what}.` }) as const
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return fault(text.trim() === '' ? 'it is empty' : 'it is not JSON')
  }
  const version: unknown = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined
  if (typeof version === 'number' && version > 1) {
    return fault(`it has version ${version}, which a newer Vedette wrote; this one reads version 1`)
  }
  const parsed = BaselineFile.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    if (version !== 1 || issue === undefined) return fault('it does not say that it is one, with "version": 1')
    return fault(`at ${issue.path.join('.') || 'the top'}: ${issue.message}`)
  }
  return { ok: true, value: new Map(parsed.data.findings.map((entry) => [entry.fingerprint, entry])) }
}

/**
 * Writes a baseline of what fails now, sorted, so that it changes in a diff only where findings do. What a person
 * accepted is left out: it shall break the gate when the exception has expired. Findings that `previous` has keep the
 * time at which they were first seen.
 */
export function writeBaseline(
  results: readonly (ReportResult & { readonly acceptance: unknown })[],
  at: Date,
  previous: Baseline | null = null,
): string {
  const findings = results.flatMap((result): readonly BaselineEntry[] => {
    if (result.verdict !== 'fail' || result.fingerprint === null || result.acceptance !== null) return []
    return [
      {
        fingerprint: result.fingerprint,
        check: result.checkId,
        severity: result.severity,
        account: result.accountId,
        region: result.location,
        resource: nameOf(result),
        firstSeen: previous?.get(result.fingerprint)?.firstSeen ?? at.toISOString(),
      },
    ]
  })
  const sorted = findings.sort(
    (a, b) =>
      compareText(a.check, b.check) || compareText(a.resource, b.resource) || compareText(a.fingerprint, b.fingerprint),
  )
  // One finding a line, so that a review shows which came and went.
  const lines = sorted.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')
  return `{\n  "version": 1,\n  "findings": [${lines === '' ? '' : `\n${lines}\n  `}]\n}\n`
}

/** What a run was limited to; null: to nothing. */
export interface Scope {
  readonly accounts: readonly string[] | null
  readonly regions: readonly string[] | null
}

/**
 * What the baseline has and is no finding now. Only what was looked at counts: not an entry whose check was not asked or
 * whose place is outside the scope, nor one whose resource, or whose whole type, is unknown this time.
 */
export function fixedSince(
  baseline: Baseline,
  of: {
    readonly results: readonly ReportResult[]
    readonly catalogue: readonly Pick<Check, 'id'>[]
    readonly asked: ReadonlySet<string>
    readonly scope: Scope
  },
): readonly FixedFinding[] {
  const verdicts = new Map(of.results.map(({ fingerprint, verdict }) => [fingerprint, verdict]))
  const unlisted = new Set(of.results.filter(({ resource }) => resource === null).map(({ checkId }) => checkId))
  const exists = new Set(of.catalogue.map(({ id }) => id))
  return [...baseline.values()].flatMap((entry): readonly FixedFinding[] => {
    const { fingerprint, check, severity, resource } = entry
    const fixed = (why: FixedFinding['why']): readonly FixedFinding[] => [
      { checkId: check, severity, resource, fingerprint, why },
    ]
    if (!exists.has(check)) return fixed('check_removed')
    const verdict = verdicts.get(fingerprint)
    if (!of.asked.has(check) || verdict === 'fail' || verdict === 'unknown' || isOutside(entry, of.scope)) return []
    // A resource that is not there may be in a place that could not be listed.
    return verdict === undefined && unlisted.has(check) ? [] : fixed('fixed')
  })
}

function isOutside({ account, region }: BaselineEntry, { accounts, regions }: Scope): boolean {
  const isIn = (wanted: readonly string[] | null, place: string | null): boolean =>
    wanted === null || place === null || place === GLOBAL || wanted.includes(place)
  return !isIn(accounts, account) || !isIn(regions, region)
}

function nameOf({ resource }: ReportResult): string {
  return resource === null ? '' : (resource.address ?? resource.arn ?? resource.id)
}
