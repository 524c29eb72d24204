import type { DeniedBy } from '#core/reason.ts'

/** What a denial says of itself. */
export interface Denial {
  /** The IAM action that was refused, where the message names it. */
  readonly action: string | null
  readonly resource: string | null
  readonly by: DeniedBy
  /** A policy denies it, rather than none allowing it. */
  readonly explicit: boolean
}

/**
 * Reads the message of an access-denied error. `unnamed` where AWS does not say which kind of policy refused: older
 * services, and EC2 where it hides everything in an encoded message.
 * Source: IAM User Guide, "Troubleshoot access denied error messages".
 */
export function parseDenial(message: string): Denial {
  const action = /not authorized to perform:? ([\w-]+:[\w*]+)/.exec(message)?.[1] ?? null
  const resource = /on resource: "?([^\s"]+)"?/.exec(message)?.[1] ?? null
  const explicit = /with an explicit deny(?: in (?:an?|the) ([\w -]+?polic(?:y|ies)|[\w -]*?boundary))?/i.exec(message)
  if (explicit !== null) return { action, resource, by: kindOf(explicit[1]), explicit: true }
  const implicit = /because no ([\w -]+?) allows the ([\w-]+:[\w*]+) action/i.exec(message)
  if (implicit !== null)
    return { action: action ?? implicit[2] ?? null, resource, by: kindOf(implicit[1]), explicit: false }
  return { action, resource, by: 'unnamed', explicit: false }
}

/** Takes out what only `sts:DecodeAuthorizationMessage` can read, which is most of such a message. */
export function withoutEncodedPart(message: string): string {
  return message.replace(/\s*Encoded authorization failure message: \S+/, '')
}

const KINDS: readonly (readonly [pattern: RegExp, by: DeniedBy])[] = [
  [/service control polic/i, 'service_control_policy'],
  [/resource control polic/i, 'resource_control_policy'],
  [/permissions boundar/i, 'permissions_boundary'],
  [/session polic/i, 'session_policy'],
  [/identity-based polic/i, 'identity_policy'],
  [/endpoint polic/i, 'endpoint_policy'],
  // A role's trust policy is its resource policy.
  [/resource-based polic|trust polic/i, 'resource_policy'],
]

function kindOf(words: string | undefined): DeniedBy {
  return KINDS.find(([pattern]) => pattern.test(words ?? ''))?.[1] ?? 'unnamed'
}
