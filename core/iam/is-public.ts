import type { Field } from '../field.ts'
import type { Truth } from '../truth.ts'
import type { PolicyDocument } from './document.ts'
import { reasonOf } from './tri.ts'
import { letsStrangersIn, type WhoCanOptions } from './who-can.ts'

/**
 * Whether a resource policy or trust policy lets strangers in: anyone on the internet, any AWS principal, any
 * organization, anybody's resource by way of a service, anyone at a shared identity provider. Narrowed by address it is
 * public past a /8 (IPv4) or a /32 (IPv6). Null: there is no policy, so nobody gets in by it.
 */
export function isPublic(policy: Field<PolicyDocument | null>, options: WhoCanOptions = {}): Truth {
  return policy.ask((document) => {
    const answer = document === null ? false : letsStrangersIn(document, options)
    return typeof answer === 'boolean' ? answer : { unknown: reasonOf(answer) ?? { kind: 'not_collected' } }
  })
}
