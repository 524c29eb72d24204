import type { Reason } from '../reason.ts'
import { isUnknown, unknown } from '../stored.ts'
import { size, union, type Family, type Ranges } from '../net/cidr.ts'
import type { Caller } from './caller.ts'
import { actionsIn, targetsIn, targetsWithVariables } from './candidates.ts'
import { malformed, type PolicyDocument } from './document.ts'
import {
  CALLER_KEYS,
  ENDPOINT_KEYS,
  freeValues,
  HOLDER_KEYS,
  SOURCE_KEYS,
  type Alternatives,
  type Stranger,
} from './keys.ts'
import { actionMatches } from './matching.ts'
import { mentionsOf, type Mentions } from './mentions.ts'
import { AWS, blocksWithin, placesIn, type Place } from './place.ts'
import {
  hasUnknownResource,
  isAllowed,
  newBudget,
  SOME_RESOURCE,
  TooIntricate,
  type Budget,
  type Mode,
  type Request,
} from './reach.ts'
import { readStatements, type Statement } from './statement.ts'
import { strangersOf } from './strangers.ts'
import { reasonOf, type Tri } from './tri.ts'
import { OWN_ACCOUNT, OWN_ORGANIZATION, trustedBy } from './trusted.ts'
import { isStranger, type Who } from './who.ts'

export interface WhoCanOptions {
  /** The account that owns what the policy hangs on. */
  readonly ownAccount?: string
  /** The ARN of what the policy hangs on; for a bucket its objects are meant too. Whatever the policy names unless said. */
  readonly resource?: string
  /** The actions that are asked about, wildcards read. Whatever the policy names unless said. */
  readonly actions?: readonly string[]
}

/** Somebody whom the policy lets do something. */
export interface Grant {
  readonly who: Who
  /** Where they must come from, when not from anywhere: blocks of addresses, VPC endpoints and VPCs. */
  readonly from: readonly string[] | null
  /** As the allowing statements write them; `NotAction` and `NotResource` start with `not `. */
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** Condition keys that decide who it is, of allowing and of denying statements. */
  readonly narrowedBy: readonly string[]
  /** Condition keys of the allowing statements that narrow nothing: anybody can meet them. */
  readonly notNarrowing: readonly string[]
}

/** Who can do what. Nobody, when there is neither a grant nor a doubt. */
export interface Answer {
  readonly grants: readonly Grant[]
  /** Whom the policy may let in besides, depending on what could not be read. */
  readonly perhaps: readonly Who[]
  /** Why there are doubts. */
  readonly reasons: readonly Reason[]
  /** Whether strangers get in from anywhere. */
  readonly isPublic: Tri
}

/**
 * Answers who a resource policy or trust policy lets in, as IAM evaluates it (IAM User Guide, "Policy evaluation logic"):
 * for each kind of caller whom the policy can tell apart it looks for a request that some statement allows and none
 * denies. Never throws. It reads the one policy alone: organization policies, boundaries and ACLs are elsewhere.
 */
export function whoCan(document: PolicyDocument, options: WhoCanOptions = {}): Answer {
  const question = ask(document, options)
  const { mentions, stranger, statements } = question
  const reached = [
    ...strangersOf(mentions, stranger),
    ...trustedBy({ mentions, stranger, ownAccount: options.ownAccount }),
  ].map((caller) => ({
    caller,
    certain: tryReach(question, caller, 'certain'),
    possible: tryReach(question, caller, 'possible'),
  }))

  const grants: Grant[] = []
  const granted: { readonly who: Who; readonly statements: ReadonlySet<Statement>; readonly isWide: boolean }[] = []
  for (const { caller, certain } of reached) {
    if (certain === undefined || caller.doubt !== undefined) continue
    const isWide = isEverywhere(certain)
    const news = [...certain.statements].filter(
      (statement) => !granted.some((other) => other.statements.has(statement) && includes(other, caller.who, isWide)),
    )
    if (news.length === 0) continue
    granted.push({ who: caller.who, statements: certain.statements, isWide })
    grants.push(describe(caller.who, isWide ? null : placesOf(certain, mentions), news, statements))
  }
  const perhaps = reached
    .filter(({ caller, certain, possible }) => {
      if (possible === undefined) return true
      const sure = caller.doubt === undefined ? certain : NOWHERE
      return [...possible.statements].some((statement) => sure?.statements.has(statement) !== true)
    })
    .map(({ caller }) => caller.who)
  const isPublic = publicFrom(question, reached)
  return {
    grants,
    perhaps,
    reasons: perhaps.length > 0 || typeof isPublic !== 'boolean' ? doubts(question, reached) : [],
    isPublic,
  }
}

