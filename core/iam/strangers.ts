import type { Caller } from './caller.ts'
import { BEARER_OF_ANYTHING, providersIn, strangersOfProvider } from './federated.ts'
import { CALLER_KEYS, HOLDER_KEYS, isTokenKey, SOURCE_KEYS, type Anchor } from './keys.ts'
import type { Mentions } from './mentions.ts'
import { STRANGE } from './tell-apart.ts'
import { one, type Alternatives, type Values } from './values.ts'

const ABSENT: Alternatives = [null]

/** Everybody whom nobody in particular lets in; if any of them gets in, the policy is public. */
export function strangersOf(mentions: Mentions): readonly Caller[] {
  return [
    ANONYMOUS,
    anyPrincipal({ inOrganization: false }),
    anyPrincipal({ inOrganization: true }),
    ANY_SOURCE,
    ...providersIn(mentions).flatMap((provider) => strangersOfProvider(provider, mentions)),
    BEARER_OF_ANYTHING,
  ]
}

/** What an AWS principal's requests hold under keys that AWS fills in, when `whose` says whose they are. */
export function principalKeys(key: string, values: Values, whose: Whose): Alternatives | undefined {
  const anchor = CALLER_KEYS.get(key) ?? HOLDER_KEYS.get(key)
  if (anchor !== undefined) {
    const held = one(whose(key, anchor))
    // Not every principal is in an organization or federated, and only some requests come through something.
    return key === 'aws:federatedprovider' || HOLDER_KEYS.has(key) ? [null, ...held] : held.length > 0 ? held : ABSENT
  }
  if (SOURCE_KEYS.has(key)) return ABSENT
  switch (key) {
    case 'aws:principalisawsservice':
      return one(['false'])
    case 'aws:principalservicename':
    case 'aws:principalservicenameslist':
      return ABSENT
    case 'aws:principaltype':
      return one(['AssumedRole', 'User', 'Account', 'FederatedUser'])
    case 'aws:username':
      return values.free(key)
    default:
      return key.startsWith('saml:') || isTokenKey(key) ? ABSENT : undefined
  }
}
type Whose = (key: string, anchor: Anchor) => readonly string[]

const NOBODYS: ReadonlyMap<string, Alternatives> = new Map([
  ['aws:principalaccount', one(['anonymous'])],
  ['aws:principaltype', one(['Anonymous'])],
  ['aws:userid', one(['anonymous'])],
])
const ONLY_SIGNED =
  /^(aws:(principal|multifactorauth|tokenissuetime|sourceidentity|calledvia|username|federatedprovider)|saml:)/

/** A request that nobody signed. */
const ANONYMOUS: Caller = {
  who: { kind: 'anonymous' },
  calls: 'from_network',
  signs: false,
  types: ['AWS'],
  has: (key, values) => {
    const known = NOBODYS.get(key)
    if (known !== undefined) return known
    const holder = HOLDER_KEYS.get(key)
    if (holder !== undefined) return [null, ...one(values.strangers(key, holder))]
    return CALLER_KEYS.has(key) || SOURCE_KEYS.has(key) || ONLY_SIGNED.test(key) || isTokenKey(key) ? ABSENT : undefined
  },
}

/** A principal of a stranger's account. */
function anyPrincipal({ inOrganization }: { readonly inOrganization: boolean }): Caller {
  return {
    who: { kind: inOrganization ? 'any_organization' : 'any_principal' },
    calls: 'from_network',
    signs: true,
    types: ['AWS'],
    has: (key, values) =>
      principalKeys(key, values, (key, anchor) =>
        (anchor === 'organization' || anchor === 'organization_path') && !inOrganization
          ? []
          : values.strangers(key, anchor),
      ),
  }
}

/** A stranger's resource, on whose behalf a service calls that the policy does not name. */
const ANY_SOURCE: Caller = {
  who: { kind: 'any_source' },
  calls: 'as_service',
  signs: true,
  types: ['AWS'],
  has: (key, values) =>
    serviceKeys(key, `${STRANGE}.amazonaws.com`, (key, anchor) => strangersSources(key, anchor, values)),
}

/** A stranger's values of the keys that say on whose behalf a service calls; none where the service does not say. */
export function strangersSources(key: string, anchor: Anchor, values: Values): Alternatives {
  return [null, ...one(values.strangers(key, anchor))]
}

/** What a service's own requests hold. */
export function serviceKeys(
  key: string,
  name: string,
  sources: (key: string, anchor: Anchor) => Alternatives,
): Alternatives | undefined {
  const anchor = SOURCE_KEYS.get(key) ?? (key === 'aws:sourceowner' ? 'account' : undefined)
  if (anchor !== undefined) return sources(key, anchor)
  switch (key) {
    case 'aws:principalisawsservice':
      return one(['true'])
    case 'aws:principalservicename':
    case 'aws:principalservicenameslist':
      return one([name])
    case 'aws:principaltype':
      return one(['Service'])
    default:
      return CALLER_KEYS.has(key) ||
        HOLDER_KEYS.has(key) ||
        /^(aws:(principal|username|sourceip$|sourcevp|vpc)|saml:)/.test(key) ||
        isTokenKey(key)
        ? ABSENT
        : undefined
  }
}
