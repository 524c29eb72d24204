/** An IAM policy document that trusts one principal, as people paste it into a role. */
export interface TrustPolicy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly [
    {
      readonly Effect: 'Allow'
      readonly Principal: { readonly AWS: string }
      readonly Action: readonly string[]
      readonly Condition?: { readonly StringEquals: Readonly<Record<'sts:ExternalId', string>> }
    },
  ]
}

/**
 * The trust policy that a watched role needs, with the ExternalId where one is used. `sts:TagSession` is there because EKS Pod Identity's session tags are
 * transitive: without it AWS refuses to pass them on, and with them the role.
 */
export function expectedTrustPolicy(of: {
  readonly callerArn: string
  readonly externalId: string | null
}): TrustPolicy {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principalOf(of.callerArn) },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        ...(of.externalId === null ? {} : { Condition: { StringEquals: { 'sts:ExternalId': of.externalId } } }),
      },
    ],
  }
}

/**
 * How a trust policy names a caller: a session by its role, which outlives it. A session's ARN does not show the role's
 * path; where the role has one, its own ARN has to be configured.
 */
export function principalOf(callerArn: string): string {
  const session = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(callerArn)
  if (session === null) return callerArn
  const [, partition, account, role] = session
  return `arn:${partition}:iam::${account}:role/${role}`
}
