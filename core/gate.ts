import { SEVERITIES, type Severity } from './check.ts'
import type { Verdict } from './judge.ts'
import { EXIT, type CountedResult, type ExitCode, type Outcome } from './report.ts'

/** What a gate lets pass. */
export interface Thresholds {
  /** The least severity of a finding that breaks the gate. */
  readonly failOn: Severity
  /** Percent; less coverage than this is no verdict. */
  readonly minCoverage: number
  /** An unknown of that severity breaks it too. */
  readonly strict: boolean
}

export const DEFAULT_MIN_COVERAGE = 80

export interface GateInput {
  readonly thresholds: Thresholds
  readonly results: readonly Pick<CountedResult, 'severity' | 'countsAs'>[]
  /** How many verdicts there are of each kind, those included of which no result was kept. */
  readonly verdicts: Readonly<Record<Verdict, number>>
  readonly coveragePercent: number
  /** Why what was read is not the whole of it, each as a clause: `the plan ended in an error`. */
  readonly incomplete: readonly string[]
}

/** Whether a severity is `failOn` or worse. */
export function isAtOrAbove(severity: Severity, failOn: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn)
}

/** In which of the outcome's counts a result is. What a person accepted stays accepted, also when the baseline has it. */
export function countResult(
  result: { readonly verdict: Verdict; readonly severity: Severity },
  of: { readonly isAccepted: boolean; readonly isInBaseline: boolean; readonly failOn: Severity },
): CountedResult['countsAs'] {
  if (result.verdict !== 'fail' && result.verdict !== 'unknown') return null
  if (of.isAccepted) return 'accepted'
  if (result.verdict === 'unknown') return 'unknown'
  if (of.isInBaseline) return 'inBaseline'
  return isAtOrAbove(result.severity, of.failOn) ? 'failing' : 'below'
}

/**
 * What the gate says, first match wins:
 *
 * 1. What was read is not the whole of it (an errored or deferred plan): not evaluated, whatever was found, because the
 *    findings are not the whole of theirs either.
 * 2. A finding breaks it: findings. A definite violation wins over what could not be seen, as it does in a verdict.
 * 3. Coverage is below the threshold, or `strict` and something at or above `failOn` is unknown: not evaluated.
 * 4. Clean. Unknowns alone never break a gate that is not strict: a new resource always has some.
 */
export function gate(input: GateInput): Outcome {
  const counts = { failing: 0, below: 0, accepted: 0, inBaseline: 0, unknown: 0 }
  for (const { countsAs } of input.results) if (countsAs !== null) counts[countsAs]++
  const open = openUnknowns(input)
  const exitCode = exitCodeOf(input, counts.failing, open)
  const parts = [opening(input, exitCode, open), ...rest(input, exitCode, counts)]
  return { exitCode, ...counts, sentence: `${capitalised(parts.join('; '))}.` }
}

/** How many unknowns a strict gate does not let pass. */
function openUnknowns({ thresholds: { strict, failOn }, results }: GateInput): number {
  if (!strict) return 0
  return results.filter(({ countsAs, severity }) => countsAs === 'unknown' && isAtOrAbove(severity, failOn)).length
}

function exitCodeOf(input: GateInput, failing: number, open: number): ExitCode {
  if (input.incomplete.length > 0) return EXIT.notEvaluated
  if (failing > 0) return EXIT.findings
  return input.coveragePercent < input.thresholds.minCoverage || open > 0 ? EXIT.notEvaluated : EXIT.clean
}

/** What decided. */
function opening(input: GateInput, exitCode: ExitCode, open: number): string {
  const { thresholds, coveragePercent: coverage, verdicts } = input
  const total = verdicts.pass + verdicts.fail + verdicts.unknown
  if (input.incomplete.length > 0) return `not everything was there to be judged: ${input.incomplete.join(', and ')}`
  if (exitCode === EXIT.findings) return found(input)
  if (coverage < thresholds.minCoverage) {
    return `too little could be looked at: coverage is ${coverage} %, and ${thresholds.minCoverage} % is asked for`
  }
  if (open > 0) {
    const are = open === 1 ? 'verdict is' : 'verdicts are'
    return `${open} ${are} unknown at or above ${thresholds.failOn}, and a strict gate lets none of them pass`
  }
  if (total === 0) return 'nothing was judged: none of these checks reads anything that is here'
  if (verdicts.pass === total) return `all is well: ${total} of ${total} verdicts pass`
  return `no finding at or above ${thresholds.failOn} breaks the gate`
}

/** `3 findings at or above high (1 critical, 2 high)`. */
function found({ results, thresholds }: GateInput): string {
  const failing = results.filter(({ countsAs }) => countsAs === 'failing')
  const bySeverity = SEVERITIES.flatMap((severity) => {
    const count = failing.filter((result) => result.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}`]
  })
  const noun = failing.length === 1 ? 'finding' : 'findings'
  return `${failing.length} ${noun} at or above ${thresholds.failOn} (${bySeverity.join(', ')})`
}

/** What else there is to know, in few words. */
function rest(
  input: GateInput,
  exitCode: ExitCode,
  counts: Pick<Outcome, 'failing' | 'below' | 'accepted' | 'inBaseline' | 'unknown'>,
): readonly string[] {
  const { thresholds, coveragePercent: coverage, verdicts } = input
  const isLow = coverage < thresholds.minCoverage
  const saidAbove = exitCode === EXIT.notEvaluated && input.incomplete.length === 0 && isLow
  const numbers = [
    [counts.below, `below ${thresholds.failOn}`],
    [counts.inBaseline, 'in the baseline'],
    [counts.accepted, 'accepted'],
    [counts.unknown, 'unknown'],
  ] as const
  const others = numbers.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  const nothing = verdicts.pass + verdicts.fail + verdicts.unknown === 0
  return [
    ...(input.incomplete.length > 0 && counts.failing > 0 ? [`so far ${found(input)}`] : []),
    ...(others.length > 0 ? [others.join(', ')] : []),
    ...(saidAbove || nothing
      ? []
      : [`coverage ${coverage} %${isLow ? `, less than the ${thresholds.minCoverage} % asked for` : ''}`]),
  ]
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
