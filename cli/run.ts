import { nearest } from '#core/nearest.ts'
import { EXIT, type ExitCode } from '#core/report.ts'
import type { Io } from './command.ts'
import { familyHelp, programHelp, verbHelp } from './help.ts'
import { asksForHelp, parseVerbArguments } from './parse.ts'
import type { VerbEntry } from './verb-entry.ts'
import { Stop, wrongUse } from './stop.ts'

/**
 * Runs a command line to its exit code. Never rejects: what a verb throws becomes a message on stderr. An interrupted verb
 * ends with 4, whatever it made of it.
 */
export async function runCommandLine(
  argv: readonly string[],
  io: Io,
  program: { readonly verbs: readonly VerbEntry[]; readonly version: string },
): Promise<ExitCode> {
  try {
    const code = await dispatch(argv, io, program)
    return io.signal.aborted ? await interrupted(io) : code
  } catch (error) {
    if (io.signal.aborted) return interrupted(io)
    if (!(error instanceof Stop)) return defect(error, io)
    await io.stderr.write(`vedette: ${error.message}\n${error.hint === null ? '' : `${error.hint}\n`}`)
    return error.exitCode
  }
}

async function dispatch(
  argv: readonly string[],
  io: Io,
  { verbs, version }: { readonly verbs: readonly VerbEntry[]; readonly version: string },
): Promise<ExitCode> {
  const width = io.stdout.columns ?? 100
  const [first] = argv
  if (first === '--version' || first === '-V') {
    await io.stdout.write(`vedette ${version}\n`)
    return EXIT.clean
  }
  const wantsHelp = first === 'help' || first === '--help' || first === '-h'
  const words = wantsHelp ? argv.slice(1) : argv
  if (words.length === 0) {
    await (wantsHelp ? io.stdout : io.stderr).write(programHelp(verbs, width))
    return wantsHelp ? EXIT.clean : EXIT.usage
  }
  const found = findVerb(verbs, words)
  if (found.kind === 'family') {
    await io.stdout.write(familyHelp(found.family, found.members, width))
    return EXIT.clean
  }
  const verb = await found.entry.load()
  if (wantsHelp || asksForHelp(found.rest)) {
    await io.stdout.write(verbHelp(verb, width))
    return EXIT.clean
  }
  return verb.run(parseVerbArguments(verb, found.rest), io)
}

type Found =
  | { readonly kind: 'verb'; readonly entry: VerbEntry; readonly rest: readonly string[] }
  /** Only the first word of a two-word verb. */
  | { readonly kind: 'family'; readonly family: string; readonly members: readonly VerbEntry[] }

function findVerb(verbs: readonly VerbEntry[], words: readonly string[]): Found {
  const [first = '', second = ''] = words
  const two = verbs.find(({ name }) => name === `${first} ${second}`)
  if (two !== undefined) return { kind: 'verb', entry: two, rest: words.slice(2) }
  const one = verbs.find(({ name }) => name === first)
  if (one !== undefined) return { kind: 'verb', entry: one, rest: words.slice(1) }

  const members = verbs.filter(({ name }) => name.startsWith(`${first} `))
  if (members.length > 0 && (second === '' || second === '--help' || second === '-h')) {
    return { kind: 'family', family: first, members }
  }
  if (members.length > 0)
    throw unknownWord(
      `${first} ${second}`,
      members.map(({ name }) => name),
    )
  if (first.startsWith('-')) {
    throw wrongUse(`a verb comes first, and "${first}" is none`, 'vedette --help lists the verbs.')
  }
  throw unknownWord(
    first,
    verbs.flatMap(({ name }) => [name, name.split(' ')[0] ?? name]),
  )
}

function unknownWord(given: string, known: readonly string[]): Stop {
  const near = nearest(given, known)
  return wrongUse(
    `there is no verb "${given}"${near === undefined ? '' : `: did you mean vedette ${near}?`}`,
    'vedette --help lists the verbs.',
  )
}

async function interrupted(io: Io): Promise<ExitCode> {
  await io.stderr.write('vedette: interrupted\n')
  return EXIT.interrupted
}

/** A defect of ours. It says nothing about what was to be judged, so it must not look like an answer. */
async function defect(error: unknown, io: Io): Promise<ExitCode> {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  await io.stderr.write(
    `vedette: a defect in vedette itself; nothing was decided. Please report it with these lines:\n${what}\n`,
  )
  return EXIT.notEvaluated
}
