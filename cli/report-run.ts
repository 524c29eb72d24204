import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CHECKS } from '#checks/registry.ts'
import { readBaseline, writeBaseline, type Baseline } from '#core/baseline.ts'
import { buildReport, type ReportInput } from '#core/build-report.ts'
import type { Severity } from '#core/check.ts'
import type { ExitCode } from '#core/report.ts'
import type { Io } from './command.ts'
import { loadConfig, type Config } from './config-file.ts'
import { thresholdsOf, type GateValues } from './gate-options.ts'
import { checkDestinations, destinationsOf, writeReport, type Destination, type OutputValues } from './output.ts'
import type { ValuesOf } from './option.ts'
import type { CONFIG_OPTION } from './selection-options.ts'
import { VERSION } from './version.ts'
import { wrongUse } from './stop.ts'
import { checkWritable, writeFileWhole } from './write-file.ts'
import { fileError } from './file-error.ts'

/** What was found, without what people have said of it. */
export type Found = Omit<ReportInput, 'version' | 'catalogue' | 'exceptions' | 'baseline' | 'thresholds'>

/** The options of a run that this is about. */
export type RunValues = GateValues & OutputValues & ValuesOf<typeof CONFIG_OPTION>

/** What a run needs besides its subject, read and checked before any work is done. */
export interface Prepared {
  readonly config: Config
  readonly baseline: Baseline | null
  readonly destinations: readonly Destination[]
}

/** Reads configuration and baseline, and checks where results go. Throws `Stop` (exit 2) on anything that would fail later. */
export async function prepareRun(values: RunValues, io: Io): Promise<Prepared> {
  const config = await loadConfig(values.config, io.cwd)
  const destinations = destinationsOf(values)
  await checkDestinations(destinations, io.cwd)
  if (values.writeBaseline !== null) await checkWritable(io.cwd, values.writeBaseline)
  return { config, destinations, baseline: values.baseline === null ? null : await baselineIn(values.baseline, io.cwd) }
}

async function baselineIn(file: string, cwd: string): Promise<Baseline> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw wrongUse(`the baseline ${file} cannot be read: ${fileError(error)}`, `--write-baseline ${file} writes one.`)
  })
  const read = readBaseline(text, file)
  if (!read.ok) throw wrongUse(read.fault)
  return read.value
}

/**
 * Asks the gate, writes the baseline where one was asked for and the report everywhere it goes, and gives the exit code.
 * Findings that have just been written as a baseline are in it: from now on only what is new breaks the gate.
 */
export async function reportRun(
  found: Found,
  of: { readonly prepared: Prepared; readonly values: RunValues; readonly failOn: Severity },
  io: Io,
): Promise<ExitCode> {
  const { prepared, values } = of
  const { config, destinations } = prepared
  const reportOn = (baseline: Baseline | null, notices: readonly string[]) =>
    buildReport({
      ...found,
      notices: [...found.notices, ...configuredBy(config, values), ...notices],
      version: VERSION,
      catalogue: CHECKS,
      exceptions: config.exceptions,
      baseline,
      thresholds: thresholdsOf(values, config, of.failOn),
    })
  let report = reportOn(prepared.baseline, [])
  if (values.writeBaseline !== null) {
    const text = writeBaseline(report.results, found.at, prepared.baseline)
    await writeFileWhole(io.cwd, values.writeBaseline, [text])
    const written = readBaseline(text, values.writeBaseline)
    if (!written.ok) throw new Error(`the baseline that was written cannot be read: ${written.fault}`)
    const kept = written.value.size === 1 ? '1 finding' : `${written.value.size} findings`
    report = reportOn(written.value, [
      `${kept} written to ${values.writeBaseline}: with --baseline ${values.writeBaseline}, only what is new breaks the gate.`,
    ])
  }
  await writeReport(report, destinations, { results: values.results ?? 'findings' }, io)
  return report.outcome.exitCode
}

/** Who stands in a folder below a configuration may not know of it, and it says what breaks the gate. */
function configuredBy({ name }: Config, { config: given }: RunValues): readonly string[] {
  return given === null && name?.startsWith('..') === true ? [`Configured by ${name}.`] : []
}
