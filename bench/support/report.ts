import { appendFile, mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'

const results = new URL('../results/', import.meta.url)

/** What a bench says while it works: to people, beside the one line that is its result. */
export function sayFor(bench: string): (line: string) => void {
  return (line) => console.error(`bench ${bench}: ${line}`)
}

/**
 * Ends a bench: its figures as one JSON line on stdout and at the end of <folder>/<bench>.jsonl (bench/results), with when and on
 * what they were taken. Exit code 1 unless all of them were within their bounds.
 */
export async function report(
  bench: string,
  figures: { readonly ok: boolean } & Readonly<object>,
  folder: URL = results,
): Promise<void> {
  const taken = { bench, at: new Date().toISOString(), node: process.version, cores: availableParallelism() }
  const line = JSON.stringify({ ...taken, ...figures })
  console.log(line)
  await mkdir(folder, { recursive: true })
  await appendFile(new URL(`${bench}.jsonl`, folder), `${line}\n`)
  process.exitCode = figures.ok ? 0 : 1
}

/** Rounded for people; ratios are compared as they are shown. */
export function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
