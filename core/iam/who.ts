/** Somebody whom a policy lets in. Those of `STRANGERS` make it public. */
export type Who =
  /** Anyone on the internet, without signing. */
  | { readonly kind: 'anonymous' }
  /** Any AWS principal of any account. */
  | { readonly kind: 'any_principal' }
  /** Any AWS principal whose account is in an organization, whichever. */
  | { readonly kind: 'any_organization' }
  /** Anybody's resource, by way of an AWS service. */
  | { readonly kind: 'any_source' }
  /** Anyone with an account at an identity provider that many share. */
  | { readonly kind: 'any_identity'; readonly provider: string }
  /** Whoever an application signs in, its guests included. */
  | { readonly kind: 'application_users'; readonly provider: string }
  | { readonly kind: 'organization'; readonly id: string }
  /** All of an account: its own IAM policies decide who. */
  | { readonly kind: 'account'; readonly id: string; readonly isOwn: boolean }
  /** One user, role, session or CloudFront identity, by ARN or id. */
  | { readonly kind: 'principal'; readonly id: string }
  /** An AWS service; guarded when the policy says on whose behalf. */
  | { readonly kind: 'service'; readonly name: string; readonly guarded: boolean }
  /** Somebody's resource, by way of an AWS service that the policy does not name. */
  | { readonly kind: 'source'; readonly key: string; readonly value: string }
  /** Strangers, but only by what somebody holds: an access point, a KMS key. */
  | { readonly kind: 'holder'; readonly key: string; readonly value: string }
  /** One tenant of a shared identity provider, by the claim that names it. */
  | { readonly kind: 'tenant'; readonly provider: string; readonly claim: string; readonly value: string }
  /** Whoever an identity provider of somebody's own vouches for: SAML, or an issuer with one tenant. */
  | { readonly kind: 'provider'; readonly provider: string }

export type WhoKind = Who['kind']

const STRANGERS: ReadonlySet<WhoKind> = new Set<WhoKind>([
  'anonymous',
  'any_principal',
  'any_organization',
  'any_source',
  'any_identity',
  'application_users',
])

/** Whether it is somebody whom nobody in particular has let in. */
export function isStranger({ kind }: Who): boolean {
  return STRANGERS.has(kind)
}

/** One line for people: `organization o-1`. */
export function describeWho(who: Who): string {
  switch (who.kind) {
    case 'anonymous':
      return 'anyone on the internet'
    case 'any_principal':
      return 'any AWS principal'
    case 'any_organization':
      return 'any organization'
    case 'any_source':
      return "anybody's resource by way of an AWS service"
    case 'any_identity':
      return `anyone with an account at ${who.provider}`
    case 'application_users':
      return `whoever ${who.provider} signs in for the application`
    case 'organization':
      return `organization ${who.id}`
    case 'account':
      return who.isOwn ? 'the own account' : `account ${who.id}`
    case 'principal':
      return who.id
    case 'service':
      return who.guarded ? who.name : `${who.name} on anybody's behalf`
    case 'source':
    case 'holder':
      return `${who.key} ${who.value}`
    case 'tenant':
      return `${who.provider} ${who.claim} ${who.value}`
    case 'provider':
      return who.provider
    default:
      return who satisfies never
  }
}
