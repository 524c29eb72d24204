import { MANAGED_POLICIES, MANAGED_READS } from './managed-policies.ts'

/** What a session may do at most, whatever its role allows. */
export interface SessionPolicy {
  readonly policyArns: readonly string[]
  /** JSON; null where nothing is to be said. At most 2,048 characters. */
  readonly inline: string | null
}

export type SessionPolicyResult =
  | { readonly kind: 'ok'; readonly policy: SessionPolicy }
  /** The actions do not fit, not even shortened: the job asks for too many services at once. */
  | { readonly kind: 'too-long'; readonly characters: number; readonly limit: number }
  /** An action reads what people keep in a service, not how it is set up. */
  | { readonly kind: 'data-read'; readonly action: string }

/** Source: STS API Reference, AssumeRole, parameter Policy. */
const LONGEST_INLINE = 2_048

/** Reads of what people keep, and doors to further permissions. No managed policy may hand them to a session. */
const DENIED: readonly string[] = [
  'dynamodb:BatchGetItem',
  'dynamodb:GetItem',
  'dynamodb:Query',
  'dynamodb:Scan',
  'ec2:GetConsole*',
  'ec2:GetPasswordData',
  'ecr:GetDownloadUrlForLayer',
  'kms:Decrypt',
  'lambda:GetFunction',
  'logs:FilterLogEvents',
  'logs:GetLogEvents',
  's3:GetObject',
  's3:GetObjectVersion',
  'secretsmanager:GetSecretValue',
  'sqs:ReceiveMessage',
  'ssm:GetParameter*',
  'sts:AssumeRole*',
]

/** Verbs whose every action only lists or describes, so that a wildcard lets in nothing else. `Get` is not one of them. */
const WILDCARD_VERBS: readonly string[] = ['Describe', 'List']

/**
 * The session policy of a job: SecurityAudit and ViewOnlyAccess, what `actions` need beyond them, and a denial of
 * reading data. A session can do what its role and this both allow, so a role with too many rights still yields a
 * read-only scan. `actions` are those that the job may need; listed actions that are too long together are shortened
 * to wildcards where that adds only listings.
 */
export function buildSessionPolicy(of: {
  readonly partition: string
  readonly actions: readonly string[]
}): SessionPolicyResult {
  const dataRead = of.actions.find((action) => matchesAny(DENIED, action))
  if (dataRead !== undefined) return { kind: 'data-read', action: dataRead }

  const remainder = [...new Set(of.actions)].filter((action) => !matchesAny(MANAGED_READS, action)).sort()
  const policyArns = MANAGED_POLICIES.map((path) => `arn:${of.partition}:iam::aws:policy/${path}`)
  let characters = 0
  for (const allowed of [remainder, shortened(remainder)]) {
    const inline = documentOf(allowed)
    characters = inline.length
    if (characters <= LONGEST_INLINE) return { kind: 'ok', policy: { policyArns, inline } }
  }
  return { kind: 'too-long', characters, limit: LONGEST_INLINE }
}

function documentOf(allowed: readonly string[]): string {
  const deny = { Effect: 'Deny', Action: DENIED, Resource: '*' }
  const allow = { Effect: 'Allow', Action: allowed, Resource: '*' }
  return JSON.stringify({ Version: '2012-10-17', Statement: allowed.length === 0 ? [deny] : [allow, deny] })
}

function shortened(actions: readonly string[]): readonly string[] {
  return [
    ...new Set(
      actions.map((action) => {
        const [service = '', name = ''] = action.split(':')
        const verb = WILDCARD_VERBS.find((known) => name.startsWith(known))
        return verb === undefined ? action : `${service}:${verb}*`
      }),
    ),
  ]
}

/** Actions are compared without case, with `*` for any characters. */
function matchesAny(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) => {
    const [before = '', ...rest] = pattern.toLowerCase().split('*')
    const name = action.toLowerCase()
    if (rest.length === 0) return name === before
    return name.startsWith(before)
  })
}
