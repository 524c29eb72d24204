/**
 * Maps with at most `limit` under way, keeping the order. The first rejection stops further items from starting and
 * comes out once those under way have settled, so that nothing runs on behind the caller's back.
 */
export async function inParallel<I, O>(
  items: readonly I[],
  limit: number,
  map: (item: I) => Promise<O>,
): Promise<readonly O[]> {
  const results: O[] = []
  const rest = items.entries()
  let failed = false
  const work = async (): Promise<void> => {
    // The workers share one iterator: each item is taken once.
    for (const [at, item] of rest) {
      try {
        results[at] = await map(item)
      } catch (error) {
        failed = true
        throw error
      }
      if (failed) return
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, work))
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason
  return results
}