/** Whether a policy lets strangers in from anywhere, for something. Cheaper than `whoCan`: asks about strangers only. */
export function letsStrangersIn(document: PolicyDocument, options: WhoCanOptions = {}): Tri {
  const question = ask(document, options)
  const strangers = strangersOf(question.mentions, question.stranger)
  const reached: Reached[] = []
  for (const caller of strangers) {
    const certain = tryReach(question, caller, 'certain')
    if (certain !== undefined && caller.doubt === undefined && isEverywhere(certain)) return true
    reached.push({ caller, certain, possible: tryReach(question, caller, 'possible') })
  }
  return publicFrom(question, reached)
}

interface Question {
  readonly statements: readonly Statement[]
  readonly mentions: Mentions
  readonly stranger: Stranger
  readonly places: readonly Place[]
  readonly actions: readonly string[]
  readonly targets: readonly string[]
  readonly options: WhoCanOptions
}

/** How far a caller gets; undefined stands for "too intricate to say". */
interface Reach {
  readonly statements: ReadonlySet<Statement>
  readonly places: ReadonlySet<Place>
}
const NOWHERE: Reach = { statements: new Set(), places: new Set() }

interface Reached {
  readonly caller: Caller
  readonly certain: Reach | undefined
  readonly possible: Reach | undefined
}

