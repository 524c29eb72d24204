import type { Pattern } from './pattern.ts'

/**
 * An identity provider that issues tokens to whoever opens an account with it. Only some claims say whose token it is;
 * the rest (`aud`, `ref`, `actor`, …) are the stranger's to choose.
 */
export interface SharedIssuer {
  /** What stands before the tenant's name in `sub`, and what ends the name. */
  readonly subjects: readonly (readonly [marker: string, end: string])[]
  /** Other claims that only one tenant has, and what ends the tenant's part of them. */
  readonly claims: ReadonlyMap<string, string>
  /** Claims that bound a token to one application, whose users may be anybody. */
  readonly applications: readonly string[]
}

const issuer = (
  subjects: SharedIssuer['subjects'],
  claims: Readonly<Record<string, string>> = {},
  applications: readonly string[] = [],
): SharedIssuer => ({ subjects, claims: new Map(Object.entries(claims)), applications })

/**
 * Providers with many tenants behind one issuer. Those with an issuer per tenant (EKS clusters, CircleCI and Bitbucket
 * workspaces, Entra tenants, a GitHub enterprise's own issuer) need no entry. Sources: each provider's page on OIDC with
 * AWS; IAM User Guide, "Available keys for AWS OIDC federation".
 */
const SHARED: ReadonlyMap<string, SharedIssuer> = new Map([
  [
    'token.actions.githubusercontent.com',
    issuer(
      [
        ['repo:', '/'],
        ['repository:', '/'],
        ['repository_id:', ':'],
        ['repository_owner:', ':'],
        ['repository_owner_id:', ':'],
        ['enterprise:', ':'],
        ['enterprise_id:', ':'],
      ],
      {
        repository: '/',
        repository_id: '',
        repository_owner: '',
        repository_owner_id: '',
        enterprise: '',
        enterprise_id: '',
      },
    ),
  ],
  [
    'gitlab.com',
    issuer([['project_path:', '/']], { namespace_id: '', namespace_path: '/', project_id: '', project_path: '/' }),
  ],
  [
    'app.terraform.io',
    issuer([['organization:', ':']], { terraform_organization_id: '', terraform_organization_name: '' }),
  ],
  ['agent.buildkite.com', issuer([['organization:', ':']], { organization_id: '', organization_slug: '' })],
  ['oidc.vercel.com', issuer([['owner:', ':']], { owner: '', owner_id: '', project_id: '' })],
  ['accounts.google.com', issuer([['', '']], { email: '', 'google/organization_number': '' }, ['aud'])],
  ['cognito-identity.amazonaws.com', issuer([['', '']], {}, ['aud'])],
  ['www.amazon.com', issuer([['', '']], { user_id: '' }, ['app_id'])],
  ['graph.facebook.com', issuer([['', '']], { id: '' }, ['app_id'])],
])

/** The issuer's entry, when it serves strangers too. `issuer` is its URL without `https://`. */
export function sharedIssuer(issuer: string): SharedIssuer | undefined {
  return SHARED.get(issuer.toLowerCase())
}

/**
 * Whether a pattern for a claim leaves the tenant open, so that a stranger's token can match it: a wildcard stands in or
 * before the tenant's name, or there is no such name in it. Undefined when the claim names no tenant at all.
 */
export function leavesTenantOpen(shared: SharedIssuer, claim: string, wanted: Pattern): boolean | undefined {
  const forms =
    claim === 'sub' ? shared.subjects : shared.claims.has(claim) ? [['', shared.claims.get(claim) ?? ''] as const] : []
  if (forms.length === 0) return undefined
  return forms.every(([marker, end]) => isOpen(wanted, marker, end))
}

function isOpen(wanted: Pattern, marker: string, end: string): boolean {
  const start = wanted.slice(0, marker.length)
  if (start.length < marker.length || start.some((token, index) => token !== marker[index])) return true
  const rest = wanted.slice(marker.length)
  const stop = end === '' ? -1 : rest.indexOf(end)
  const tenant = stop < 0 ? rest : rest.slice(0, stop)
  return tenant.length === 0 || tenant.some((token) => typeof token === 'symbol')
}
