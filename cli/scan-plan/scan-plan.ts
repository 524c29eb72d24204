import { defineVerb, operand } from '../command.ts'
import { gateOptions } from '../gate-options.ts'
import { text, under } from '../option.ts'
import { OUTPUT_OPTIONS } from '../output.ts'
import { prepareRun, reportRun } from '../report-run.ts'
import { chooseChecks } from '../select.ts'
import { CONFIG_OPTION, SELECTION_OPTIONS } from '../selection-options.ts'
import { judgeFile } from './judge-file.ts'

/** A plan is where a change can still be turned down, so it fails on more than a scan does. */
const FAIL_ON = 'high'

export const scanPlan = defineVerb({
  name: 'scan-plan',
  summary: 'what a Terraform plan would break, before it is applied',
  about:
    'Judges a Terraform or OpenTofu plan with the checks that also judge the live account: same ids, same verdicts, same severities. What the plan does not know yet is unknown, with its reason, and does not break the gate unless --strict. Nothing is asked of AWS.',
  examples: [
    { command: 'terraform show -json plan.tfplan | vedette scan-plan -', what: 'Judge a plan' },
    {
      command: 'vedette scan-plan plan.tfplan --source infra',
      what: 'Without the detour (terraform or tofu has to be on the PATH), with file and line of the Terraform sources',
    },
    {
      command: 'vedette scan-plan plan.json --write-baseline .vedette-baseline.json',
      what: 'On the first day with an old repository: keep what is there',
    },
    {
      command: 'vedette scan-plan plan.json --baseline .vedette-baseline.json',
      what: 'From then on, only what is new breaks the gate',
    },
    {
      command: 'vedette scan-plan plan.json -o table -o sarif --out vedette.sarif',
      what: 'In CI: a table in the log, SARIF for code scanning',
    },
  ],
  operands: [
    operand('FILE', 'the plan, as JSON or as terraform wrote it; - reads standard input', { completes: 'file' }),
  ],
  options: {
    ...under('What the plan cannot say', {
      facts: text({
        placeholder: 'FILE',
        completes: 'file',
        help: 'What a scan found in the account, for what the plan does not manage; vedette scan --facts-out FILE writes it',
      }),
      source: text({
        placeholder: 'DIR',
        completes: 'folder',
        help: 'The folder in which terraform runs, for file and line, locals and jsonencode; default this one',
      }),
    }),
    ...gateOptions(FAIL_ON),
    ...OUTPUT_OPTIONS,
    ...SELECTION_OPTIONS,
    ...CONFIG_OPTION,
  },
  exits: {
    0: 'clean: nothing at or above --fail-on that nobody accepted',
    1: 'findings at or above --fail-on',
    3: 'could not evaluate enough: the plan cannot be read, is incomplete or errored, or too little of it can be judged',
  },
  run: async ({ operands: [file = '-'], options }, io) => {
    const prepared = await prepareRun(options, io)
    const { checks } = chooseChecks(options, prepared.config)
    const found = await judgeFile({ file, facts: options.facts, source: options.source, checks }, io)
    return reportRun(found, { prepared, values: options, failOn: FAIL_ON }, io)
  },
})
