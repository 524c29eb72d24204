/** `?` in a pattern: any one character. */
const ONE: unique symbol = Symbol('?')
/** `*` in a pattern: any characters, none included. */
const MANY: unique symbol = Symbol('*')
/** The same within a component of an ARN, where neither reaches past a colon. */
const ONE_WITHIN: unique symbol = Symbol('? but :')
const MANY_WITHIN: unique symbol = Symbol('* but :')
type Token = string | typeof ONE | typeof MANY | typeof ONE_WITHIN | typeof MANY_WITHIN

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

/** The pattern as ARN operators read it: each of the six components is matched apart. Shorter ones stay as they are. */
export function asArn(wanted: Pattern): Pattern {
  const parts = split(wanted, ':', 6)
  if (parts.length < 6) return wanted
  return parts.flatMap((part, index) =>
    index === 5
      ? part
      : [...part.map((token) => (token === MANY ? MANY_WITHIN : token === ONE ? ONE_WITHIN : token)), ':'],
  )
}

export function inLowerCase(wanted: Pattern): Pattern {
  return wanted.map((token) => (typeof token === 'string' ? token.toLowerCase() : token))
}

export function hasWildcard(wanted: Pattern): boolean {
  return wanted.some((token) => typeof token === 'symbol')
}

/** Whether a token stands for any number of characters. */
export function isMany(token: Token | undefined): boolean {
  return token === MANY || token === MANY_WITHIN
}

/** Whether a token takes a character. */
export function takes(token: Token | undefined, character: string): boolean {
  if (typeof token !== 'symbol') return token === character
  return token === ONE || token === MANY || character !== ':'
}

/** Whether the pattern matches all of `text`. Cost: pattern × text at worst. */
export function matches(wanted: Pattern, text: string): boolean {
  // The classic two-pointer walk: on a mismatch, let the last `*` take one character more. One that stops at colons
  // has no earlier one to fall back to: that stops at the same colon.
  let [p, t, star, mark] = [0, 0, -1, 0]
  while (t < text.length) {
    const token = wanted[p]
    if (isMany(token)) {
      star = p
      mark = t
      p += 1
    } else if (takes(token, text.charAt(t))) {
      p += 1
      t += 1
    } else if (star >= 0 && takes(wanted[star], text.charAt(mark))) {
      mark += 1
      t = mark
      p = star + 1
    } else return false
  }
  return wanted.slice(p).every(isMany)
}

/** The pattern in pieces, at each `separator` that is no part of a wildcard; the last piece keeps what is left past `limit`. */
export function split(wanted: Pattern, separator: string, limit = Infinity): readonly Pattern[] {
  const pieces: Token[][] = [[]]
  for (const token of wanted) {
    if (token === separator && pieces.length < limit) pieces.push([])
    else pieces.at(-1)?.push(token)
  }
  return pieces
}
