import type { Report } from '#core/report.ts'
import type { ReportFormat, RenderOptions } from '#reports/format.ts'
import { FORMATS, findFormat } from '#reports/registry.ts'
import { PLAIN, terminalFor } from '#reports/terminal.ts'
import type { Io } from './command.ts'
import { choice, occurrences, under, type ValuesOf } from './option.ts'
import { wrongUse } from './stop.ts'
import { checkWritable, chunks, writeFileWhole } from './write-file.ts'

/** How results are written: the same options for scans and plans. */
export const OUTPUT_OPTIONS = under('Output', {
  output: occurrences({
    short: 'o',
    placeholder: 'FORMAT',
    values: FORMATS.map(({ name }) => name),
    help: 'Default table; may be repeated',
  }),
  out: occurrences({
    placeholder: 'FILE',
    completes: 'file',
    help: 'Writes the format before it into FILE; without one, the format that the name of FILE says',
  }),
  results: choice(['findings', 'all'], {
    placeholder: 'WHICH',
    help: 'Findings only, or passes, unknowns and not-applicables too; default findings',
  }),
})

export type OutputValues = ValuesOf<typeof OUTPUT_OPTIONS>

/** Where a report goes, in which form. */
export interface Destination {
  readonly format: ReportFormat
  /** Null: standard output. */
  readonly file: string | null
}

/**
 * Which format goes where. Each `--out` belongs to the nearest format before it that has no file yet, else to the one
 * after it, else stands for the format that its name says. Throws `Stop` (exit 2) when two would share a place.
 */
export function destinationsOf({ output, out }: Pick<OutputValues, 'output' | 'out'>): readonly Destination[] {
  const formats = output.map(({ text: name, at }) => ({ format: formatNamed(name), at, file: null as string | null }))
  const alone: Destination[] = []
  for (const { text: file, at } of out) {
    const free = formats.filter((one) => one.file === null)
    const owner = free.findLast((one) => one.at < at) ?? free[0]
    if (owner === undefined) alone.push({ format: formatOfFile(file), file })
    else owner.file = file
  }
  const all: readonly Destination[] = [...formats, ...alone].map(({ format, file }) => ({
    format,
    file: file === '-' ? null : file,
  }))
  const [first, second] = all.filter(({ file }) => file === null)
  if (first !== undefined && second !== undefined) {
    throw wrongUse(
      `${first.format.name} and ${second.format.name} would both go to standard output: give one of them --out FILE`,
    )
  }
  const twice = all.find(({ file }, index) => file !== null && all.findIndex((one) => one.file === file) < index)
  if (twice !== undefined) throw wrongUse(`two formats would go to ${twice.file}: give each its own --out FILE`)
  return all.length > 0 ? all : [{ format: formatNamed('table'), file: null }]
}

function formatNamed(name: string): ReportFormat {
  const format = findFormat(name)
  if (format === undefined) throw new Error(`the option table lets ${name} through, and there is no such format`)
  return format
}

function formatOfFile(file: string): ReportFormat {
  // The longest one: `x.ocsf.json` is no plain JSON.
  const [format] = FORMATS.filter(({ extension }) => file.endsWith(`.${extension}`)).toSorted(
    (a, b) => b.extension.length - a.extension.length,
  )
  if (format === undefined) {
    throw wrongUse(`the name ${file} does not say which format it is to have: put -o FORMAT before --out ${file}`)
  }
  return format
}

/** Refuses, before any work is done, places that cannot be written. Throws `Stop` (exit 2). */
export async function checkDestinations(destinations: readonly Destination[], cwd: string): Promise<void> {
  for (const { file } of destinations) if (file !== null) await checkWritable(cwd, file)
}

/** Formats whose last line is the sentence that the gate says. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['table', 'markdown'])

/** Writes a report to all of its places. What went to no screen for people is summed up in one sentence on stderr. */
export async function writeReport(
  report: Report,
  destinations: readonly Destination[],
  options: Pick<RenderOptions, 'results'>,
  io: Io,
): Promise<void> {
  const { stdout, stderr, cwd } = io
  const terminal = terminalFor(
    { isTTY: stdout.isTerminal, ...(stdout.columns === null ? {} : { columns: stdout.columns }) },
    io.env,
  )
  let isTold = false
  for (const { format, file } of destinations) {
    if (file !== null) {
      await writeFileWhole(cwd, file, format.render(report, { ...options, terminal: PLAIN }))
      continue
    }
    for (const chunk of chunks(format.render(report, { ...options, terminal }))) await stdout.write(chunk)
    isTold = FOR_PEOPLE.has(format.name)
  }
  if (!isTold) await stderr.write(`${report.outcome.sentence}\n`)
}
