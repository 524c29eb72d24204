import { EXIT, type ExitCode } from '#core/report.ts'

/** Ends a verb with a message for the person who called it. Thrown where nothing better can be done than to say so. */
export class Stop extends Error {
  readonly exitCode: ExitCode
  /** What to do next; null: the message says it. */
  readonly hint: string | null

  constructor(exitCode: ExitCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'Stop'
    this.exitCode = exitCode
    this.hint = options.hint ?? null
  }
}

/** The command was not used as it is meant to be: exit 2. */
export function wrongUse(message: string, hint?: string): Stop {
  return new Stop(EXIT.usage, message, hint === undefined ? {} : { hint })
}

/** What was to be judged could not be read or asked: exit 3, never 0. */
export function notEvaluated(
  message: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): Stop {
  return new Stop(EXIT.notEvaluated, message, options)
}
