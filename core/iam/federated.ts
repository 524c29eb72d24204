import type { Reason } from '../reason.ts'
import type { Caller } from './caller.ts'
import { leavesTenantOpen, sharedIssuer, type SharedIssuer } from './issuers.ts'
import { fixedValues, freeValues, isTokenKey, type Alternatives, type Stranger } from './keys.ts'
import type { Mentions } from './mentions.ts'
import { common, hasWildcard, instance, pattern } from './pattern.ts'

/** An identity provider that a trust policy names in `Federated`. */
export interface Provider {
  /** As the policy names it. */
  readonly name: string
  /** Its URL without `https://`, in lower case: what its condition keys start with. Empty for SAML. */
  readonly issuer: string
  readonly shared: SharedIssuer | undefined
  /** Set when nobody knows whether the policy lets it in or denies it. */
  readonly doubt?: Reason
}

export function providersIn(mentions: Mentions): readonly Provider[] {
  const named = mentions.principals.flatMap(({ type, value }) => (type === 'Federated' ? [value] : []))
  const perhaps = mentions.perhapsProviders.filter((name) => !named.includes(name))
  return [...named, ...perhaps].map((name): Provider => {
    const issuer = (
      /:oidc-provider\/(.+)$/.exec(name)?.[1] ?? (name.includes(':saml-provider/') ? '' : name)
    ).toLowerCase()
    const doubt: Pick<Provider, 'doubt'> = perhaps.includes(name)
      ? { doubt: { kind: 'not_collected', detail: `whether ${name} is let in or denied` } }
      : {}
    return { name, issuer, shared: sharedIssuer(issuer), ...doubt }
  })
}

/** A stranger with a token of a shared issuer, and the users of an application of it. */
export function strangersOfProvider(provider: Provider, mentions: Mentions, stranger: Stranger): readonly Caller[] {
  const { name, issuer, shared } = provider
  if (name === '*') return [bearerOfAnything(mentions, stranger)]
  if (shared === undefined) return []
  const openValues = (claim: string): Alternatives | undefined => {
    const mentioned = mentions.ofKey(`${issuer}:${claim}`)
    const isApplication = shared.applications.includes(claim)
    if (!isApplication && leavesTenantOpen(shared, claim, []) === undefined) return undefined
    const reached = mentioned
      .filter((one) =>
        isApplication ? hasWildcard(one.pattern) : leavesTenantOpen(shared, claim, one.pattern) === true,
      )
      .flatMap((one) => common(one.pattern, pattern('?*'), stranger.fill) ?? [])
    const own = claim === 'sub' ? subjectOf(shared, stranger) : stranger.fill
    return [...(claim === 'sub' || isApplication ? [] : [null]), [own], ...reached.map((value) => [value])]
  }
  const anybody = bearer(provider, mentions, stranger, {
    who: { kind: 'any_identity', provider: name },
    claims: openValues,
  })
  const [application] = shared.applications
  if (application === undefined) return [anybody]

  const key = `${issuer}:${application}`
  const roles = mentions.ofKey(`${issuer}:amr`).map(({ text }) => text)
  const asksForGuests = roles.includes('unauthenticated')
  const users = bearer(provider, mentions, stranger, {
    who: { kind: 'application_users', provider: name },
    claims: (claim) => {
      if (claim === application)
        return [...mentions.ofKey(key).map(({ pattern: wanted }) => [instance(wanted, stranger.fill)]), [stranger.fill]]
      if (claim === 'amr') return [['unauthenticated']]
      return openValues(claim)
    },
    ...(asksForGuests
      ? {}
      : { doubt: { kind: 'not_collected', detail: `whether ${name} lets strangers sign in` } as const }),
  })
  return [anybody, users]
}

/** Somebody with a token of whichever provider: for `*`, and for providers that could not be read. */
export function bearerOfAnything(mentions: Mentions, stranger: Stranger): Caller {
  const anything: Provider = { name: '*', issuer: '', shared: undefined }
  return bearer(anything, mentions, stranger, { who: { kind: 'any_identity', provider: 'any identity provider' } })
}

/** What nobody holds who shows a token. */
const NEVER = /^(aws:(principal|source(arn|account|owner|org)|userid|username)|kms:|s3:)/

/** Those whom a provider of somebody's own vouches for, and the tenants that a policy names of a shared one. */
export function boundedBy(provider: Provider, mentions: Mentions, stranger: Stranger): readonly Caller[] {
  const { name, issuer, shared } = provider
  if (name === '*') return []
  if (shared === undefined) return [bearer(provider, mentions, stranger, { who: { kind: 'provider', provider: name } })]
  const claims = ['sub', ...shared.claims.keys(), ...shared.applications]
  return claims.flatMap((claim) => {
    const mentioned = mentions.ofKey(`${issuer}:${claim}`)
    const closed = mentioned.filter(
      (one) => (one.isFixed || hasWildcard(one.pattern)) && leavesTenantOpen(shared, claim, one.pattern) === false,
    )
    return closed.map(({ text, pattern: wanted }) =>
      bearer(provider, mentions, stranger, {
        who: { kind: 'tenant', provider: name, claim, value: text },
        claims: (asked) => {
          if (asked === claim) return [[instance(wanted, stranger.fill)], [instance(wanted, '')]]
          // Other claims of the same tenant: whatever the policy fixes may be theirs.
          const fixed = fixedValues(mentions.ofKey(`${issuer}:${asked}`)).map((value) => [value])
          return asked === 'amr' ? [['authenticated'], ...fixed] : undefined
        },
      }),
    )
  })
}

/** Somebody who shows a token or assertion of a provider. Claims that `claims` leaves alone are theirs to choose. */
function bearer(
  provider: Provider,
  mentions: Mentions,
  stranger: Stranger,
  {
    who,
    doubt = provider.doubt,
    claims = () => undefined,
  }: Pick<Caller, 'who' | 'doubt'> & { readonly claims?: (claim: string) => Alternatives | undefined },
): Caller {
  const { name, issuer } = provider
  const prefix = `${issuer}:`
  return {
    who,
    ...(doubt === undefined ? {} : { doubt }),
    calls: 'from_network',
    // The token takes the place of a signature: STS accepts these calls unsigned.
    signs: true,
    types: ['Federated', 'AWS'],
    isNamed: ({ type, value }) => (value === '*' && type !== 'Service') || (type === 'Federated' && value === name),
    has: (key) => {
      if (key === 'aws:federatedprovider') return [[name]]
      if (issuer !== '' && key.startsWith(prefix)) {
        return claims(key.slice(prefix.length)) ?? freeValues(mentions.ofKey(key), stranger)
      }
      if (name === '*')
        return isTokenKey(key) || key.startsWith('saml:') ? undefined : NEVER.test(key) ? [null] : undefined
      if (key.startsWith('saml:')) return issuer === '' ? undefined : [null]
      if (isTokenKey(key)) return [null]
      return NEVER.test(key) ? [null] : undefined
    },
  }
}

function subjectOf({ subjects }: SharedIssuer, { fill }: Stranger): string {
  const [marker, end] = subjects[0] ?? ['', '']
  return `${marker}${fill}${end}${fill}`
}
