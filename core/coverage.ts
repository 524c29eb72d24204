import type { Verdict } from './judge.ts'
import type { EndedScanState } from './scan.ts'

type Counts = Readonly<Record<Verdict, number>>

/**
 * How much could be judged: of the planned pairs of check and place, how many percent have no unknown, rounded down, so
 * that 100 means all. Nothing planned leaves nothing out: 100.
 */
export function coveragePercent(pairs: readonly { readonly counts: Counts }[]): number {
  if (pairs.length === 0) return 100
  const known = pairs.filter(({ counts }) => counts.unknown === 0).length
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
