/** The candidate that somebody who wrote `word` most likely meant; undefined where none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase()
  const most = mistakesIn(word)
  let best: { readonly candidate: string; readonly steps: number } | undefined
  for (const candidate of candidates) {
    // So much longer or shorter that it cannot be meant: a word may come from outside and be of any length.
    if (Math.abs(candidate.length - word.length) > most) continue
    const steps = distance(wanted, candidate.toLowerCase())
    if (best === undefined || steps < best.steps) best = { candidate, steps }
  }
  return best !== undefined && best.steps <= most ? best.candidate : undefined
}

/** Half a sentence for a message: `: did you mean high?`, or nothing. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates)
  return near === undefined ? '' : `: did you mean ${near}?`
}

/** How many letters may be wrong: a third, at least one and at most four. */
function mistakesIn(word: string): number {
  return Math.min(4, Math.max(1, Math.ceil(word.length / 3)))
}

/** Levenshtein's distance in which two letters that changed places are one mistake; names are short, so the plain table will do. */
function distance(a: string, b: string): number {
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? (before[j - 2] ?? Infinity) + 1 : Infinity
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost, swapped))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
