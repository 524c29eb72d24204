import type { Reason } from '../reason.ts'
import type { Mentions } from './mentions.ts'
import { isEverybody, type Caller } from './caller.ts'
import {
  CALLER_KEYS,
  HOLDER_KEYS,
  isTokenKey,
  SOURCE_KEYS,
  freeValues,
  strangersValues,
  type Alternatives,
  type Anchor,
  type Stranger,
} from './keys.ts'
import { bearerOfAnything, providersIn, strangersOfProvider } from './federated.ts'

const ABSENT: Alternatives = [null]
const one = (...values: readonly string[]): Alternatives => values.map((value) => [value])

/** Everybody whom nobody in particular lets in; if any of them gets in, the policy is public. */
export function strangersOf(mentions: Mentions, stranger: Stranger): readonly Caller[] {
  return [
    anonymous(mentions, stranger),
    anyPrincipal(mentions, stranger, { inOrganization: false }),
    anyPrincipal(mentions, stranger, { inOrganization: true }),
    anySource(mentions, stranger),
    ...providersIn(mentions).flatMap((provider) => strangersOfProvider(provider, mentions, stranger)),
    ...(mentions.hidesPrincipals ? [{ ...bearerOfAnything(mentions, stranger), doubt: HIDDEN }] : []),
  ]
}

/** A provider that could not be read may bring somebody; nothing is certain of them. */
const HIDDEN: Reason = { kind: 'not_collected', detail: 'which identity provider the policy names' }

/** What an AWS principal's requests hold under keys that AWS fills in, when `values` says whose they are. */
export function principalKeys(
  key: string,
  { mentions, stranger, values }: { readonly mentions: Mentions; readonly stranger: Stranger; readonly values: Values },
): Alternatives | undefined {
  const anchor = CALLER_KEYS.get(key) ?? HOLDER_KEYS.get(key)
  if (anchor !== undefined) {
    const held = one(...values(anchor, key))
    // Not every principal is in an organization or federated, and only some requests come through something.
    return key === 'aws:federatedprovider' || HOLDER_KEYS.has(key) ? [null, ...held] : held.length > 0 ? held : ABSENT
  }
  if (SOURCE_KEYS.has(key)) return ABSENT
  switch (key) {
    case 'aws:principalisawsservice':
      return one('false')
    case 'aws:principalservicename':
    case 'aws:principalservicenameslist':
      return ABSENT
    case 'aws:principaltype':
      return one('AssumedRole', 'User', 'Account', 'FederatedUser')
    case 'aws:username':
      return freeValues(mentions.ofKey(key), stranger)
    default:
      return key.startsWith('saml:') || isTokenKey(key) ? ABSENT : undefined
  }
}
type Values = (anchor: Anchor, key: string) => readonly string[]

/** A request that nobody signed. */
function anonymous(mentions: Mentions, stranger: Stranger): Caller {
  const fixed: ReadonlyMap<string, Alternatives> = new Map([
    ['aws:principalaccount', one('anonymous')],
    ['aws:principaltype', one('Anonymous')],
    ['aws:userid', one('anonymous')],
  ])
  const none =
    /^(aws:(principal|multifactorauth|tokenissuetime|sourceidentity|calledvia|username|federatedprovider)|saml:)/
  return {
    who: { kind: 'anonymous' },
    calls: 'from_network',
    signs: false,
    types: ['AWS'],
    isNamed: ({ type, value }) => (type === 'Service' ? false : isEverybody(value)),
    has: (key) => {
      const known = fixed.get(key)
      if (known !== undefined) return known
      const holder = HOLDER_KEYS.get(key)
      if (holder !== undefined) return [null, ...one(...strangersValues(holder, mentions.ofKey(key), stranger))]
      return CALLER_KEYS.has(key) || SOURCE_KEYS.has(key) || none.test(key) || isTokenKey(key) ? ABSENT : undefined
    },
  }
}

/** A principal of a stranger's account. */
function anyPrincipal(
  mentions: Mentions,
  stranger: Stranger,
  { inOrganization }: { readonly inOrganization: boolean },
): Caller {
  return {
    who: { kind: inOrganization ? 'any_organization' : 'any_principal' },
    calls: 'from_network',
    signs: true,
    types: ['AWS'],
    isNamed: ({ type, value }) => (type === 'AWS' ? isEverybody(value) : false),
    has: (key) =>
      principalKeys(key, {
        mentions,
        stranger,
        values: (anchor) =>
          (anchor === 'organization' || anchor === 'organization_path') && !inOrganization
            ? []
            : strangersValues(anchor, mentions.ofKey(key), stranger),
      }),
  }
}

/** A stranger's resource, on whose behalf a service calls that the policy does not name. */
function anySource(mentions: Mentions, stranger: Stranger): Caller {
  return {
    who: { kind: 'any_source' },
    calls: 'as_service',
    signs: true,
    types: ['AWS'],
    isNamed: ({ type, value }) => (type === 'AWS' ? isEverybody(value) : false),
    has: (key) => serviceKeys(key, { name: `${stranger.fill}.amazonaws.com`, sources: sourcesOf(mentions, stranger) }),
  }
}

/** A stranger's values of the keys that say on whose behalf a service calls; none where the service does not say. */
export function sourcesOf(mentions: Mentions, stranger: Stranger): (key: string, anchor: Anchor) => Alternatives {
  return (key, anchor) => [null, ...one(...strangersValues(anchor, mentions.ofKey(key), stranger))]
}

/** What a service's own requests hold. */
export function serviceKeys(
  key: string,
  {
    name,
    sources,
  }: {
    readonly name: string
    readonly sources: (key: string, anchor: Anchor) => Alternatives
  },
): Alternatives | undefined {
  const anchor = SOURCE_KEYS.get(key) ?? (key === 'aws:sourceowner' ? 'account' : undefined)
  if (anchor !== undefined) return sources(key, anchor)
  switch (key) {
    case 'aws:principalisawsservice':
      return one('true')
    case 'aws:principalservicename':
      return one(name)
    case 'aws:principalservicenameslist':
      return one(name)
    case 'aws:principaltype':
      return one('Service')
    default:
      return CALLER_KEYS.has(key) ||
        HOLDER_KEYS.has(key) ||
        /^(aws:(principal|username|sourceip$|sourcevp|vpc)|saml:)/.test(key) ||
        isTokenKey(key)
        ? ABSENT
        : undefined
  }
}
