import { hasWildcard, inLowerCase, isMany, matches, takes, type Pattern } from './pattern.ts'

/** Patterns of which one is enough: the values of a condition, of an `Action` or of a `Resource`. */
export interface Group {
  readonly patterns: readonly Pattern[]
  readonly ignoreCase?: boolean
}

/** A character that nobody writes in a policy: only a wildcard takes it. */
export const STRANGE = '\uE000'
/** What a variable stands for may be made of the first: then this one is not of it. */
const STRANGER = '\uE001'

/** Past these the rest is not looked for: patterns that overlap in so many ways are in nobody's policy. */
const MOST_STATES = 5_000

/**
 * One text of the form `within` for each way that groups of patterns can match one and others not: a policy made of
 * these patterns tells no more texts apart. Where a wildcard leaves it open stands a character that nobody writes, so
 * that no other pattern matches by chance. Cost: as long as the patterns are; more where many `*` overlap.
 */
export function tellApart(groups: readonly Group[], within: readonly Pattern[]): readonly string[] {
  const open = within.filter(hasWildcard)
  const words = new Set<string>()
  for (const { patterns, ignoreCase = false } of groups) {
    for (const one of patterns) if (!ignoreCase && !hasWildcard(one)) words.add(one.join(''))
  }
  const texts = [
    ...within.filter((one) => !hasWildcard(one)).map((one) => one.join('')),
    ...(open.length > 0 ? walk(machineOf(groups, open), words) : []),
    ...[...words].filter((word) => open.some((one) => matches(one, word))),
  ]
  const found = new Map<string, string>()
  for (const text of texts) {
    let way = ''
    for (const group of groups) way += matchesGroup(group, text) ? '1' : '0'
    if (!found.has(way)) found.set(way, text)
  }
  return [...found.values()]
}

export function matchesGroup({ patterns, ignoreCase = false }: Group, text: string): boolean {
  const read = ignoreCase ? text.toLowerCase() : text
  return patterns.some((one) => matches(ignoreCase ? inLowerCase(one) : one, read))
}

/** Patterns one after the other, an end after each. Plain words are left out: they are found without a search. */
interface Machine {
  readonly tokens: readonly (Pattern[number] | undefined)[]
  /** For each token, which group it is of; 0 is the form that texts are to have. */
  readonly owners: readonly number[]
  readonly ignoresCase: readonly boolean[]
  /** Whether, from a token on, anything matches. */
  readonly takesAll: readonly boolean[]
  readonly starts: readonly number[]
}

function machineOf(groups: readonly Group[], within: readonly Pattern[]): Machine {
  const tokens: (Pattern[number] | undefined)[] = []
  const owners: number[] = []
  const starts: number[] = []
  const all: readonly Group[] = [{ patterns: within }, ...groups]
  for (const [owner, { patterns, ignoreCase = false }] of all.entries()) {
    for (const one of patterns) {
      if (!ignoreCase && !hasWildcard(one)) continue
      starts.push(tokens.length)
      tokens.push(...(ignoreCase ? inLowerCase(one) : one), undefined)
      owners.push(...one.map(() => owner), owner)
    }
  }
  return {
    tokens,
    owners,
    starts,
    ignoresCase: all.map(({ ignoreCase = false }) => ignoreCase),
    takesAll: tokens.map((token, at) => isMany(token) && takes(token, ':') && tokens[at + 1] === undefined),
  }
}

/** How far a text has got: where in the patterns its next character is. */
interface State {
  readonly text: string
  readonly live: readonly number[]
}

/** A text for each set of groups that match one, breadth first. Each of the `words` is a set of its own. */
function walk(machine: Machine, words: ReadonlySet<string>): readonly string[] {
  const { tokens, owners } = machine
  const beginnings = beginningsOf(words)
  const strange = [...tokens, ...words].some((text) => typeof text === 'string' && text.includes(STRANGE))
    ? [STRANGE, STRANGER]
    : [STRANGE]
  const found = new Map<string, string>()
  const seen = new Set<string>()
  // Grows while it is walked.
  const states: State[] = [begun(machine)]
  for (const { text, live } of states) {
    const ended = live.filter((at) => tokens[at] === undefined)
    if (owners[ended[0] ?? -1] === 0) {
      const way = `${ended.map((at) => owners[at]).join()} ${words.has(text) ? `=${text}` : ''}`
      if (!found.has(way)) found.set(way, text)
    }
    for (const character of nextCharacters(machine, live, strange)) {
      const after = step(machine, live, character)
      if (owners[after[0] ?? -1] !== 0) continue
      const longer = text + character
      // Within a word one more character matters, whatever the patterns say.
      const state = `${String.fromCharCode(...after)}${beginnings.has(longer) ? longer : ''}`
      if (seen.has(state) || states.length >= MOST_STATES) continue
      seen.add(state)
      states.push({ text: longer, live: after })
    }
  }
  return [...found.values()]
}

/** Where texts stand once they have begun as all of their form do. */
function begun(machine: Machine): State {
  let [text, live] = ['', settled(machine, machine.starts)]
  for (;;) {
    const [only, ...others] = nextCharacters(machine, live, [STRANGE])
    if (only === undefined || only === STRANGE || others.length > 0) return { text, live }
    text += only
    live = step(machine, live, only)
  }
}

function beginningsOf(words: ReadonlySet<string>): ReadonlySet<string> {
  const beginnings = new Set<string>()
  for (const word of words) {
    // Backwards, up to what another word has begun with already.
    for (let end = word.length; end > 0 && !beginnings.has(word.slice(0, end)); end -= 1) {
      beginnings.add(word.slice(0, end))
    }
  }
  return beginnings
}

function step(machine: Machine, live: readonly number[], character: string): readonly number[] {
  const { tokens, owners, ignoresCase } = machine
  const lower = character.toLowerCase()
  const after: number[] = []
  for (const at of live) {
    const token = tokens[at]
    const read = ignoresCase[owners[at] ?? 0] === true ? lower : character
    if (token !== undefined && takes(token, read)) after.push(isMany(token) ? at : at + 1)
  }
  return settled(machine, after)
}

/** With what `*` can be left behind at once. Of a group that matches whatever follows, nothing else matters any more. */
function settled({ tokens, owners, takesAll }: Machine, positions: readonly number[]): readonly number[] {
  const live: number[] = []
  const forever: number[] = []
  let last = -1
  for (const position of positions) {
    // They come in order, so that what was passed already was added too.
    if (position <= last) continue
    last = position
    while (isMany(tokens[last])) last += 1
    for (let at = position; at <= last; at += 1) {
      live.push(at)
      if (takesAll[at] === true && !forever.some((end) => owners[end] === owners[at])) forever.push(at)
    }
  }
  if (forever.length === 0) return live
  const isOver = (at: number) => forever.some((end) => owners[end] === owners[at] && at !== end && at !== end + 1)
  return live.filter((at) => !isOver(at))
}

/** The characters between which the next step can differ: those of the form alone where it leaves nothing open. */
function nextCharacters({ tokens, owners }: Machine, live: readonly number[], strange: readonly string[]): Set<string> {
  const isOpen = live.some((at) => owners[at] === 0 && typeof tokens[at] === 'symbol')
  const characters = new Set(isOpen ? strange : [])
  for (const at of live) {
    if (!isOpen && owners[at] !== 0) break
    const token = tokens[at]
    if (typeof token === 'string') characters.add(token)
    else if (token !== undefined && !takes(token, ':')) characters.add(':')
  }
  return characters
}
