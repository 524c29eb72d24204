import { accountIn, accountOf, isEverybody, type Caller } from './caller.ts'
import { boundedBy, providersIn } from './federated.ts'
import {
  CALLER_KEYS,
  fixedValues,
  HOLDER_KEYS,
  SOURCE_KEYS,
  strangersValues,
  type Anchor,
  type Stranger,
} from './keys.ts'
import type { Mentions } from './mentions.ts'
import { common, hasWildcard, pattern } from './pattern.ts'
import { principalKeys, serviceKeys, sourcesOf } from './strangers.ts'

interface Around {
  readonly mentions: Mentions
  readonly stranger: Stranger
  readonly ownAccount: string | undefined
}

/** Everybody whom the policy names in some way: each is somebody in particular. */
export function trustedBy(around: Around): readonly Caller[] {
  const { mentions, stranger } = around
  return [
    ...organizations(mentions).map((id) => member(id, around)),
    ...accounts(around).map((id) => inAccount(id, around)),
    ...principals(mentions).map((id) => principal(id, around)),
    ...services(mentions).flatMap((name) => [service(name, false, around), service(name, true, around)]),
    ...sources(around),
    ...holders(around),
    ...providersIn(mentions).flatMap((provider) => boundedBy(provider, mentions, stranger)),
  ]
}

const fixedOf = (
  mentions: Mentions,
  keys: ReadonlyMap<string, Anchor>,
  ...anchors: readonly Anchor[]
): readonly string[] =>
  [...keys].flatMap(([key, anchor]) => (anchors.includes(anchor) ? fixedValues(mentions.ofKey(key)) : []))

function organizations(mentions: Mentions): readonly string[] {
  const paths = ['aws:principalorgpaths', 'aws:sourceorgpaths'].flatMap((key) =>
    mentions.ofKey(key).map(({ text }) => text.split('/')[0] ?? ''),
  )
  const ids = fixedOf(mentions, CALLER_KEYS, 'organization')
  const own = mentions.variables.includes('aws:resourceorgid') ? [OWN_ORGANIZATION] : []
  return distinct([...ids, ...paths.filter((id) => !/[*?$]/.test(id)), ...own])
}

/** What stands for the organization, or the account, that the resource is in, where its id is not known. */
export const OWN_ORGANIZATION = 'o-own'
export const OWN_ACCOUNT = 'own'

/** A principal of an organization, in whichever account. */
function member(id: string, { mentions, stranger }: Around): Caller {
  return {
    who: { kind: 'organization', id },
    calls: 'from_network',
    signs: true,
    types: ['AWS'],
    isNamed: ({ type, value }) => (type === 'AWS' ? isEverybody(value) : false),
    has: (key) =>
      principalKeys(key, {
        mentions,
        stranger,
        values: (anchor) => {
          if (anchor === 'organization') return [id]
          if (anchor === 'organization_path') return pathsIn(id, mentions, stranger)
          return strangersValues(anchor, mentions.ofKey(key), stranger)
        },
      }),
  }
}

function pathsIn(id: string, mentions: Mentions, { fill }: Stranger): readonly string[] {
  const within = pattern(`${id}/*`)
  const reached = mentions.ofKey('aws:principalorgpaths').flatMap((one) => common(one.pattern, within, fill) ?? [])
  return distinct([`${id}/r-${fill}/ou-${fill}/`, ...reached])
}

function accounts({ mentions, ownAccount }: Around): readonly string[] {
  const named = mentions.principals.flatMap(({ type, value }) => (type === 'AWS' ? (accountOf(value) ?? []) : []))
  const ids = fixedOf(mentions, CALLER_KEYS, 'account')
  const arns = mentions.ofKey('aws:principalarn').flatMap((one) => accountIn(one.text) ?? [])
  const own = mentions.variables.includes('aws:resourceaccount') && ownAccount === undefined ? [OWN_ACCOUNT] : []
  return distinct([...named, ...ids, ...arns, ...own, ...(ownAccount === undefined ? [] : [ownAccount])])
}

