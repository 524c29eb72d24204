import { size, union, type Family, type Ranges } from '../net/cidr.ts'
import type { Caller } from './caller.ts'
import type { Held } from './condition.ts'
import { deedsIn, type Deed } from './deeds.ts'
import type { PolicyDocument } from './document.ts'
import { principalMatches } from './matching.ts'
import { mentionsOf, type Mentions } from './mentions.ts'
import { AWS, placesIn, type Place } from './place.ts'
import { isAllowed, newBudget, TooIntricate, type Budget, type Mode, type Request } from './reach.ts'
import { remembered } from './remembered.ts'
import { readStatements, type Statement } from './statement.ts'
import { OWN_ACCOUNT, OWN_ORGANIZATION } from './trusted.ts'
import { one, Values, type Alternatives } from './values.ts'
import type { Lookup } from './variables.ts'

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
  readonly places: readonly Place[]
  /** What requests may hold and ask for, once the keys that stand in variables hold something. */
  readonly under: (way: Way) => Under
  readonly options: WhoCanOptions
}

/** What the keys hold that stand in variables. */
type Way = ReadonlyMap<string, Held>

interface Under {
  readonly values: Values
  readonly lookUp: Lookup
  /** What can be done to what, by how unknowns are read. */
  readonly deeds: (mode: Mode) => readonly Deed[]
}

/** How far a caller gets: by which statements, from which places. */
export interface Reach {
  readonly statements: ReadonlySet<Statement>
  readonly places: ReadonlySet<Place>
}
export const NOWHERE: Reach = { statements: new Set(), places: new Set() }

/** How far a caller gets, found out when it is asked for; undefined where the policy is too intricate to say. */
export interface Reached {
  readonly caller: Caller
  /** Whatever the unknowns are. */
  readonly certain: () => Reach | undefined
  /** At the most. */
  readonly possible: () => Reach | undefined
}

/** Reads a policy for the question who it lets do what, or some of that. */
export function ask(document: PolicyDocument, options: WhoCanOptions): Question {
  const statements = readStatements(document)
  const mentions = mentionsOf(statements)
  const { actions: asked, resource } = options
  const under = (way: Way): Under => {
    const lookUp: Lookup = (key) => way.get(key)?.[0] ?? null
    const deeds = (mode: Mode): readonly Deed[] => deedsIn({ statements, mentions, asked, resource, mode, lookUp })
    return {
      values: new Values(mentions, lookUp),
      lookUp,
      deeds: remembered(deeds, (mode) => (mentions.isPartial ? mode : '')),
    }
  }
  return {
    statements,
    mentions,
    places: placesIn(mentions),
    under: remembered(under, (way) => JSON.stringify([...way])),
    options,
  }
}

/** How far a caller gets. Cost: nothing until it is asked for. */
export function reachedBy(question: Question, caller: Caller): Reached {
  const far = remembered((mode: Mode) => tryReach(question, caller, mode))
  return {
    caller,
    certain: () => (caller.doubt === undefined ? far('certain') : NOWHERE),
    possible: () => far('possible'),
  }
}

function tryReach(question: Question, caller: Caller, mode: Mode): Reach | undefined {
  try {
    return reach(question, caller, mode)
  } catch (error) {
    if (error instanceof TooIntricate) return undefined
    throw error
  }
}

function reach(question: Question, caller: Caller, mode: Mode): Reach {
  const { statements } = question
  const isNamed = new Map(statements.map((statement) => [statement, principalMatches(statement, caller)]))
  const found = new Set<Statement>()
  const places = new Set<Place>()
  const budget = newBudget()
  for (const place of caller.calls === 'as_service' ? [AWS] : question.places) {
    for (const { deeds, has, lookUp } of choices(question, caller, place, budget)) {
      const able = deeds(mode).filter(({ isSignedOnly }) => caller.signs || !isSignedOnly)
      for (const statement of statements) {
        const isReached = able.some((deed) =>
          isAllowed(statement, statements, { isNamed, deed, has, lookUp }, mode, budget),
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

/** The ways to choose the keys that stand in variables; one way where there are none. */
function choices(
  { mentions, options, under }: Question,
  caller: Caller,
  place: Place,
  budget: Budget,
): readonly (Under & Pick<Request, 'has'>)[] {
  const has = (key: string, values: Values): Alternatives =>
    ofResource(key, mentions, options) ?? caller.has(key, values) ?? place.has(key, values) ?? freely(key, values)
  let ways: readonly Way[] = [new Map()]
  for (const key of mentions.variables) {
    ways = ways.flatMap((way) => has(key, under(way).values).map((held): Way => new Map([...way, [key, held]])))
    budget.steps -= ways.length
    if (budget.steps < 0) throw new TooIntricate()
  }
  return ways.map((way) => {
    const chosen = under(way)
    const held = remembered((key: string) => {
      const fixed = way.get(key)
      return fixed === undefined ? has(key, chosen.values) : [fixed]
    })
    return { ...chosen, has: held }
  })
}

/** Keys that every request holds, one way or the other. */
const ALWAYS: ReadonlyMap<string, Alternatives> = new Map([
  ['aws:securetransport', [['true'], ['false']]],
  ['aws:viaawsservice', [['false'], ['true']]],
])

function freely(key: string, values: Values): Alternatives {
  return ALWAYS.get(key) ?? values.free(key)
}

/** What the resource is, not the caller: nobody can choose it. */
function ofResource(key: string, mentions: Mentions, { ownAccount }: WhoCanOptions): Alternatives | undefined {
  if (key === 'aws:resourceaccount') {
    // Where the account is not known, a policy that names one means its own.
    return ownAccount === undefined ? one([OWN_ACCOUNT, ...mentions.texts(key)]) : [[ownAccount]]
  }
  return key === 'aws:resourceorgid' ? one([OWN_ORGANIZATION, ...mentions.texts(key)]) : undefined
}

/** Whether what a caller reaches is reached from anywhere, or from more addresses than anybody in particular has. */
export function isEverywhere({ places }: Reach): boolean {
  const list = [...places]
  if (list.some(({ kind }) => kind === 'aws' || kind === 'strange_network')) return true
  const addresses = addressesOf(list)
  // "Very broad IP ranges": Amazon S3 User Guide, "The meaning of public".
  return size(addresses.ipv4) > 1n << 24n || size(addresses.ipv6) > 1n << 96n
}

/** The public addresses among some places. */
export function addressesOf(places: readonly Place[]): Readonly<Record<Family, Ranges>> {
  const of = (family: Family): Ranges =>
    union(...places.flatMap((place) => (place.kind === 'internet' && place.family === family ? [place.addresses] : [])))
  return { ipv4: of('ipv4'), ipv6: of('ipv6') }
}
