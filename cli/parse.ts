import { parseArgs } from 'node:util'
import { suggestion } from '#core/nearest.ts'
import type { Arguments, Verb } from './command.ts'
import { flagName, type Occurrence } from './option.ts'
import { wrongUse } from './stop.ts'

/** Whether a verb's arguments ask for its help instead. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h')
}

/** Reads a verb's arguments by its tables. Throws `Stop` (exit 2) that says what is wrong and what comes nearest. */
export function parseVerbArguments(verb: Verb, args: readonly string[]): Arguments {
  const rows = Object.entries(verb.options).map(([name, option]) => ({ name, flag: flagName(name), option }))
  const byFlag = new Map(rows.map((row) => [row.flag, row]))
  const given = new Map<string, Occurrence[]>()
  const operands: string[] = []
  const stop = (message: string) => wrongUse(message, `vedette ${verb.name} --help lists what it takes.`)

  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      rows.map(({ flag, option: { takesValue, short } }) => [
        flag,
        { type: takesValue ? 'string' : 'boolean', multiple: true, ...(short === null ? {} : { short }) } as const,
      ]),
    ),
  })
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const row = byFlag.get(token.name)
    if (row === undefined) {
      const near = suggestion(
        token.rawName,
        [...byFlag.keys(), 'help'].map((name) => `--${name}`),
      )
      throw stop(`${verb.name} has no option ${token.rawName}${near}`)
    }
    const { value } = token
    if (row.option.takesValue) {
      if (value === undefined) throw stop(`${token.rawName} takes ${row.option.placeholder}, and nothing follows it`)
      if (!token.inlineValue && value.length > 1 && value.startsWith('-')) {
        throw stop(
          `${token.rawName} takes ${row.option.placeholder}, and ${value} looks like an option; write ${token.rawName}=${value} if you mean it`,
        )
      }
    } else if (value !== undefined) throw stop(`${token.rawName} takes no value, and was given "${value}"`)
    given.set(row.name, [...(given.get(row.name) ?? []), { text: value ?? '', at: token.index }])
  }
  checkOperands(verb, operands, stop)
  return {
    operands,
    options: Object.fromEntries(
      rows.map(({ name, flag, option }) => {
        const read = option.read(given.get(name) ?? [])
        if (!read.ok) throw stop(`--${flag} ${read.fault}`)
        return [name, read.value]
      }),
    ),
  }
}

function checkOperands(verb: Verb, operands: readonly string[], stop: (message: string) => Error): void {
  const missing = verb.operands.slice(operands.length).find(({ isOptional }) => !isOptional)
  if (missing !== undefined) throw stop(`${verb.name} needs ${missing.placeholder}: ${missing.help}`)
  const extra = operands[verb.operands.length]
  if (extra !== undefined) throw stop(`${verb.name} does not know what to do with "${extra}"`)
  for (const [index, value] of operands.entries()) {
    const { values = [], placeholder } = verb.operands[index] ?? {}
    if (values.length > 0 && !values.includes(value)) {
      throw stop(`${placeholder} is one of ${values.join(', ')}, not "${value}"${suggestion(value, values)}`)
    }
  }
}
