import { defineResource, type ResourceOf } from '#core/resource.ts'
import { instant, list, text } from '#core/schema.ts'
import { attachedPolicies } from './principal.ts'

/** A group of IAM users. */
export const Group = defineResource({
  type: 'AWS::IAM::Group',
  service: 'iam',
  listed: 'global',
  operation: 'iam:GetAccountAuthorizationDetails',
  fields: {
    created: instant(),
    attachedPolicies: attachedPolicies(),
    inlinePolicies: list(text()),
  },
})
export type Group = ResourceOf<typeof Group>
