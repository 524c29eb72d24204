import type { Readable } from 'node:stream'
import type { Clock } from '#core/clock.ts'
import type { ExitCode } from '#core/report.ts'
import type { Completes, OptionTable, ValuesOf } from './option.ts'
import type { Output } from './io.ts'

/** Everything that a verb may touch of the process it runs in. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** For what was asked for. */
  readonly stdout: Output
  /** For everything else: progress, notices, messages. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative paths are relative to it. */
  readonly cwd: string
  readonly clock: Clock
  /** Aborts when the person at the keyboard, or CI, wants it to end. The verb cleans up; the frame exits with 4. */
  readonly signal: AbortSignal
}

/** What stands on a command line without a name. */
export interface Operand {
  /** How help names it: `FILE`. */
  readonly placeholder: string
  readonly help: string
  readonly isOptional: boolean
  readonly values: readonly string[]
  readonly completes: Completes
}

export interface Example {
  readonly command: string
  /** What one gets by it, in few words. */
  readonly what: string
}

/** What a person can ask for. Parsing, help, completion and docs/reference/cli.md are made from it. */
export interface Verb {
  /** One word, or two where the first names a family: `checks show`. */
  readonly name: string
  /** One line for the list of verbs, without a full stop. */
  readonly summary: string
  /** A few sentences: what one gets, for whom. */
  readonly about: string
  /** The one that most people want comes first. */
  readonly examples: readonly Example[]
  readonly operands: readonly Operand[]
  readonly options: OptionTable
  /** What an exit code means here, where the common words do not say it well enough. */
  readonly exits: Readonly<Partial<Record<ExitCode, string>>>
  readonly run: (args: Arguments, io: Io) => Promise<ExitCode>
}

/** What stood on the command line, checked. */
export interface Arguments<O extends OptionTable = OptionTable> {
  readonly options: ValuesOf<O>
  readonly operands: readonly string[]
}

/**
 * Defines a verb. `run` is given what its option table says; a module that is heavy to load is imported inside it, so that
 * help and completion stay fast. It ends with an exit code, or throws `Stop`.
 */
export function defineVerb<const O extends OptionTable>(
  verb: Omit<Verb, 'options' | 'run' | 'exits'> & {
    readonly options: O
    readonly exits?: Verb['exits']
    readonly run: (args: Arguments<O>, io: Io) => Promise<ExitCode>
  },
): Verb {
  const { run, exits = {}, ...rest } = verb
  // The frame parses by this verb's own table, so the values are those of O.
  return { ...rest, exits, run: (args, io) => run(args as unknown as Arguments<O>, io) }
}

export function operand(
  placeholder: string,
  help: string,
  more: { readonly isOptional?: true; readonly values?: readonly string[]; readonly completes?: Completes } = {},
): Operand {
  return {
    placeholder,
    help,
    isOptional: more.isOptional ?? false,
    values: more.values ?? [],
    completes: more.completes ?? null,
  }
}
