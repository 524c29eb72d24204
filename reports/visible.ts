// C0, DEL and C1 move a terminal's cursor; the others turn the direction of text or hide in it.
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFFE\uFFFF]/g

/**
 * Text from outside (names, tags, evidence) as it may be shown: what would move the cursor or turn the text around is
 * written as JSON writes it, `\n` or `\u001b`; halves of surrogate pairs become U+FFFD.
 */
export function visible(text: string): string {
  return text.toWellFormed().replace(UNSAFE, escaped)
}

/** The same, but line feeds stay: for places that hold several lines. */
export function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(visible).join('\n')
}

/** JSON that can be printed on a terminal: `JSON.stringify` leaves DEL and C1 as they are. Parses to the same value. */
export function printableJson(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(UNSAFE, escaped)
}

function escaped(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\r') return '\\r'
  if (character === '\t') return '\\t'
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
