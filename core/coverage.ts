import type { Verdict } from './judge.ts'
import type { EndedScanState } from './scan.ts'

interface Pair {
  readonly counts: Readonly<Record<Verdict, number>>
  readonly outOfSight?: number
}

/**
 * How much could be judged: of the planned pairs of check and place, how many percent have no unknown, rounded down, so
 * that 100 means all. What lay outside what was to be read (`isOutOfSight`) leaves nothing out; nor does an empty plan.
 */
export function coveragePercent(pairs: readonly Pair[]): number {
  if (pairs.length === 0) return 100
  const known = pairs.filter(({ counts, outOfSight = 0 }) => counts.unknown <= outOfSight).length
  return Math.floor((100 * known) / pairs.length)
}

/** How a scan ended that was judged: anything that could not be looked at makes it partial. */
export function judgedScanState(of: {
  readonly coveragePercent: number
  readonly failedJobs: number
  readonly incompleteListings: number
}): Extract<EndedScanState, 'Succeeded' | 'PartiallySucceeded'> {
  const isComplete = of.coveragePercent === 100 && of.failedJobs === 0 && of.incompleteListings === 0
  return isComplete ? 'Succeeded' : 'PartiallySucceeded'
}
