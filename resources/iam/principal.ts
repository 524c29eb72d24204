import { group, list, text } from '#core/schema.ts'

/** The managed policies attached to a user, group or role. */
export const attachedPolicies = () => list(group({ arn: text(), name: text() }))
