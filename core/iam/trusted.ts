import { accountIn, accountOf, type Caller } from './caller.ts'
import { boundedBy, providersIn } from './federated.ts'
import { CALLER_KEYS, HOLDER_KEYS, principalsOf, SOURCE_KEYS, type Anchor } from './keys.ts'
import type { Mentions } from './mentions.ts'
import { hasWildcard, pattern } from './pattern.ts'
import { principalKeys, serviceKeys, strangersSources } from './strangers.ts'
import { one } from './values.ts'

/** Everybody whom the policy names in some way: each is somebody in particular. */
export function trustedBy(mentions: Mentions, ownAccount: string | undefined): readonly Caller[] {
  return [
    ...organizations(mentions).map((id) => member(id)),
    ...accounts(mentions, ownAccount).map((id) => inAccount(id, ownAccount)),
    ...principals(mentions).map((id) => principal(id, ownAccount)),
    ...services(mentions).flatMap((name) => [false, true].map((guarded) => service(name, guarded, ownAccount))),
    ...sources(mentions, ownAccount),
    ...holders(mentions),
    ...providersIn(mentions).flatMap((provider) => boundedBy(provider, mentions)),
  ]
}

const fixedOf = (
  mentions: Mentions,
  keys: ReadonlyMap<string, Anchor>,
  ...anchors: readonly Anchor[]
): readonly string[] => [...keys].flatMap(([key, anchor]) => (anchors.includes(anchor) ? mentions.fixed(key) : []))

function organizations(mentions: Mentions): readonly string[] {
  const paths = ['aws:principalorgpaths', 'aws:sourceorgpaths'].flatMap((key) =>
    mentions.texts(key).map((text) => text.split('/')[0] ?? ''),
  )
  const ids = fixedOf(mentions, CALLER_KEYS, 'organization')
  const own = mentions.variables.includes('aws:resourceorgid') ? [OWN_ORGANIZATION] : []
  return distinct([...ids, ...paths.filter((id) => !/[*?$]/.test(id)), ...own])
}

/** What stands for the organization, or the account, that the resource is in, where its id is not known. */
export const OWN_ORGANIZATION = 'o-own'
export const OWN_ACCOUNT = 'own'

/** A principal of an organization, in whichever account. */
function member(id: string): Caller {
  const paths = [pattern(`${id}/*`)]
  return {
    who: { kind: 'organization', id },
    calls: 'from_network',
    signs: true,
    types: ['AWS'],
    has: (key, values) =>
      principalKeys(key, values, (key, anchor) => {
        if (anchor === 'organization') return [id]
        return anchor === 'organization_path' ? values.among(key, paths) : values.strangers(key, anchor)
      }),
  }
}

function accounts(mentions: Mentions, ownAccount: string | undefined): readonly string[] {
  const named = mentions.principals.flatMap(({ type, value }) => (type === 'AWS' ? (accountOf(value) ?? []) : []))
  const ids = fixedOf(mentions, CALLER_KEYS, 'account')
  const arns = mentions.texts('aws:principalarn').flatMap((text) => accountIn(text) ?? [])
  const own = mentions.variables.includes('aws:resourceaccount') && ownAccount === undefined ? [OWN_ACCOUNT] : []
  return distinct([...named, ...ids, ...arns, ...own, ...(ownAccount === undefined ? [] : [ownAccount])])
}

/** A principal of an account, whichever the account lets. */
function inAccount(id: string, ownAccount: string | undefined): Caller {
  const arns = principalsOf(id)
  return {
    who: { kind: 'account', id, isOwn: id === ownAccount || id === OWN_ACCOUNT },
    calls: 'from_network',
    signs: true,
    types: ['AWS'],
    isNamed: ({ value }) => accountOf(value) === id,
    has: (key, values) =>
      principalKeys(key, values, (key, anchor) => {
        if (anchor === 'account') return [id]
        // An ARN that the policy fixes is one principal's, who is asked about apart.
        if (key === 'aws:principalarn') return values.among(key, arns, hasWildcard)
        // Whatever else the policy fixes may be this account's: its organization, a path in it.
        return anchor === 'user_id' ? values.strangers(key, anchor) : values.anybodys(key, anchor)
      }),
  }
}

