import type { AttachedPolicy, ManagedPolicyDetail, PolicyDetail } from '@aws-sdk/client-iam'
import type { Operation } from '#core/aws-call.ts'
import { storedPolicy, type PolicyDocument } from '#core/iam/document.ts'
import { GLOBAL, type Resource } from '#core/resource.ts'
import { awsDefault, type Unknown } from '#core/stored.ts'
import { resourceOf, type Collected } from '../collector.ts'
import { Policy } from './policy.ts'

// What GetAccountAuthorizationDetails says of permissions; `authorization.collect.ts` makes the call.

export const DETAILS: Operation = 'iam:GetAccountAuthorizationDetails'

/** A managed policy of the account's own: its default version is the one that counts. */
export function customerPolicyOf(policy: ManagedPolicyDetail): Resource | undefined {
  const versions = policy.PolicyVersionList ?? []
  return resourceOf(Policy, {
    // Without its path: names are unique in an account, whatever the path.
    id: policy.Arn?.split('/').at(-1),
    arn: policy.Arn ?? null,
    location: GLOBAL,
    data: {
      kind: 'customer',
      principal: null,
      attachmentCount: policy.AttachmentCount,
      document: documentOf(versions.find((version) => version.IsDefaultVersion === true)?.Document),
    },
  })
}

/** What is granted to one principal alone: its inline policies, and AdministratorAccess where it is attached. */
export function permissionsOf(
  kind: 'user' | 'group' | 'role',
  principal: string | undefined,
  arn: string | undefined,
  inline: readonly PolicyDetail[] = [],
  managed: readonly AttachedPolicy[] = [],
): readonly (Resource | undefined)[] {
  const granted = (
    id: string | undefined,
    data: { readonly kind: Policy['kind']; readonly document: Collected<PolicyDocument> },
  ): Resource | undefined =>
    resourceOf(Policy, {
      // Neither names of principals nor of policies hold a slash.
      id: id === undefined ? undefined : `${kind}/${principal}/${id}`,
      arn: null,
      name: `${principal}/${id}`,
      location: GLOBAL,
      data: { ...data, principal: arn, attachmentCount: 1 },
    })
  return [
    ...inline.map((policy) =>
      granted(policy.PolicyName, { kind: 'inline', document: documentOf(policy.PolicyDocument) }),
    ),
    ...managed
      .filter((policy) => isOfAws(policy.PolicyArn) && policy.PolicyName === 'AdministratorAccess')
      // Its ARN cannot be the name of an inline policy.
      .map((policy) => granted(policy.PolicyArn, { kind: 'aws_attachment', document: ADMINISTRATOR_ACCESS })),
  ]
}

/** What AWS documents AdministratorAccess to say (AWS Managed Policy Reference). */
const ADMINISTRATOR_ACCESS = awsDefault({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  // A policy document is any JSON object: the type only marks it as opaque to checks.
} as PolicyDocument)

/** `arn:aws:iam::aws:policy/…`: AWS's own, in every partition. */
export function isOfAws(arn: string | undefined): boolean {
  return arn?.split(':')[4] === 'aws'
}

/** A document that AWS left out, like a version that is not there, is missing from the answer. */
export function documentOf(text: string | undefined): PolicyDocument | Unknown | undefined {
  return text === undefined ? undefined : storedPolicy(text, DETAILS)
}
