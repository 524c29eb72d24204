import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { findCheck } from '#checks/registry.ts'
import type { Check } from '#core/check.ts'
import { EXIT } from '#core/report.ts'
import { visible } from '#reports/visible.ts'
import { defineVerb, operand, type Io } from '../command.ts'
import { fileError } from '../file-error.ts'
import { wrap } from '../help.ts'
import { text } from '../option.ts'
import { notEvaluated, wrongUse } from '../stop.ts'
import { findResult } from './find-result.ts'
import { readReportFile, type Explained } from './report-file.ts'
import { ruleSource, type RuleSource } from './rule-source.ts'

export const explain = defineVerb({
  name: 'explain',
  summary: 'why a finding is one: the values, and the rule over them',
  about:
    'Tells why a result is what it is: the values that decided, where each comes from, and the rule as it is written, then how to fix it.',
  examples: [
    {
      command: 'vedette explain s3-bucket-public@aws_s3_bucket.site --report report.json',
      what: 'A finding of a report that was written with -o json',
    },
    {
      command: 'vedette explain s3-bucket-public@arn:aws:s3:::site --state ./vedette-state',
      what: 'What the last scan with --state found, passes and unknowns included',
    },
    { command: 'vedette explain 1c5e0a --report report.json', what: 'The same by the beginning of its fingerprint' },
  ],
  operands: [operand('FINDING', 'a fingerprint, or CHECK@RESOURCE with the address, ARN, id or name of the resource')],
  options: {
    report: text({
      placeholder: 'FILE',
      completes: 'file',
      help: 'The report that has it, as -o json wrote it; - reads standard input',
    }),
    state: text({ placeholder: 'DIR', completes: 'folder', help: 'The state folder of vedette scan that has it' }),
  },
  exits: { 3: 'the report or the state folder cannot be read' },
  run: async ({ operands: [wanted = ''], options }, io) => {
    const { results, where } = await resultsIn(options, io)
    const result = findResult(results, wanted, where)
    const check = findCheck(result.check)
    const rule = check === undefined ? undefined : await ruleSource(check.id)
    await io.stdout.write(explanation(result, check, rule, Math.min(io.stdout.columns ?? 100, 100)))
    return EXIT.clean
  },
})

async function resultsIn(
  { report, state }: { readonly report: string | null; readonly state: string | null },
  io: Io,
): Promise<{ readonly results: readonly Explained[]; readonly where: string }> {
  if (report !== null && state === null) {
    const where = report === '-' ? 'standard input' : report
    return { results: readReportFile(await read(report, io), where), where }
  }
  if (state === null || report !== null) {
    throw wrongUse('explain needs to know where the finding is: --report FILE or --state DIR, one of them')
  }
  // The database: not for a report, nor for help and completion.
  const { readStateFolder } = await import('./state-folder.ts')
  return { results: await readStateFolder(state, io), where: state }
}

async function read(file: string, { cwd, stdin, signal }: Io): Promise<string> {
  if (file === '-') return readAll(stdin)
  return readFile(resolve(cwd, file), { encoding: 'utf8', signal }).catch((error: unknown) => {
    throw notEvaluated(`${file} cannot be read: ${fileError(error)}`)
  })
}

/** The whole page. What comes out of the report is shown without control characters. */
function explanation(result: Explained, check: Check | undefined, rule: RuleSource | undefined, width: number): string {
  const block = (heading: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${heading}\n${lines.map((line) => `  ${line}`).join('\n')}`]
  const wrapped = (line: string): string => wrap(visible(line), width - 4, '    ').trimStart()
  return `${[
    `${visible(result.resource ?? `every ${result.resourceType ?? 'resource'}`)}\n${visible(result.check)}: ${result.status}, ${result.severity}`,
    ...(check === undefined ? [] : [wrap(`${check.title}. ${check.why}`, width, '')]),
    ...block('Where', placeOf(result).map(wrapped)),
    ...block('Values that decided', result.evidence.map(valueOf).map(wrapped)),
    ...(result.status === 'unknown'
      ? block('What could not be learnt', [wrapped(result.reason ?? 'it does not say')])
      : []),
    ...(result.accepted === null ? [] : block('Accepted', [wrapped(acceptedBy(result.accepted))])),
    ...(rule === undefined
      ? [wrap(`This version of vedette has no check ${visible(result.check)}, so its rule cannot be shown.`, width, '')]
      : block(`The rule (${rule.file}:${rule.startLine})`, rule.lines)),
    ...(check === undefined ? [] : block('Its parameters, where nothing else was said', parametersOf(check))),
    ...(check === undefined || result.status === 'pass'
      ? []
      : [
          ...block('Fix in the console', [wrapped(check.fix.console)]),
          ...block('Fix by CLI', [check.fix.cli]),
          ...block('Fix in Terraform', [check.fix.terraform]),
        ]),
  ].join('\n\n')}\n`
}

function placeOf({ account, region, source, resourceType, arn, history }: Explained): readonly string[] {
  return [
    ...(resourceType === null ? [] : [resourceType]),
    ...(account === null ? [] : [`account ${account}`]),
    ...(region === null ? [] : [region]),
    ...(arn === null ? [] : [arn]),
    ...(source === null ? [] : [`${source.file}:${source.startLine}`]),
    ...(history === null ? [] : [`${history} since the scan before`]),
  ]
}

/** What each basis means to somebody who has not read the code. */
const BASES: Readonly<Record<string, string>> = {
  observed: 'AWS said so',
  configured: 'the plan sets it',
  refreshed: 'there already, and the plan does not change it',
  aws_default: "not set: AWS's documented default",
  assumed_default: "not set, and nobody looked at what may say otherwise: AWS's documented default",
}

function valueOf({ field, value, basis }: Explained['evidence'][number]): string {
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  return `${field} = ${shown} (${BASES[basis] ?? basis})`
}

function acceptedBy({ reason, approvedBy, expiresAt, from }: NonNullable<Explained['accepted']>): string {
  const by = approvedBy === null ? '' : `, approved by ${approvedBy}`
  return `${reason}${by} (${from})${expiresAt === null ? '' : `, until ${expiresAt}`}`
}

function parametersOf(check: Check): readonly string[] {
  // Parameters are an object by their schema.
  const defaults = check.defaults as Readonly<Record<string, unknown>>
  return Object.entries(defaults).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
}