function principals(mentions: Mentions): readonly string[] {
  const named = mentions.principals.flatMap(({ type, value }) => {
    if (type === 'CanonicalUser') return [value]
    // The unique id of a deleted principal, which AWS leaves in the place of its ARN, is nobody's any more.
    const isSomebody =
      type === 'AWS' && value.startsWith('arn:') && accountOf(value) === undefined && !/[*]/.test(value)
    return isSomebody ? [value] : []
  })
  const keyed = ['aws:principalarn', 'aws:userid'].flatMap((key) => mentions.fixed(key))
  const sessions = mentions.named('aws:userid').flatMap(({ text }) => (/^[A-Z0-9]+:\*$/.test(text) ? [text] : []))
  return distinct([...named, ...keyed, ...sessions])
}

/** One principal, named in `Principal` or by a condition. */
function principal(id: string, ownAccount: string | undefined): Caller {
  const isArn = id.startsWith('arn:')
  const account = accountIn(id)
  const likely = account ?? ownAccount
  // A session's requests hold its role's ARN.
  const role = id.replace(/^(arn:[^:]*:)sts(::\d{12}:)assumed-role\/([^/]+)\/.*$/, '$1iam$2role/$3')
  return {
    who: { kind: 'principal', id },
    calls: 'from_network',
    signs: true,
    types: ['AWS', 'CanonicalUser'],
    isNamed: ({ type, value }) =>
      value === id || (type === 'AWS' && account !== undefined && accountOf(value) === account),
    has: (key, values) =>
      principalKeys(key, values, (key, anchor) => {
        if (key === 'aws:principalarn') return isArn ? distinct([id, role]) : values.strangers(key, anchor)
        if (key === 'aws:userid' && !isArn) return [id.replace('*', 'x')]
        return anchor === 'account' && likely !== undefined ? [likely] : values.anybodys(key, anchor)
      }),
  }
}

function services(mentions: Mentions): readonly string[] {
  const named = mentions.principals.flatMap(({ type, value }) => (type === 'Service' ? [value] : []))
  const keyed = ['aws:principalservicename', 'aws:principalservicenameslist'].flatMap((key) => mentions.fixed(key))
  return distinct([...named, ...keyed])
}

/** A service that the policy names; on a stranger's behalf, or on that of somebody whom the policy fixes. */
function service(name: string, guarded: boolean, ownAccount: string | undefined): Caller {
  const own = (anchor: Anchor): readonly string[] =>
    anchor === 'account' ? [ownAccount ?? OWN_ACCOUNT] : anchor === 'organization' ? [OWN_ORGANIZATION] : []
  return {
    who: { kind: 'service', name, guarded },
    calls: 'as_service',
    signs: true,
    types: ['Service', 'AWS'],
    isNamed: ({ type, value }) => type === 'Service' && value === name,
    has: (key, values) =>
      serviceKeys(key, name, (key, anchor) => [
        ...strangersSources(key, anchor, values),
        ...(guarded ? one([...values.anybodys(key, anchor), ...own(anchor)]) : []),
      ]),
  }
}

/** Somebody's resource by way of a service that the policy does not name. */
function sources(mentions: Mentions, ownAccount: string | undefined): readonly Caller[] {
  const any = service('any', true, ownAccount)
  return [...SOURCE_KEYS.keys()].flatMap((key) =>
    mentions.texts(key).map((value): Caller => ({
      ...any,
      who: { kind: 'source', key, value },
      types: ['AWS'],
      has: (asked, values) => (asked === key ? [[filled(value)]] : any.has(asked, values)),
    })),
  )
}

/** Strangers who come through something that the policy fixes. */
function holders(mentions: Mentions): readonly Caller[] {
  return [...HOLDER_KEYS.keys()].flatMap((key) =>
    mentions.named(key).map(({ text }): Caller => ({
      who: { kind: 'holder', key, value: text },
      calls: 'from_network',
      signs: true,
      types: ['AWS'],
      has: (asked, values) =>
        asked === key
          ? [[filled(text)]]
          : principalKeys(asked, values, (asked, anchor) => values.strangers(asked, anchor)),
    })),
  )
}

/** Text in which no wildcard is left. */
function filled(text: string): string {
  return text.replaceAll('*', 'x').replaceAll('?', 'x')
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
