import { EXIT } from '#core/report.ts'
import { defineVerb, type Io } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { choice } from '../option.ts'
import { chooseChecks } from '../select.ts'
import { CONFIG_OPTION, SELECTION_OPTIONS } from '../selection-options.ts'

export const checksList = defineVerb({
  name: 'checks list',
  summary: 'what is looked for',
  about: 'Lists the checks that a scan or a plan gate with the same options would ask, with their severities.',
  examples: [
    { command: 'vedette checks list', what: 'Every check there is' },
    {
      command: 'vedette checks list --framework cis-aws-5.0 --min-severity high',
      what: 'Those that matter most to CIS',
    },
    { command: 'vedette checks list --checks CKV_AWS_24', what: 'Which check an id of another tool stands for' },
    { command: "vedette checks list -o json | jq -r '.[].id'", what: 'Only the ids' },
  ],
  operands: [],
  options: {
    output: choice(['table', 'json'], { short: 'o', placeholder: 'FORMAT', help: 'How it is written; default table' }),
    ...SELECTION_OPTIONS,
    ...CONFIG_OPTION,
  },
  run: async ({ options }, io) => {
    const checks = chooseChecks(options, await loadConfig(options.config, io.cwd)).checks.map(({ check }) => check)
    if (options.output === 'json') {
      const rows = checks.map(({ id, title, severity, on, aliases }) => ({
        id,
        title,
        severity,
        type: on.type,
        aliases,
      }))
      await io.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`)
      return EXIT.clean
    }
    await printTable(
      checks.map(({ id, severity, title }) => [id, severity, title]),
      io,
    )
    return EXIT.clean
  },
})

async function printTable(rows: readonly (readonly [string, string, string])[], io: Io): Promise<void> {
  const width = Math.max(...rows.map(([id]) => id.length))
  const lines = rows.map(([id, severity, title]) => `${id.padEnd(width)}  ${severity.padEnd(8)}  ${title}`)
  await io.stdout.write(`${lines.join('\n')}\n\n${rows.length} checks. vedette checks show ID tells more of one.\n`)
}
