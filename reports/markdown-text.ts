import { visible } from './visible.ts'

/**
 * Text from outside as a code span: the only place in markdown where nothing is markup, a mention or a link. A blank
 * stands in for text that is empty.
 */
export function codeSpan(text: string): string {
  const shown = visible(text) || ' '
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  // A blank on either side is dropped again by the reader; it parts backticks of the text from the fence.
  return /^[` ]|[` ]$/.test(shown) ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`
}

/** Text of ours, and sentences that have names in them, outside of code: nothing in it is markup, and nobody is mentioned. */
export function markdownText(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]<>#|~&!]/g, String.raw`\$&`)
    .replaceAll('@', '@\u200B')
    .replaceAll('://', ':\u200B//')
    .replaceAll('www.', 'www\u200B.')
}
