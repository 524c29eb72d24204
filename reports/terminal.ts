import type { Severity } from '#core/check.ts'

/** What a screen can show. */
export interface Terminal {
  /** In columns; Infinity where nothing has to fit. */
  readonly width: number
  readonly colour: boolean
  readonly unicode: boolean
}

/** A file, a pipe: nothing has to fit, and nothing is coloured. */
export const PLAIN: Terminal = { width: Infinity, colour: false, unicode: true }

/**
 * Learns it from an output stream and the environment. `NO_COLOR` (any value, see no-color.org), `TERM=dumb` and what is
 * no terminal get no colour; `COLUMNS` wins over what the terminal says of its width.
 */
export function terminalFor(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  const isTerminal = stream.isTTY === true
  const isDumb = environment['TERM'] === 'dumb'
  const columns = Number(environment['COLUMNS'])
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || 'UTF-8'
  return {
    width: columns > 0 ? columns : isTerminal ? (stream.columns ?? 80) : Infinity,
    colour: isTerminal && !isDumb && (environment['NO_COLOR'] ?? '') === '',
    unicode: !isDumb && /utf-?8/i.test(locale),
  }
}

/** Ways to set text off from other text; each gives the text back as it is where there is no colour. */
export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly good: Paint
  readonly bad: Paint
  readonly of: Readonly<Record<Severity, Paint>>
}
export type Paint = (text: string) => string

export function styleOf({ colour }: Pick<Terminal, 'colour'>): Style {
  const paint =
    (code: string): Paint =>
    (text) =>
      colour && text !== '' ? `\u001B[${code}m${text}\u001B[0m` : text
  return {
    bold: paint('1'),
    dim: paint('2'),
    good: paint('32'),
    bad: paint('31'),
    of: { critical: paint('1;35'), high: paint('31'), medium: paint('33'), low: paint('36') },
  }
}
