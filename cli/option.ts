import { suggestion } from '#core/nearest.ts'

/** What a shell offers where a value is due. */
export type Completes = 'file' | 'folder' | 'check' | null

/** One use of an option on a command line. */
export interface Occurrence {
  /** The value; empty for a flag. */
  readonly text: string
  /** Which argument it was: for options whose order among each other matters. */
  readonly at: number
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string }

/** An option of a verb. Parsing, help, completion and the reference page are made from it. */
export interface Option<out T> {
  /** A flag takes no value. */
  readonly takesValue: boolean
  readonly short: string | null
  /** How help names the value: `FILE`. Empty for a flag. */
  readonly placeholder: string
  /** What one gets by it, in one or two sentences without a full stop at the end. */
  readonly help: string
  /** Under which heading help shows it; null: the verb's own. */
  readonly heading: string | null
  /** All values it can have, where they can be listed. */
  readonly values: readonly string[]
  readonly completes: Completes
  /** Makes the value of everything that was given, in order; of nothing where the option was left out. */
  readonly read: (given: readonly Occurrence[]) => Read<T>
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>

/** The values of a table's options, by their names. */
export type ValuesOf<O extends OptionTable> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never
}

interface Common {
  readonly help: string
  readonly short?: string
}

interface Valued extends Common {
  readonly placeholder: string
  readonly values?: readonly string[]
  readonly completes?: Completes
}

function option<T>(of: Common & Partial<Valued>, read: Option<T>['read']): Option<T> {
  const { help, short = null, placeholder = '', values = [], completes = null } = of
  return { takesValue: placeholder !== '', short, placeholder, help, heading: null, values, completes, read }
}

/** On or off; off where it is left out. */
export function flag(of: Common): Option<boolean> {
  return option(of, (given) => ({ ok: true, value: given.length > 0 }))
}

/** One text; the last one wins, null where it is left out. */
export function text(of: Valued): Option<string | null> {
  return option(of, (given) => {
    const last = given.at(-1)
    if (last?.text === '') return { ok: false, fault: `takes ${of.placeholder}, not an empty text` }
    return { ok: true, value: last?.text ?? null }
  })
}

/** One of some words; the last one wins. */
export function choice<const V extends string>(
  words: readonly V[],
  of: Common & { readonly placeholder: string },
): Option<V | null> {
  return option({ ...of, values: words }, (given) => {
    const last = given.at(-1)
    if (last === undefined) return { ok: true, value: null }
    const value = words.find((word) => word === last.text)
    return value === undefined ? { ok: false, fault: notAmong(last.text, words) } : { ok: true, value }
  })
}

/** A whole number between two bounds; the last one wins, null where it is left out. */
export function integer(of: Valued & { readonly min: number; readonly max: number }): Option<number | null> {
  return option(of, (given) => {
    const last = given.at(-1)
    if (last === undefined) return { ok: true, value: null }
    const value = /^\d{1,9}$/.test(last.text) ? Number(last.text) : Number.NaN
    return value >= of.min && value <= of.max
      ? { ok: true, value }
      : { ok: false, fault: `takes a whole number from ${of.min} to ${of.max}, not "${last.text}"` }
  })
}

/** Several texts: the option repeated, or commas. Empty where it is left out. */
export function texts(of: Valued): Option<readonly string[]> {
  return option(of, (given) => {
    const value = given.flatMap(({ text: all }) => all.split(',').map((one) => one.trim()))
    if (value.includes('')) return { ok: false, fault: `takes ${of.placeholder}, and one of them is empty` }
    const odd = of.values === undefined ? undefined : value.find((one) => !(of.values ?? []).includes(one))
    if (odd !== undefined) return { ok: false, fault: notAmong(odd, of.values ?? []) }
    return { ok: true, value: [...new Set(value)] }
  })
}

/** Every use as it was written, with its place: for values with commas, and for options that belong to their neighbours. */
export function occurrences(of: Valued): Option<readonly Occurrence[]> {
  return option(of, (given) => {
    const odd = of.values === undefined ? undefined : given.find(({ text: one }) => !(of.values ?? []).includes(one))
    return odd === undefined ? { ok: true, value: given } : { ok: false, fault: notAmong(odd.text, of.values ?? []) }
  })
}

/** Shows a table's options under a heading of their own. */
export function under<O extends OptionTable>(heading: string, table: O): O {
  const entries = Object.entries(table).map(([name, one]) => [name, { ...one, heading }] as const)
  // The same names with the same options, of which only the heading differs.
  return Object.fromEntries(entries) as unknown as O
}

/** `failOn` is written `--fail-on`. */
export function flagName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function notAmong(given: string, words: readonly string[]): string {
  const near = suggestion(given, words)
  return near === '' ? `takes ${listed(words)}, not "${given}"` : `does not take "${given}"${near}`
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
