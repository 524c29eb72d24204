import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'

/** How many inputs each handler gets: `FUZZ_RUNS`. */
export const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10_000)
/** The same seed gives the same inputs: `FUZZ_SEED`. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_125)

const BATCH = 250
/** No handler may take longer over one input, on however slow a machine: then it hangs. */
const HANGS_MS = 30_000

/**
 * Gives a handler `RUNS` inputs, in batches, `atOnce` at a time. An input that makes it throw or hang ends the run with
 * that input and what reproduces it. Between batches the heap is collected and looked at: it may not grow.
 */
export async function fuzz<T>({
  inputs,
  handle,
  runs = RUNS,
  atOnce = 8,
}: {
  readonly inputs: fc.Arbitrary<T>
  /** `place` is one of `atOnce`, and no other input is handled there meanwhile. */
  readonly handle: (input: T, place: number) => Promise<void>
  readonly runs?: number
  readonly atOnce?: number
}): Promise<void> {
  const heaps: number[] = []
  for (let batch = 0; batch * BATCH < runs; batch++) {
    const seed = SEED + batch
    const samples = fc.sample(inputs, { seed, numRuns: Math.min(BATCH, runs - batch * BATCH) })
    const rest = samples.entries()
    const work = async (place: number): Promise<void> => {
      for (const [index, input] of rest) {
        await withinTime(handle(input, place)).catch((error: unknown) => {
          const why = error instanceof Error ? error.message : String(error)
          throw new Error(`${why}\nat input ${index} of FUZZ_SEED=${seed} FUZZ_RUNS=${BATCH}: ${shown(input)}`, {
            cause: error,
          })
        })
      }
    }
    await Promise.all(Array.from({ length: atOnce }, (_, place) => work(place)))
    heaps.push(heapAfterCollection())
  }
  const grown = growthPerInput(heaps)
  if (grown > MOST_BYTES_PER_INPUT)
    throw new Error(`the heap grows by ${Math.round(grown)} bytes per input: ${heaps.join(' ')}`)
}

/** What compiled code and caches that fill up come to is less, over thousands of inputs. */
const MOST_BYTES_PER_INPUT = 512

/** Bytes per input between the second quarter of the batches and the last; 0 where they are too few to tell. */
function growthPerInput(heaps: readonly number[]): number {
  const quarter = Math.floor(heaps.length / 4)
  if (quarter < 4) return 0
  const least = (from: number): number => Math.min(...heaps.slice(from, from + quarter))
  return (least(heaps.length - quarter) - least(quarter)) / ((heaps.length - 2 * quarter) * BATCH)
}

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

function heapAfterCollection(): number {
  collect()
  return process.memoryUsage().heapUsed
}

async function withinTime(handled: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`not done within ${HANGS_MS} ms: it hangs`)), HANGS_MS)
  try {
    await Promise.race([handled, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function shown(input: unknown): string {
  const text = fc.stringify(input)
  return text.length > 1500 ? `${text.slice(0, 1500)}… (${text.length} characters)` : text
}
