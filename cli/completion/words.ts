import { CHECKS } from '#checks/registry.ts'
import type { Verb } from '../command.ts'
import { flagName, type Completes } from '../option.ts'

/** What may stand in a place: files, folders, or one of some words. */
export interface Offered {
  readonly kind: 'file' | 'folder' | 'words' | 'nothing'
  readonly words: readonly string[]
  /** Several of them, with commas between. */
  readonly isList: boolean
}

export interface OfferedOption {
  /** `--fail-on` */
  readonly long: string
  /** `-o` */
  readonly short: string | null
  readonly help: string
  /** Null: it takes no value. */
  readonly value: Offered | null
}

/** A verb as a shell completes it. */
export interface OfferedVerb {
  readonly words: readonly string[]
  readonly summary: string
  readonly operands: readonly Offered[]
  readonly options: readonly OfferedOption[]
}

/** What a shell offers for each verb, from its own tables. */
export function offered(verbs: readonly Verb[]): readonly OfferedVerb[] {
  return verbs.map(({ name, summary, operands, options }) => ({
    words: name.split(' '),
    summary,
    operands: operands.map(({ values, completes }) => offer(values, completes, false)),
    options: [
      ...Object.entries(options).map(([key, { short, help, takesValue, placeholder, values, completes }]) => ({
        long: `--${flagName(key)}`,
        short: short === null ? null : `-${short}`,
        help: help.split(/[;.:]/, 1)[0] ?? help,
        value: takesValue ? offer(values, completes, placeholder.endsWith('…')) : null,
      })),
      { long: '--help', short: '-h', help: 'Tells more of it', value: null },
    ],
  }))
}

/** The first words there are, each with what to say of it. */
export function firstWords(verbs: readonly OfferedVerb[]): ReadonlyMap<string, string> {
  const words = new Map<string, string>()
  for (const verb of verbs) {
    const [first = '', second] = verb.words
    if (second === undefined) words.set(first, verb.summary)
    else words.set(first, `${words.has(first) ? `${words.get(first)}, ` : ''}${second}`)
  }
  return words
}

function offer(values: readonly string[], completes: Completes, isList: boolean): Offered {
  if (values.length > 0) return { kind: 'words', words: values, isList }
  if (completes === 'check') return { kind: 'words', words: CHECKS.map(({ id }) => id), isList }
  return { kind: completes ?? 'nothing', words: [], isList: false }
}
