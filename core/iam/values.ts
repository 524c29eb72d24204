import { ALL, apart, parseCidr, textOf, type Family } from '../net/cidr.ts'
import { isUnknown } from '../stored.ts'
import {
  comparesText,
  groupOf,
  readDate,
  readNumber,
  readText,
  UNREAD,
  type Comparison,
  type Held,
} from './condition.ts'
import { FORMS, isOpenTo, type Anchor } from './keys.ts'
import type { Mentions } from './mentions.ts'
import { pattern, type Pattern } from './pattern.ts'
import { matchesGroup, tellApart, type Group } from './tell-apart.ts'
import type { Lookup } from './variables.ts'

/** What a request may hold under a key: each is one way to make the request. */
export type Alternatives = readonly Held[]

/** Each of some values alone. */
export function one(values: readonly string[]): Alternatives {
  return values.map((value) => [value])
}

const ANYTHING = [pattern('*')]
/** Past this there are no dates (ECMA-262, "Time Values and Time Range"). */
const LATEST = 8.64e15

/**
 * The values that are worth trying under the keys of a policy's conditions, once its variables stand for something: for
 * each way in which the policy tells values apart there is one.
 */
export class Values {
  readonly #mentions: Mentions
  readonly #lookUp: Lookup
  readonly #found = new Map<string, unknown>()

  constructor(mentions: Mentions, lookUp: Lookup) {
    this.#mentions = mentions
    this.#lookUp = lookUp
  }

  /** Texts of these forms, none of which matches what is not `meant`. */
  among(key: string, forms: readonly Pattern[], isMeant: (wanted: Pattern) => boolean = () => true): readonly string[] {
    const [meant, others]: [Group[], Group[]] = [[], []]
    for (const { condition, variables } of this.#mentions.tests(key)) {
      const { compare } = condition.operator
      if (!comparesText(compare)) continue
      const patterns = condition.values.flatMap((value) => {
        const wanted = isUnknown(value) ? value : readText(compare, value, variables, this.#lookUp)
        return wanted === null || isUnknown(wanted) ? [] : [wanted]
      })
      const isOther = (wanted: Pattern): boolean => !isMeant(wanted)
      meant.push(groupOf(compare, patterns.filter(isMeant)))
      if (patterns.some(isOther)) others.push(groupOf(compare, patterns.filter(isOther)))
    }
    const texts = tellApart([...meant, ...others], forms)
    return texts.filter((text) => !others.some((group) => matchesGroup(group, text)))
  }

  /** What a stranger holds, where AWS says whose a value is: never what the policy fixes. */
  strangers(key: string, anchor: Anchor): readonly string[] {
    const forms = FORMS[key === 'aws:principalarn' ? 'principal' : anchor]
    return this.#once(`strangers ${key}`, () => this.among(key, forms, (wanted) => isOpenTo(anchor, wanted)))
  }

  /** What anybody holds, strangers and those whom the policy fixes. */
  anybodys(key: string, anchor: Anchor): readonly string[] {
    const forms = FORMS[key === 'aws:principalarn' ? 'principal' : anchor]
    return this.#once(`anybodys ${key}`, () => this.among(key, forms))
  }

  /** What a request can hold under a key that the caller may choose at will, or not send. */
  free(key: string): Alternatives {
    return this.#once(`free ${key}`, () => {
      const texts = [...new Set([...this.among(key, ANYTHING), ...this.#measures(key)])]
      const takesSets = this.#mentions.tests(key).some(({ condition }) => condition.operator.set !== null)
      return [
        null,
        ...texts.map((text): Held => [text]),
        ...(takesSets && texts.length > 1 ? [texts] : []),
        ...(this.#canMeetUnread(key) ? [[UNREAD]] : []),
      ]
    })
  }

  /** Whether what could not be read can be held, whatever it is: nothing else is asked of that key. */
  #canMeetUnread(key: string): boolean {
    const [only, ...others] = this.#mentions.tests(key)
    if (only === undefined || others.length > 0 || this.#mentions.variables.includes(key)) return false
    const { operator, values } = only.condition
    return comparesText(operator.compare) && !operator.negated && values.some(isUnknown)
  }

  /** Values on either side of whatever the policy compares by size, by date, by address or as a flag. */
  #measures(key: string): readonly string[] {
    const compared = (isMeant: (compare: Comparison) => boolean): readonly string[] =>
      this.#mentions
        .tests(key)
        .flatMap(({ condition }) => (isMeant(condition.operator.compare) ? condition.values : []))
        .filter((value) => typeof value === 'string')
    const numbers = compared((compare) => compare.startsWith('numeric')).flatMap((text) => readNumber(text) ?? [])
    const dates = compared((compare) => compare.startsWith('date')).flatMap((text) => readDate(text) ?? [])
    const blocks = compared((compare) => compare === 'ip').flatMap((text) => parseCidr(text) ?? [])
    const families: readonly Family[] = blocks.length > 0 ? ['ipv4', 'ipv6'] : []
    return [
      ...around(numbers).map(String),
      ...around(dates).flatMap((at) => (Math.abs(at) > LATEST ? [] : new Date(at).toISOString())),
      ...(compared((compare) => compare === 'bool').length > 0 ? ['true', 'false'] : []),
      ...families.flatMap((family) => {
        const ours = blocks.filter((block) => block.family === family).map(({ range }) => [range])
        return apart(ALL[family], ours).map((set) => textOf(family, set[0]?.first ?? 0n))
      }),
    ]
  }

  #once<T>(name: string, make: () => T): T {
    if (!this.#found.has(name)) this.#found.set(name, make())
    // Under each name stands what one kind of call made.
    return this.#found.get(name) as T
  }
}

/** Each of some points, one between each two, and one beyond either end. */
function around(points: readonly number[]): readonly number[] {
  const sorted = [...new Set(points)].sort((a, b) => a - b)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return []
  return [
    first - 1,
    ...sorted.flatMap((point, index) => {
      const next = sorted[index + 1]
      return next === undefined ? [point] : [point, (point + next) / 2]
    }),
    last + 1,
  ]
}