const PARTITIONS = ['aws', 'aws-us-gov', 'aws-cn']

/** A principal of an account, whichever the account lets. */
function inAccount(id: string, { mentions, stranger, ownAccount }: Around): Caller {
  // Written out, because a wildcard for the partition or the service would also swallow somebody else's account.
  const within = PARTITIONS.flatMap((partition) =>
    ['iam', 'sts'].map((service) => pattern(`arn:${partition}:${service}::${id}:?*`)),
  )
  return {
    who: { kind: 'account', id, isOwn: id === ownAccount || id === OWN_ACCOUNT },
    calls: 'from_network',
    signs: true,
    types: ['AWS'],
    isNamed: ({ type, value }) => {
      if (type !== 'AWS') return false
      return accountOf(value) === id ? true : isEverybody(value)
    },
    has: (key) =>
      principalKeys(key, {
        mentions,
        stranger,
        values: (anchor) => {
          if (anchor === 'account') return [id]
          if (key !== 'aws:principalarn') {
            // Whatever the policy fixes may be this account's: its organization, an id of one of its principals.
            return [...strangersValues(anchor, mentions.ofKey(key), stranger), ...fixedFor(key, mentions)]
          }
          const open = mentions.ofKey(key).filter((one) => hasWildcard(one.pattern))
          const reached = open.flatMap((one) =>
            within.flatMap((arns) => common(one.pattern, arns, stranger.fill) ?? []),
          )
          const shapes = ['role', 'user'].map((kind) => `arn:aws:iam::${id}:${kind}/${stranger.fill}`)
          return distinct([...shapes, ...reached])
        },
      }),
  }
}

/** An organization, or what else may be a principal's besides its ARN; paths as far as the policy says them. */
function fixedFor(key: string, mentions: Mentions): readonly string[] {
  if (key !== 'aws:principalorgpaths') return key === 'aws:userid' ? [] : fixedValues(mentions.ofKey(key))
  return mentions.ofKey(key).map(({ text }) => filled(text))
}

function principals(mentions: Mentions): readonly string[] {
  const named = mentions.principals.flatMap(({ type, value }) => {
    if (type === 'CanonicalUser') return [value]
    // The unique id of a deleted principal, which AWS leaves in the place of its ARN, is nobody's any more.
    const isSomebody =
      type === 'AWS' && value.startsWith('arn:') && accountOf(value) === undefined && !/[*]/.test(value)
    return isSomebody ? [value] : []
  })
  const keyed = ['aws:principalarn', 'aws:userid'].flatMap((key) => fixedValues(mentions.ofKey(key)))
  const sessions = mentions
    .ofKey('aws:userid')
    .flatMap(({ text, pattern: wanted }) => (hasWildcard(wanted) && /^[A-Z0-9]+:\*$/.test(text) ? [text] : []))
  return distinct([...named, ...keyed, ...sessions])
}

/** One principal, named in `Principal` or by a condition. */
function principal(id: string, { mentions, stranger, ownAccount }: Around): Caller {
  const isArn = id.startsWith('arn:')
  const account = accountIn(id)
  // A session's requests hold its role's ARN.
  const role = id.replace(/^(arn:[^:]*:)sts(::\d{12}:)assumed-role\/([^/]+)\/.*$/, '$1iam$2role/$3')
  return {
    who: { kind: 'principal', id },
    calls: 'from_network',
    signs: true,
    types: ['AWS', 'CanonicalUser'],
    isNamed: ({ type, value }) => {
      if (type === 'CanonicalUser') return value === id
      if (type !== 'AWS') return false
      if (value === id || (account !== undefined && accountOf(value) === account)) return true
      return isEverybody(value)
    },
    has: (key) =>
      principalKeys(key, {
        mentions,
        stranger,
        values: (anchor) => {
          if (key === 'aws:principalarn')
            return isArn ? distinct([id, role]) : [`arn:aws:iam::${stranger.account}:role/x`]
          if (key === 'aws:userid') return isArn ? userIds(mentions, stranger) : [id.replace('*', 'x')]
          if (anchor === 'account') {
            const likely = account ?? ownAccount
            return likely === undefined ? [stranger.account, ...fixedValues(mentions.ofKey(key))] : [likely]
          }
          return [...strangersValues(anchor, mentions.ofKey(key), stranger), ...fixedFor(key, mentions)]
        },
      }),
  }
}

