/** `?` in a pattern: any one character. */
const ONE: unique symbol = Symbol('?')
/** `*` in a pattern: any characters, none included. */
const MANY: unique symbol = Symbol('*')
type Token = string | typeof ONE | typeof MANY

/** Text in which some characters may be wildcards. */
export type Pattern = readonly Token[]

/** Reads text in which `*` and `?` are wildcards. */
export function pattern(text: string): Pattern {
  return text.split('').map((character) => (character === '*' ? MANY : character === '?' ? ONE : character))
}

/** Text in which every character is itself. */
export function literal(text: string): Pattern {
  return text.split('')
}

export function hasWildcard(pattern: Pattern): boolean {
  return pattern.some((token) => typeof token === 'symbol')
}

/** Whether the pattern matches all of `text`. Cost: pattern × text at worst. */
export function matches(pattern: Pattern, text: string): boolean {
  // The classic two-pointer walk: on a mismatch, let the last `*` take one character more.
  let [p, t, star, mark] = [0, 0, -1, 0]
  while (t < text.length) {
    const token = pattern[p]
    if (token === MANY) {
      star = p
      mark = t
      p += 1
    } else if (token !== undefined && (token === ONE || token === text[t])) {
      p += 1
      t += 1
    } else if (star >= 0) {
      mark += 1
      t = mark
      p = star + 1
    } else return false
  }
  return pattern.slice(p).every((token) => token === MANY)
}

/** Characters that nobody writes in a policy: a pattern matches them only by its wildcards. */
const NOBODYS = '\uE000'

/** Whether the pattern matches every text that starts with `prefix` and goes on for at least one character more. */
export function coversAllUnder(pattern: Pattern, prefix: string): boolean {
  return [1, 2, 17].every((length) => matches(pattern, prefix + NOBODYS.repeat(length)))
}

/** A text that the pattern matches, with `fill` in the place of each `*` and its characters in the places of `?`. */
export function instance(pattern: Pattern, fill: string): string {
  return pattern.map((token) => (token === MANY ? fill : token === ONE ? fill.charAt(0) || 'x' : token)).join('')
}

/** The pattern in pieces, at each `separator` that is no part of a wildcard; the last piece keeps what is left past `limit`. */
export function split(pattern: Pattern, separator: string, limit = Infinity): readonly Pattern[] {
  const pieces: Token[][] = [[]]
  for (const token of pattern) {
    if (token === separator && pieces.length < limit) pieces.push([])
    else pieces.at(-1)?.push(token)
  }
  return pieces
}

/** A text that both patterns match, or undefined when there is none. `fill` stands where both leave it open. */
export function common(a: Pattern, b: Pattern, fill: string): string | undefined {
  const failed = new Set<number>()
  const width = b.length + 1
  const walk = (i: number, j: number): string | undefined => {
    const x = a[i]
    const y = b[j]
    if (x === undefined && y === undefined) return ''
    if (failed.has(i * width + j)) return undefined
    const found = step(i, j, x, y)
    if (found === undefined) failed.add(i * width + j)
    return found
  }
  const prepend = (text: string, rest: string | undefined): string | undefined =>
    rest === undefined ? undefined : text + rest
  const step = (i: number, j: number, x: Token | undefined, y: Token | undefined): string | undefined => {
    if (x === MANY && y === MANY) return prepend(fill, walk(i + 1, j) ?? walk(i, j + 1))
    if (x === MANY) return walk(i + 1, j) ?? (y === undefined ? undefined : prepend(shown(y), walk(i, j + 1)))
    if (y === MANY) return walk(i, j + 1) ?? (x === undefined ? undefined : prepend(shown(x), walk(i + 1, j)))
    if (x === undefined || y === undefined) return undefined
    if (x === ONE || y === ONE || x === y) return prepend(shown(x === ONE ? y : x), walk(i + 1, j + 1))
    return undefined
  }
  const shown = (token: Token): string => (typeof token === 'string' ? token : fill.charAt(0) || 'x')
  return walk(0, 0)
}
