import { resolve } from 'node:path'
import type { Check } from '#core/check.ts'
import { EXIT } from '#core/report.ts'
import { createLogger } from '#platform/log/logger.ts'
import { defineVerb, type Example, type Verb } from '../command.ts'
import { gateOptions } from '../gate-options.ts'
import { OUTPUT_OPTIONS } from '../output.ts'
import { prepareRun, reportRun } from '../report-run.ts'
import { chooseChecks } from '../select.ts'
import { CONFIG_OPTION, SELECTION_OPTIONS } from '../selection-options.ts'
import { notEvaluated, wrongUse } from '../stop.ts'
import { checkWritable, writeFileWhole } from '../write-file.ts'
import type { ScanEnded } from './scan-accounts.ts'
import { accountsWanted, regionsWanted, SCAN_OPTIONS } from './scan-options.ts'
import { progressShow } from './show-progress.ts'

const FAIL_ON = 'critical'

/** A verb that scans accounts by some of the checks. */
export function scanVerb(of: {
  readonly name: string
  readonly summary: string
  readonly about: string
  readonly examples: readonly Example[]
  /** Which checks it is about; others cannot be chosen. */
  readonly isAbout: (check: Check) => boolean
}): Verb {
  const { isAbout, ...told } = of
  return defineVerb({
    ...told,
    operands: [],
    options: {
      ...SCAN_OPTIONS,
      ...SELECTION_OPTIONS,
      ...gateOptions(FAIL_ON),
      ...OUTPUT_OPTIONS,
      ...CONFIG_OPTION,
    },
    exits: {
      [EXIT.notEvaluated]:
        'could not evaluate enough: no credentials, an account or a region that could not be scanned, too little coverage',
    },
    run: async ({ options }, io) => {
      const prepared = await prepareRun(options, io)
      const chosen = chooseChecks(options, prepared.config).checks
      const checks = chosen.filter(({ check }) => isAbout(check))
      if (checks.length === 0) {
        throw wrongUse(`what was asked for leaves no check that ${of.name} is about`, 'vedette scan asks all checks.')
      }
      const accounts = await accountsWanted(options, io.cwd)
      const regions = regionsWanted(options)
      if (options.factsOut !== null) await checkWritable(io.cwd, options.factsOut)

      // The database, the AWS clients and the collectors: not for help and completion.
      const { scanAccounts } = await import('./scan-accounts.ts')
      const progress = progressShow(io, options.quiet)
      let ended: ScanEnded
      try {
        ended = await scanAccounts(
          {
            accounts,
            checks,
            ...regions,
            state: options.state === null ? null : resolve(io.cwd, options.state),
            results: options.results ?? 'findings',
            wantsFacts: options.factsOut !== null,
          },
          {
            env: io.env,
            clock: io.clock,
            log: createLogger({
              process: 'vedette',
              level: 'error',
              destination: { write: (line) => void io.stderr.write(line) },
            }),
            onProgress: (now) => progress.show(now),
            signal: io.signal,
          },
        )
      } finally {
        await progress.end()
      }
      switch (ended.kind) {
        case 'scanned':
          if (options.factsOut !== null) await writeFileWhole(io.cwd, options.factsOut, ended.facts)
          return reportRun(
            { ...ended.scanned, file: null, skips: [] },
            { prepared, values: options, failOn: FAIL_ON },
            io,
          )
        case 'misused':
          throw wrongUse(ended.messages.join('\n'))
        case 'failed':
          throw notEvaluated(ended.messages.join('\n'))
        case 'interrupted':
          return EXIT.interrupted
        default:
          return ended satisfies never
      }
    },
  })
}