function userIds(mentions: Mentions, stranger: Stranger): readonly string[] {
  const held = mentions.ofKey('aws:userid').map(({ text }) => filled(text))
  return [...strangersValues('user_id', mentions.ofKey('aws:userid'), stranger), ...held]
}

function services(mentions: Mentions): readonly string[] {
  const named = mentions.principals.flatMap(({ type, value }) => (type === 'Service' ? [value] : []))
  const keyed = ['aws:principalservicename', 'aws:principalservicenameslist'].flatMap((key) =>
    fixedValues(mentions.ofKey(key)),
  )
  return distinct([...named, ...keyed])
}

/** A service that the policy names; on a stranger's behalf, or on that of somebody whom the policy fixes. */
function service(name: string, guarded: boolean, { mentions, stranger, ownAccount }: Around): Caller {
  return {
    who: { kind: 'service', name, guarded },
    calls: 'as_service',
    signs: true,
    types: ['Service', 'AWS'],
    isNamed: ({ type, value }) => {
      if (type === 'Service') return value === name || value === '*'
      return type === 'AWS' ? isEverybody(value) : false
    },
    has: (key) =>
      serviceKeys(key, {
        name,
        sources: (asked, anchor) => [
          ...sourcesOf(mentions, stranger)(asked, anchor),
          ...(guarded ? mentions.ofKey(asked).map(({ text }) => [filled(text)]) : []),
          ...(guarded && anchor === 'account' ? [[ownAccount ?? OWN_ACCOUNT]] : []),
          ...(guarded && anchor === 'organization' ? [[OWN_ORGANIZATION]] : []),
        ],
      }),
  }
}

/** Somebody's resource by way of a service that the policy does not name. */
function sources(around: Around): readonly Caller[] {
  const { mentions } = around
  return [...SOURCE_KEYS.keys()].flatMap((key) => {
    const texts = distinct(mentions.ofKey(key).map(({ text }) => text))
    return texts.map((value): Caller => {
      const { isNamed: _, ...rest } = service('any', true, around)
      return {
        ...rest,
        who: { kind: 'source', key, value },
        types: ['AWS'],
        isNamed: ({ type, value: named }) => (type === 'AWS' ? isEverybody(named) : false),
        has: (asked) => (asked === key ? [[filled(value)]] : rest.has(asked)),
      }
    })
  })
}

/** Strangers who come through something that the policy fixes. */
function holders({ mentions, stranger }: Around): readonly Caller[] {
  return [...HOLDER_KEYS].flatMap(([key]) => {
    const closed = mentions.ofKey(key).filter((one) => one.isFixed || hasWildcard(one.pattern))
    return closed.map(({ text }): Caller => ({
      who: { kind: 'holder', key, value: text },
      calls: 'from_network',
      signs: true,
      types: ['AWS'],
      isNamed: ({ type, value }) => (type === 'AWS' ? isEverybody(value) : false),
      has: (asked) =>
        asked === key
          ? [[filled(text)]]
          : principalKeys(asked, {
              mentions,
              stranger,
              values: (anchor) => strangersValues(anchor, mentions.ofKey(asked), stranger),
            }),
    }))
  })
}

/** Text in which no wildcard is left. */
function filled(text: string): string {
  return text.replaceAll('*', 'x').replaceAll('?', 'x')
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
