import type { Reason } from '../reason.ts'
import type { Caller } from './caller.ts'
import { leavesTenantOpen, sharedIssuer, type SharedIssuer } from './issuers.ts'
import { isTokenKey } from './keys.ts'
import type { Mentions } from './mentions.ts'
import { hasWildcard, pattern, type Pattern } from './pattern.ts'
import { STRANGE } from './tell-apart.ts'
import { one, type Alternatives, type Values } from './values.ts'
import type { Who } from './who.ts'

/** An identity provider that a policy can tell from others. */
export interface Provider {
  /** As the policy names it. */
  readonly name: string
  /** Its URL without `https://`, in lower case: what its condition keys start with. Empty for SAML. */
  readonly issuer: string
  readonly shared: SharedIssuer | undefined
}

/**
 * The providers that a policy names, in whichever statement, and those whose claims it asks for. Whether somebody of
 * theirs is let in is another question.
 */
export function providersIn(mentions: Mentions): readonly Provider[] {
  const named = mentions.principals.flatMap(({ type, value }) => (type === 'Federated' ? [value] : []))
  const compared = mentions.fixed('aws:federatedprovider')
  const providers = [...new Set([...named, ...compared])]
    .filter((name) => name !== '*')
    .map((name): Provider => {
      const issuer = (
        /:oidc-provider\/(.+)$/.exec(name)?.[1] ?? (name.includes(':saml-provider/') ? '' : name)
      ).toLowerCase()
      return { name, issuer, shared: sharedIssuer(issuer) }
    })
  const asked = [...new Set(mentions.keys.map((key) => key.slice(0, key.lastIndexOf(':'))))]
    .filter((issuer) => providers.every((provider) => provider.issuer !== issuer))
    .map((issuer): Provider => ({ name: issuer, issuer, shared: sharedIssuer(issuer) }))
  return [...providers, ...asked.filter(({ shared }) => shared !== undefined)]
}

/** A stranger with a token of a shared issuer, and the users of an application of it. */
export function strangersOfProvider(provider: Provider, mentions: Mentions): readonly Caller[] {
  const { name, issuer, shared } = provider
  if (shared === undefined) return []
  const strangers: Claims = (claim, key, values) => {
    if (shared.applications.includes(claim)) return one(values.among(key, SOME_TEXT, hasWildcard))
    if (leavesTenantOpen(shared, claim, []) === undefined) return undefined
    const isOpen = (wanted: Pattern) => leavesTenantOpen(shared, claim, wanted) === true
    if (claim === 'sub') return one(values.among(key, subjectsOf(shared), isOpen))
    return [null, ...one(values.among(key, SOME_TEXT, isOpen))]
  }
  const anybody = bearer(provider, { kind: 'any_identity', provider: name }, strangers)
  const [application] = shared.applications
  if (application === undefined) return [anybody]

  const users = bearer(provider, { kind: 'application_users', provider: name }, (claim, key, values) => {
    if (claim === application) return one(values.among(key, SOME_TEXT))
    return claim === 'amr' ? [['unauthenticated']] : strangers(claim, key, values)
  })
  const asksForGuests = mentions.texts(`${issuer}:amr`).includes('unauthenticated')
  const doubt: Reason = { kind: 'not_collected', detail: `whether ${name} lets strangers sign in` }
  return [anybody, asksForGuests ? users : { ...users, doubt }]
}

const SOME_TEXT = [pattern('?*')]

function subjectsOf({ subjects }: SharedIssuer): readonly Pattern[] {
  return subjects.map(([marker, end]) => pattern(end === '' ? `${marker}?*` : `${marker}?*${end}*`))
}

/** Those whom a provider of somebody's own vouches for, and the tenants that a policy names of a shared one. */
export function boundedBy(provider: Provider, mentions: Mentions): readonly Caller[] {
  const { name, issuer, shared } = provider
  if (shared === undefined) return [bearer(provider, { kind: 'provider', provider: name })]
  const claims = ['sub', ...shared.claims.keys(), ...shared.applications]
  return claims.flatMap((claim) => {
    const closed = mentions
      .named(`${issuer}:${claim}`)
      .filter(({ wanted }) => leavesTenantOpen(shared, claim, wanted) === false)
    return closed.map(({ text, wanted }) =>
      bearer(provider, { kind: 'tenant', provider: name, claim, value: text }, (asked, key, values) => {
        if (asked === claim) return one(values.among(key, [wanted]))
        // Guests are no tenants; other claims are whatever the policy fixes.
        return asked === 'amr' ? one(['authenticated', ...mentions.fixed(key)]) : undefined
      }),
    )
  })
}

/** What a token holds under a claim of its issuer; undefined where that is the bearer's to choose. */
type Claims = (claim: string, key: string, values: Values) => Alternatives | undefined

/** What nobody holds who shows a token. */
const NEVER = /^(aws:(principal|source(arn|account|owner|org)|userid|username)|kms:|s3:)/

/** Somebody who shows a token or assertion of a provider. */
function bearer({ name, issuer }: Provider, who: Who, claims: Claims = () => undefined): Caller {
  const prefix = `${issuer}:`
  return {
    who,
    calls: 'from_network',
    // The token takes the place of a signature: STS accepts these calls unsigned.
    signs: true,
    types: ['Federated', 'AWS'],
    isNamed: ({ type, value }) => type === 'Federated' && value === name,
    has: (key, values) => {
      if (key === 'aws:federatedprovider') return [[name]]
      if (issuer !== '' && key.startsWith(prefix)) {
        return claims(key.slice(prefix.length), key, values) ?? values.free(key)
      }
      if (key.startsWith('saml:')) return issuer === '' ? undefined : [null]
      return isTokenKey(key) || NEVER.test(key) ? [null] : undefined
    },
  }
}

/** Somebody with a token of a provider that the policy does not tell from others. */
export const BEARER_OF_ANYTHING: Caller = bearer(
  { name: STRANGE, issuer: STRANGE, shared: undefined },
  { kind: 'any_identity', provider: 'any identity provider' },
)
