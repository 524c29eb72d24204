import { policyDocument } from '#core/iam/document.ts'
import { defineResource, type ResourceOf } from '#core/resource.ts'
import { integer, oneOf, orNull, text } from '#core/schema.ts'

/**
 * A set of permissions that somebody in the account may have. One type for three kinds, so that one check sees them
 * all: the account's own managed policies (their default version is what counts), the policies inline in each user,
 * group and role, and each attachment of AWS's AdministratorAccess. AWS's other managed policies are not listed: AWS
 * keeps `*:*` out of them.
 */
export const Policy = defineResource({
  type: 'AWS::IAM::ManagedPolicy',
  service: 'iam',
  listed: 'global',
  operation: 'iam:GetAccountAuthorizationDetails',
  fields: {
    kind: oneOf('customer', 'inline', 'aws_attachment'),
    /** The principal's ARN for inline policies and attachments; null for customer policies, whose users are only counted. */
    principal: orNull(text()),
    attachmentCount: integer(),
    document: policyDocument(),
  },
})
export type Policy = ResourceOf<typeof Policy>
