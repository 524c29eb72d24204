import { size, union, type Family, type Ranges } from '../net/cidr.ts'
import type { Caller } from './caller.ts'
import { actionsIn, targetsIn, targetsWithVariables } from './candidates.ts'
import type { PolicyDocument } from './document.ts'
import { freeValues, type Alternatives, type Stranger } from './keys.ts'
import { actionMatches } from './matching.ts'
import { mentionsOf, type Mentions } from './mentions.ts'
import { AWS, placesIn, type Place } from './place.ts'
import {
  isAllowed,
  newBudget,
  SOME_RESOURCE,
  TooIntricate,
  type Budget,
  type Mode,
  type Request,
  type Target,
} from './reach.ts'
import { readStatements, type Statement } from './statement.ts'
import { OWN_ACCOUNT, OWN_ORGANIZATION } from './trusted.ts'

export interface WhoCanOptions {
  /** The account that owns what the policy hangs on. */
  readonly ownAccount?: string
  /** The ARN of what the policy hangs on; for a bucket its objects are meant too. Whatever the policy names unless said. */
  readonly resource?: string
  /** The actions that are asked about, wildcards read. Whatever the policy names unless said. */
  readonly actions?: readonly string[]
}

/** A policy with all that can make a difference to its answers. */
export interface Question {
  readonly statements: readonly Statement[]
  readonly mentions: Mentions
  readonly stranger: Stranger
  readonly places: readonly Place[]
  readonly actions: Readonly<Record<Mode, readonly string[]>>
  readonly targets: Readonly<Record<Mode, readonly string[]>>
  readonly options: WhoCanOptions
}

/** How far a caller gets: by which statements, from which places. */
export interface Reach {
  readonly statements: ReadonlySet<Statement>
  readonly places: ReadonlySet<Place>
}
export const NOWHERE: Reach = { statements: new Set(), places: new Set() }

/** What was found out of a caller; undefined where the policy is too intricate to say. */
export interface Reached {
  readonly caller: Caller
  readonly certain: Reach | undefined
  readonly possible: Reach | undefined
}

export function ask(document: PolicyDocument, options: WhoCanOptions): Question {
  const statements = readStatements(document)
  const mentions = mentionsOf(statements)
  const stranger = nobodyKnown(document, options)
  const { fill } = stranger
  const { actions: asked, resource } = options
  return {
    statements,
    mentions,
    stranger,
    places: placesIn(mentions, stranger),
    actions: perMode((mode) => actionsIn(mentions, { fill, mode, asked, resource })),
    targets: perMode((mode) => targetsIn(mentions, statements, { fill, mode, asked: resource })),
    options,
  }
}

function perMode<T>(make: (mode: Mode) => T): Readonly<Record<Mode, T>> {
  return { certain: make('certain'), possible: make('possible') }
}

/** A stranger whom the policy does not happen to mention. */
function nobodyKnown(document: PolicyDocument, options: WhoCanOptions): Stranger {
  const text = JSON.stringify([document, options])
  const free = (names: (attempt: number) => string): string => {
    for (let attempt = 0; ; attempt += 1) if (!text.includes(names(attempt))) return names(attempt)
  }
  return {
    account: free((attempt) => String(999_900_000_001 + attempt)),
    fill: free((attempt) => `zq${attempt === 0 ? '' : attempt}`),
  }
}

/** Services that take no unsigned requests (AWS STS API Reference; AWS KMS Developer Guide, "Key policies"). */
const SIGNED_ONLY = /^(sts|kms):/

/** How far a caller gets when unknowns are read as `mode` says; undefined when nobody can say in reasonable time. */
export function tryReach(question: Question, caller: Caller, mode: Mode): Reach | undefined {
  try {
    return reach(question, caller, mode)
  } catch (error) {
    if (error instanceof TooIntricate) return undefined
    throw error
  }
}

