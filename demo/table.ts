/** Rows as lined-up text; the columns are as wide as their widest cell, the last one is cut at `width`. */
export function table(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  width = process.stdout.columns ?? Infinity,
): string {
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]): string => {
    const text = cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
    return text.length <= width ? text : `${text.slice(0, width - 1)}…`
  }
  return [line(headers), ...rows.map(line)].join('\n')
}

/** Styles for a terminal; plain text where there is none, or where NO_COLOR asks for it. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  severity(text: string): string
}

const CODES: Readonly<Record<string, string>> = { critical: '35', high: '31', medium: '33', low: '36' }

export function styleFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Style {
  const coloured = stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
  const wrap = (code: string, text: string): string => (coloured ? `\u001B[${code}m${text}\u001B[0m` : text)
  return {
    bold: (text) => wrap('1', text),
    dim: (text) => wrap('2', text),
    severity: (text) => wrap(CODES[text.trim()] ?? '0', text),
  }
}
