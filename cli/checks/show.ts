import { CHECKS, findCheck } from '#checks/registry.ts'
import { operationsOf, type Check } from '#core/check.ts'
import type { Operation } from '#core/aws-call.ts'
import { actionsOfCheck } from '#core/least-privilege.ts'
import { suggestion } from '#core/nearest.ts'
import { EXIT } from '#core/report.ts'
import { FRAMEWORKS } from '#frameworks/registry.ts'
import { actionsOf } from '#resources/operations.ts'
import { TYPES_BY_NAME } from '#resources/registry.ts'
import { defineVerb, operand } from '../command.ts'
import { wrap } from '../help.ts'
import { choice } from '../option.ts'
import { wrongUse } from '../stop.ts'
import { twinOf } from './twin.ts'

export const checksShow = defineVerb({
  name: 'checks show',
  summary: 'why a check matters, how to fix what it finds, what it reads',
  about:
    'Tells all about one check: why it matters, how to fix what it finds by console, CLI and Terraform, its parameters, the permissions it needs, the requirements it answers.',
  examples: [
    { command: 'vedette checks show s3-bucket-public', what: 'All about a check' },
    { command: 'vedette checks show CKV_AWS_24', what: 'By the id that Checkov or Prowler knows it under' },
  ],
  operands: [operand('ID', 'the id of a check, or the one that another tool knows it under', { completes: 'check' })],
  options: {
    output: choice(['text', 'json'], { short: 'o', placeholder: 'FORMAT', help: 'How it is written; default text' }),
  },
  run: async ({ options, operands: [id = ''] }, io) => {
    const check = findCheck(id)
    if (check === undefined) {
      const near = suggestion(
        id,
        CHECKS.flatMap((one) => [one.id, ...one.aliases]),
      )
      throw wrongUse(`there is no check "${id}"${near}`, 'vedette checks list lists all of them.')
    }
    const facts = factsOf(check)
    await io.stdout.write(
      options.output === 'json'
        ? `${JSON.stringify(facts, undefined, 2)}\n`
        : asText(check, facts, Math.min(io.stdout.columns ?? 100, 100)),
    )
    return EXIT.clean
  },
})

type Facts = ReturnType<typeof factsOf>

/** What there is to say of a check, in the form that `-o json` writes. */
function factsOf(check: Check) {
  const { id, title, severity, on, why, fix, aliases, references, notExamined = [] } = check
  // Parameters are an object by their schema.
  const parameters = check.defaults as Readonly<Record<string, unknown>>
  const operations = operationsOf(check, TYPES_BY_NAME)
  return {
    id,
    title,
    severity,
    type: on.type,
    why,
    fix,
    parameters,
    reads: check.reads.map((read) => (read.type === on.type ? read.path : `${read.type} ${read.path}`)),
    // Schemas name operations as `service:Operation`.
    operations: operations as readonly Operation[],
    actions: actionsOfCheck(check, { types: TYPES_BY_NAME, actionsOf }),
    frameworks: requirementsOf(id),
    terraform: twinOf(check),
    notExamined,
    aliases,
    references,
  }
}

function requirementsOf(checkId: string) {
  return FRAMEWORKS.flatMap(({ id: framework, requirements }) =>
    requirements
      .filter(({ checks }) => checks.some(({ id }) => id === checkId))
      .map(({ id, title }) => ({ framework, requirement: id, title })),
  )
}

function asText(check: Check, facts: Facts, width: number): string {
  const block = (heading: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${heading}\n${lines.map((line) => wrap(line, width - 2, '  ')).join('\n')}`]
  return `${[
    `${facts.id}\n${facts.title}. ${facts.severity}, on ${facts.type}`,
    wrap(facts.why, width, ''),
    ...block('Fix in the console', [facts.fix.console]),
    // Commands are never wrapped: they are there to be copied.
    `Fix by CLI\n  ${facts.fix.cli}`,
    `Fix in Terraform\n  ${facts.fix.terraform}`,
    ...block(
      'Parameters',
      Object.entries(facts.parameters).map(
        ([name, value]) => `${name}, default ${JSON.stringify(value)}: --param ${check.id}.${name}=VALUE`,
      ),
    ),
    ...block('In a Terraform plan', [inPlan(facts)]),
    ...block('Not examined', facts.notExamined),
    ...block('Needs', [facts.actions.join(', ')]),
    ...block(
      'Answers',
      facts.frameworks.map(({ framework, requirement, title }) => `${framework} ${requirement}: ${title}`),
    ),
    ...block(
      'Also known as',
      [facts.aliases.join(', ')].filter((line) => line !== ''),
    ),
    ...block('Read more', facts.references),
  ].join('\n\n')}\n`
}

function inPlan({ terraform: { from, unsaid, why } }: Facts): string {
  return unsaid.length === 0
    ? `judged, from ${from.join(', ')}`
    : `not judged, because no plan says ${unsaid.join(', ')}${why === null ? '' : `: ${why}`}`
}
