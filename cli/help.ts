import { EXIT, type ExitCode } from '#core/report.ts'
import type { Example, Verb } from './command.ts'
import { flagName, type Option } from './option.ts'

/** What every exit code means, whatever the verb. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  [EXIT.clean]: 'clean: what was asked for was done, and nothing stands against it',
  [EXIT.findings]: 'findings at or above --fail-on',
  [EXIT.usage]: 'wrong use: an option, a value or a configuration that cannot be understood',
  [EXIT.notEvaluated]: 'could not evaluate enough: input that cannot be read, no credentials, too little coverage',
  [EXIT.interrupted]: 'interrupted',
}

/** What a verb's list needs of it. */
export interface Listed {
  readonly name: string
  readonly summary: string
}

const MOST_WIDTH = 100

/** The first page: what one can want, and how to go on. */
export function programHelp(verbs: readonly Listed[], width: number): string {
  return `${[
    'vedette keeps watch over AWS accounts, and over the changes that are about to reach them.',
    wanted(
      [
        {
          command: 'terraform show -json plan.tfplan | vedette scan-plan -',
          what: 'what a Terraform plan would break',
        },
        { command: 'vedette scan', what: 'what is wrong in the account of your credentials' },
        { command: 'vedette checks list', what: 'what is looked for' },
      ],
      width,
    ),
    section(
      'Verbs',
      verbs.map(({ name, summary }) => [name, summary] as const),
      width,
    ),
    section('Exit codes', exitRows({}), width),
    'vedette VERB --help tells more of a verb, with examples. vedette --version tells the version.',
  ].join('\n\n')}\n`
}

/** The page of a family of verbs, such as `checks`. */
export function familyHelp(family: string, verbs: readonly Listed[], width: number): string {
  const rows = verbs.map(({ name, summary }) => [`vedette ${name}`, summary] as const)
  return `${section(`vedette ${family}`, rows, width)}\n\nvedette ${family} VERB --help tells more of each.\n`
}

/** A verb's own page: what one gets, examples, then the tables. */
export function verbHelp(verb: Verb, width: number): string {
  const { name, about, examples, operands, options, exits } = verb
  const rows = Object.entries(options).map(([key, option]) => ({ key, option }))
  const headings = [...new Set(rows.map(({ option }) => option.heading))]
  const shown = operands.map(({ placeholder, isOptional }) => (isOptional ? `[${placeholder}]` : placeholder))
  return `${[
    wrap(about, Math.min(width, MOST_WIDTH), ''),
    wanted(examples, width),
    `Usage: ${['vedette', name, ...(rows.length > 0 ? ['[OPTIONS]'] : []), ...shown].join(' ')}`,
    ...(operands.length === 0
      ? []
      : [
          section(
            null,
            operands.map(({ placeholder, help }) => [placeholder, help] as const),
            width,
          ),
        ]),
    ...headings.map((heading) =>
      section(
        heading ?? 'Options',
        rows.filter(({ option }) => option.heading === heading).map(({ key, option }) => optionRow(key, option)),
        width,
      ),
    ),
    section('Exit codes', exitRows(exits), width),
  ].join('\n\n')}\n`
}

/** `-o, --output FORMAT` and what it is for, with its values. */
export function optionRow(key: string, option: Option<unknown>): readonly [string, string] {
  const { short, placeholder, help, values } = option
  const left = `${short === null ? '' : `-${short}, `}--${flagName(key)}${placeholder === '' ? '' : ` ${placeholder}`}`
  return [left, values.length === 0 || values.length > 12 ? help : `${help}: ${values.join(', ')}`]
}

function exitRows(exits: Verb['exits']): readonly (readonly [string, string])[] {
  const codes: readonly ExitCode[] = Object.values(EXIT)
  return codes.map((code) => [String(code), exits[code] ?? EXIT_MEANINGS[code]] as const)
}

/** Examples: what one gets stands above each command, as one would say it. */
function wanted(examples: readonly Example[], width: number): string {
  return examples
    .map(({ command, what }) => `${wrap(`${what}:`, Math.min(width, MOST_WIDTH) - 2, '  ')}\n    ${command}`)
    .join('\n')
}

/** Two columns; the right one is wrapped and never narrower than a third of the page. */
function section(heading: string | null, rows: readonly (readonly [string, string])[], width: number): string {
  const page = Math.min(width, MOST_WIDTH)
  const left = Math.min(Math.max(...rows.map(([name]) => name.length)), 30) + 4
  const lines = rows.flatMap(([name, text]) => {
    const wrapped = wrap(text, Math.max(page - left, Math.floor(page / 3)), ' '.repeat(left)).trimStart()
    return name.length + 4 > left
      ? [`  ${name}`, `${' '.repeat(left)}${wrapped}`]
      : [`  ${name}`.padEnd(left) + wrapped]
  })
  return [...(heading === null ? [] : [heading]), ...lines].join('\n')
}

/** Breaks text at blanks. A word that is too long stays whole, so that it can be copied. */
export function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((one) => `${indent}${one}`).join('\n')
}