function ask(document: PolicyDocument, options: WhoCanOptions): Question {
  const statements = readStatements(document)
  const mentions = mentionsOf(statements)
  const stranger = nobodyKnown(document, options)
  return {
    statements,
    mentions,
    stranger,
    places: placesIn(mentions, stranger),
    actions: actionsIn(mentions, stranger.fill, options.actions, options.resource),
    targets: targetsIn(mentions, statements, stranger.fill, options.resource),
    options,
  }
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

function tryReach(question: Question, caller: Caller, mode: Mode): Reach | undefined {
  try {
    return reach(question, caller, mode)
  } catch (error) {
    if (error instanceof TooIntricate) return undefined
    throw error
  }
}

function reach(question: Question, caller: Caller, mode: Mode): Reach {
  const { statements, actions, mentions } = question
  const found = new Set<Statement>()
  const places = new Set<Place>()
  const budget = newBudget()
  for (const place of caller.calls === 'as_service' ? [AWS] : question.places) {
    for (const chosen of choices(question, caller, place, budget)) {
      const all = [
        ...question.targets,
        ...targetsWithVariables(mentions, statements[0]?.variables ?? false, question.stranger.fill, chosen.lookUp),
      ]
      for (const statement of statements) {
        const targets = mode === 'certain' && hasUnknownResource(statement) ? ([...all, SOME_RESOURCE] as const) : all
        const isReached = actions.some(
          (action) =>
            (caller.signs || !SIGNED_ONLY.test(action)) &&
            actionMatches(statement, action) !== false &&
            targets.some((target) => {
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

function isEverywhere({ places }: Reach): boolean {
  const list = [...places]
  if (list.some(({ kind }) => kind === 'aws' || kind === 'strange_network')) return true
  const addresses = addressesOf(list)
  // "Very broad IP ranges": Amazon S3 User Guide, "The meaning of public".
  return size(addresses.ipv4) > 1n << 24n || size(addresses.ipv6) > 1n << 96n
}

function addressesOf(places: readonly Place[]): Readonly<Record<Family, Ranges>> {
  const of = (family: Family): Ranges =>
    union(...places.flatMap((place) => (place.kind === 'internet' && place.family === family ? [place.addresses] : [])))
  return { ipv4: of('ipv4'), ipv6: of('ipv6') }
}

function placesOf({ places }: Reach, mentions: Mentions): readonly string[] {
  const list = [...places]
  const endpoints = list.flatMap((place) => (place.kind === 'endpoint' ? [place.value] : []))
  return [...blocksWithin(mentions, addressesOf(list)), ...endpoints]
}

/** Whether a grant already says what another one would: strangers include everybody, an organization its accounts. */
function includes(granted: { readonly who: Who; readonly isWide: boolean }, who: Who, isWide: boolean): boolean {
  if (isWide && !granted.isWide) return false
  if (isStranger(granted.who))
    return granted.who.kind !== 'any_source' || who.kind === 'source' || who.kind === 'service'
  switch (who.kind) {
    case 'account':
      return granted.who.kind === 'organization'
    case 'principal':
      return (
        granted.who.kind === 'organization' ||
        (granted.who.kind === 'account' && who.id.includes(`:${granted.who.id}:`))
      )
    case 'service':
      return granted.who.kind === 'service' && granted.who.name === who.name
    default:
      return false
  }
}

function describe(
  who: Who,
  from: readonly string[] | null,
  allowing: readonly Statement[],
  all: readonly Statement[],
): Grant {
  const keysOf = (statements: readonly Statement[]) =>
    statements.flatMap(({ conditions }) =>
      conditions.flatMap((condition) => (isUnknown(condition) ? [] : [condition.key])),
    )
  const denying = all.filter(({ effect }) => effect === 'Deny')
  const listed = (element: Statement['action'] | Statement['resource']): readonly string[] =>
    element === null || isUnknown(element)
      ? []
      : element.values.flatMap((value) => (isUnknown(value) ? [] : [element.negated ? `not ${value}` : value]))
  return {
    who,
    from,
    actions: distinct(allowing.flatMap(({ action }) => listed(action))),
    resources: distinct(allowing.flatMap(({ resource }) => listed(resource))),
    narrowedBy: distinct(keysOf([...allowing, ...denying]).filter((key) => narrows(key))),
    notNarrowing: distinct(keysOf(allowing).filter((key) => !narrows(key))),
  }
}

/** Whether a key says who or where somebody is, in a way that they cannot choose. */
function narrows(key: string): boolean {
  return (
    [CALLER_KEYS, SOURCE_KEYS, HOLDER_KEYS, ENDPOINT_KEYS].some((keys) => keys.has(key)) ||
    key === 'aws:sourceip' ||
    /^aws:principal(isawsservice|servicename|servicenameslist|type)$/.test(key) ||
    /^[^:]*\.[^:]*:./.test(key) ||
    key.startsWith('saml:')
  )
}

function publicFrom(question: Question, reached: readonly Reached[]): Tri {
  const strangers = reached.filter(({ caller }) => isStranger(caller.who))
  if (
    strangers.some(
      ({ caller, certain }) => caller.doubt === undefined && certain !== undefined && isEverywhere(certain),
    )
  ) {
    return true
  }
  const doubtful = strangers.filter(({ possible }) => possible === undefined || isEverywhere(possible))
  return doubtful.length === 0 ? false : unknown(...doubts(question, doubtful))
}

/** Why it is not known: what could not be read of the policy, else what is not known of the callers. */
function doubts({ statements }: Question, reached: readonly Reached[]): readonly Reason[] {
  const inside = statements.flatMap(({ effect, principal, action, resource, conditions, variables }) => {
    const members: readonly unknown[] = principal === null || isUnknown(principal) ? [principal] : principal.members
    const values = [action, resource].flatMap((element): readonly unknown[] =>
      element === null || isUnknown(element) ? [element] : element.values,
    )
    const compared = conditions.flatMap((condition): readonly unknown[] =>
      isUnknown(condition) ? [condition] : condition.values,
    )
    return [effect, ...members, ...values, ...compared, variables].flatMap((part) =>
      isUnknown(part) ? (reasonOf(part) ?? []) : [],
    )
  })
  const callers = reached.flatMap(({ caller, possible }) =>
    possible === undefined
      ? [malformed('its conditions can be met in too many ways')]
      : caller.doubt === undefined || possible.statements.size === 0
        ? []
        : [caller.doubt],
  )
  const all = [...callers, ...inside]
  return all.length > 0 ? all : [malformed('a statement could not be judged')]
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
