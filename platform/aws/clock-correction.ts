/**
 * Whether a client that was refused signs by another clock now than it did then, so that another attempt may do better:
 * the SDK learns AWS's time from every answer. Its own mark of it, `clockSkewCorrected`, is missing when it was our clock
 * that was set right meanwhile. Takes the client's offset before the attempt and after it.
 */
export function wasClockCorrected(beforeMs: number, afterMs: number): boolean {
  return Math.abs(afterMs - beforeMs) >= CORRECTED_MS
}

/** Far above what offsets differ by from answer to answer, and far below the five minutes that AWS puts up with. */
const CORRECTED_MS = 60_000
