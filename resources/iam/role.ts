import { policyDocument } from '#core/iam/document.ts'
import { defineResource, type ResourceOf } from '#core/resource.ts'
import { instant, list, orNull, text } from '#core/schema.ts'
import { attachedPolicies } from './principal.ts'

/** An IAM role, those that belong to AWS services included. */
export const Role = defineResource({
  type: 'AWS::IAM::Role',
  service: 'iam',
  listed: 'global',
  operation: 'iam:GetAccountAuthorizationDetails',
  fields: {
    created: instant(),
    /** Who may assume it. */
    trustPolicy: policyDocument(),
    attachedPolicies: attachedPolicies(),
    /** Names only: each is judged as a resource of its own. */
    inlinePolicies: list(text()),
    permissionsBoundary: orNull(text()),
    /** Null: not within the tracking period. */
    lastUsed: orNull(instant()).volatile(),
  },
})
export type Role = ResourceOf<typeof Role>
