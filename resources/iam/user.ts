import { defineResource, type ResourceOf } from '#core/resource.ts'
import { flag, group, instant, list, orNull, text } from '#core/schema.ts'
import { attachedPolicies } from './principal.ts'

const accessKey = () =>
  group({
    active: flag(),
    /** When it was made; null where there is no key. */
    lastRotated: orNull(instant()),
    /** Null: never, as far as AWS knows. */
    lastUsed: orNull(instant()).volatile(),
  })

/** An IAM user, with its row of the credential report. */
export const User = defineResource({
  type: 'AWS::IAM::User',
  service: 'iam',
  listed: 'global',
  operation: 'iam:GetAccountAuthorizationDetails',
  fields: {
    created: instant(),
    groups: list(text()),
    attachedPolicies: attachedPolicies(),
    /** Names only: each is judged as a resource of its own. */
    inlinePolicies: list(text()),
    permissionsBoundary: orNull(text()),
    report: group({
      /** The report's GeneratedTime: AWS makes a new one every 4 hours at most. */
      observedAt: instant().volatile(),
      passwordEnabled: flag(),
      /** Null: never, as far as AWS knows. */
      passwordLastUsed: orNull(instant()).volatile(),
      passwordLastChanged: orNull(instant()),
      mfaActive: flag(),
      accessKey1: accessKey(),
      accessKey2: accessKey(),
    }).from('iam:GetCredentialReport'),
  },
})
export type User = ResourceOf<typeof User>
