// East Asian wide and full-width blocks, and what is drawn as an emoji. Source: Unicode Standard Annex 11, EastAsianWidth.
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}])/u
const NONE = /^\p{Mark}+$/u
const ASCII = /^[ -~]*$/
const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** How many columns a text takes on a terminal. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const { segment } of SEGMENTER.segment(text)) width += graphemeWidth(segment)
  return width
}

function graphemeWidth(grapheme: string): number {
  return NONE.test(grapheme) ? 0 : WIDE.test(grapheme) ? 2 : 1
}

/** Fills a text with blanks up to a width. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'left' ? text + blanks : blanks + text
}

/** Cuts a text that is too wide, and marks the cut. */
export function cutText(text: string, width: number, mark = '…'): string {
  if (textWidth(text) <= width) return text
  return takeWidth(text, Math.max(0, width - textWidth(mark))) + mark
}

/**
 * Breaks a text into lines of at most `width`: at blanks, else behind the signs that part names (`-`, `/`, `.`) or at
 * a capital inside one, else anywhere. Loses nothing but the blanks that it breaks at. Cost: linear.
 */
export function wrapText(text: string, width: number): readonly string[] {
  if (textWidth(text) <= width) return [text]
  const lines: string[] = []
  let rest = text
  while (rest !== '') {
    const head = takeWidth(rest, Math.max(1, width))
    if (head.length === rest.length) {
      lines.push(rest)
      break
    }
    const cut = breakIn(head, rest)
    lines.push(rest.slice(0, cut).trimEnd())
    rest = rest.slice(cut).trimStart()
  }
  return lines
}

/** Where to break: the end of the longest good piece of `head`, which `text` starts with. */
function breakIn(head: string, text: string): number {
  if (text[head.length] === ' ') return head.length
  const blank = head.lastIndexOf(' ')
  if (blank > 0) return blank + 1
  // A name that is broken very early reads worse than one that is broken anywhere.
  const least = head.length / 2
  for (let at = head.length; at > least; at--) if (/[-/.:,_=\]]/.test(text[at - 1] ?? '')) return at
  for (let at = head.length; at > least; at--) if (/^[a-z][A-Z]/.test(text.slice(at - 1, at + 1))) return at
  return head.length
}

/** The longest start of a text that is not wider; at least one grapheme, so that wrapping ends. */
function takeWidth(text: string, width: number): string {
  const start = text.slice(0, width)
  if (ASCII.test(start)) {
    // A mark that follows belongs to the last character: only then the slow way.
    const next = text.slice(width, width + 1)
    if (next === '' || ASCII.test(next)) return start
  }
  let taken = ''
  let used = 0
  // No grapheme in use is longer: this bounds the cost of one call.
  for (const { segment } of SEGMENTER.segment(text.slice(0, width * 8 + 64))) {
    used += graphemeWidth(segment)
    if (used > width && taken !== '') break
    taken += segment
  }
  return taken
}