function reach(question: Question, caller: Caller, mode: Mode): Reach {
  const { statements, mentions, stranger } = question
  const { variables = false } = statements[0] ?? {}
  const found = new Set<Statement>()
  const places = new Set<Place>()
  const budget = newBudget()
  for (const place of caller.calls === 'as_service' ? [AWS] : question.places) {
    for (const chosen of choices(question, caller, place, budget)) {
      const named = targetsWithVariables(mentions, variables, stranger.fill, chosen.lookUp)
      const targets: Target[] = [...question.targets[mode], ...named]
      if (mentions.isPartial && mode === 'certain') targets.push(SOME_RESOURCE)
      for (const statement of statements) {
        const isReached = question.actions[mode].some(
          (action) =>
            (caller.signs || !SIGNED_ONLY.test(action)) &&
            actionMatches(statement, action) !== false &&
            targets.some((target) => {
              if (!isAbout(action, target)) return false
              const request: Request = { caller, place, action, target, ...chosen }
              return isAllowed(statement, statements, request, mode, budget)
            }),
        )
        if (isReached) {
          found.add(statement)
          places.add(place)
        }
      }
    }
  }
  return { statements: found, places }
}

/** Whether an action is one on a resource: they are of one service. */
function isAbout(action: string, target: Target): boolean {
  if (target === SOME_RESOURCE || !target.startsWith('arn:')) return true
  return target.split(':')[2] === action.split(':')[0]
}

/** The ways to choose the keys that stand in variables; one way where there are none. */
function choices(
  { mentions, stranger, options }: Question,
  caller: Caller,
  place: Place,
  budget: Budget,
): readonly Pick<Request, 'has' | 'lookUp'>[] {
  const has = (key: string): Alternatives =>
    ofResource(key, mentions, options) ?? caller.has(key) ?? place.has(key) ?? freely(key, mentions, stranger)
  let ways: readonly ReadonlyMap<string, Alternatives[number]>[] = [new Map()]
  for (const key of mentions.variables) {
    ways = ways.flatMap((way) => has(key).map((held) => new Map([...way, [key, held]])))
    budget.steps -= ways.length
    if (budget.steps < 0) throw new TooIntricate()
  }
  return ways.map((way) => ({
    has: (key) => {
      const held = way.get(key)
      return held === undefined ? has(key) : [held]
    },
    lookUp: (key) => (way.get(key) ?? [])[0] ?? null,
  }))
}

/** Keys that every request holds, one way or the other. */
const ALWAYS: ReadonlyMap<string, Alternatives> = new Map([
  ['aws:securetransport', [['true'], ['false']]],
  ['aws:viaawsservice', [['false'], ['true']]],
])

function freely(key: string, mentions: Mentions, stranger: Stranger): Alternatives {
  return ALWAYS.get(key) ?? freeValues(mentions.ofKey(key), stranger)
}

/** What the resource is, not the caller: nobody can choose it. */
function ofResource(key: string, mentions: Mentions, { ownAccount }: WhoCanOptions): Alternatives | undefined {
  if (key === 'aws:resourceaccount') {
    // Where the account is not known, a policy that names one means its own.
    return ownAccount === undefined ? [[OWN_ACCOUNT], ...mentions.ofKey(key).map(({ text }) => [text])] : [[ownAccount]]
  }
  if (key === 'aws:resourceorgid') return [[OWN_ORGANIZATION], ...mentions.ofKey(key).map(({ text }) => [text])]
  return undefined
}

/** Whether what a caller reaches is reached from anywhere, or from more addresses than anybody in particular has. */
export function isEverywhere({ places }: Reach): boolean {
  const list = [...places]
  if (list.some(({ kind }) => kind === 'aws' || kind === 'strange_network')) return true
  const addresses = addressesOf(list)
  // "Very broad IP ranges": Amazon S3 User Guide, "The meaning of public".
  return size(addresses.ipv4) > 1n << 24n || size(addresses.ipv6) > 1n << 96n
}

export function addressesOf(places: readonly Place[]): Readonly<Record<Family, Ranges>> {
  const of = (family: Family): Ranges =>
    union(...places.flatMap((place) => (place.kind === 'internet' && place.family === family ? [place.addresses] : [])))
  return { ipv4: of('ipv4'), ipv6: of('ipv6') }
}
