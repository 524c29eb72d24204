import type { Reason } from '../reason.ts'
import { isUnknown } from '../stored.ts'
import type { PolicyDocument } from './document.ts'
import { doubts, publicFrom } from './is-public.ts'
import { CALLER_KEYS, ENDPOINT_KEYS, HOLDER_KEYS, isTokenKey, SOURCE_KEYS } from './keys.ts'
import type { Mentions } from './mentions.ts'
import { blocksWithin } from './place.ts'
import { addressesOf, ask, isEverywhere, NOWHERE, reachedBy, type Reach, type WhoCanOptions } from './question.ts'
import { unknownsIn, type Statement } from './statement.ts'
import { strangersOf } from './strangers.ts'
import type { Tri } from './tri.ts'
import { trustedBy } from './trusted.ts'
import { isStranger, type Who } from './who.ts'

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
  /** Why there are doubts: what could not be read may also name somebody of whom nothing is known. */
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
  const { mentions, statements } = question
  const callers = [...strangersOf(mentions), ...trustedBy(mentions, options.ownAccount)]
  const reached = callers.map((caller) => reachedBy(question, caller))

  const grants: Grant[] = []
  const granted: { readonly who: Who; readonly statements: ReadonlySet<Statement>; readonly isWide: boolean }[] = []
  for (const { caller, certain } of reached) {
    const far = certain() ?? NOWHERE
    const isWide = isEverywhere(far)
    const news = [...far.statements].filter(
      (statement) => !granted.some((other) => other.statements.has(statement) && includes(other, caller.who, isWide)),
    )
    if (news.length === 0) continue
    granted.push({ who: caller.who, statements: far.statements, isWide })
    grants.push(describe(caller.who, isWide ? null : placesOf(far, mentions), news, statements))
  }
  const perhaps = reached
    .filter(({ certain, possible }) => {
      const far = possible()
      return far === undefined || [...far.statements].some((one) => certain()?.statements.has(one) !== true)
    })
    .map(({ caller }) => caller.who)
  const isPublic = publicFrom(question, reached)
  return {
    grants,
    perhaps,
    reasons: perhaps.length > 0 || unknownsIn(statements).length > 0 ? doubts(question, reached) : [],
    isPublic,
  }
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
      : element.values.flatMap((value) => (isUnknown(value) ? [] : element.negated ? `not ${value}` : value))
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
    isTokenKey(key) ||
    key.startsWith('saml:')
  )
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
