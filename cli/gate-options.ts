import { SEVERITIES, type Severity } from '#core/check.ts'
import { DEFAULT_MIN_COVERAGE, type Thresholds } from '#core/gate.ts'
import type { Config } from './config-file.ts'
import { choice, flag, integer, text, under, type ValuesOf } from './option.ts'

/** What breaks the gate: the same options for scans and plans, which differ in what they fail on by themselves. */
export function gateOptions(failOn: Severity) {
  return under('What breaks the gate', {
    failOn: choice(SEVERITIES, {
      placeholder: 'SEVERITY',
      help: `The least severity of a finding that ends in exit 1; default ${failOn}`,
    }),
    minCoverage: integer({
      placeholder: 'PERCENT',
      min: 0,
      max: 100,
      help: `How much has to be judged without an unknown; less ends in exit 3; default ${DEFAULT_MIN_COVERAGE}`,
    }),
    strict: flag({ help: 'An unknown of a severity that would break the gate ends in exit 3' }),
    baseline: text({
      placeholder: 'FILE',
      completes: 'file',
      help: 'Findings that are in it do not break the gate: only what is new does',
    }),
    writeBaseline: text({
      placeholder: 'FILE',
      completes: 'file',
      help: 'Writes what fails now as a baseline, for the first day with an old repository',
    }),
  })
}

export type GateValues = ValuesOf<ReturnType<typeof gateOptions>>

/** The thresholds of a run: the command line's, else the configuration's, else the verb's own. */
export function thresholdsOf(values: GateValues, config: Config, failOn: Severity): Thresholds {
  return {
    failOn: values.failOn ?? config.thresholds.failOn ?? failOn,
    minCoverage: values.minCoverage ?? config.thresholds.minCoverage ?? DEFAULT_MIN_COVERAGE,
    strict: values.strict || config.thresholds.strict === true,
  }
}
