/** What a kind of policy said no, where the denial names it. Source: IAM User Guide, "Troubleshoot access denied error messages". */
export type DeniedBy =
  | 'service_control_policy'
  | 'resource_control_policy'
  | 'permissions_boundary'
  | 'session_policy'
  | 'identity_policy'
  | 'resource_policy'
  | 'endpoint_policy'
  | 'unnamed'

/**
 * Why something could not be learnt. A value, never an exception: a verdict, a listing and a gap carry it unchanged
 * from the call that failed to the person who reads it.
 */
export type Reason =
  /** AWS refused. `action` is the IAM action to allow; `by` names the refusing policy where AWS did. */
  | {
      readonly kind: 'denied'
      readonly operation: string
      readonly action: string
      readonly by: DeniedBy
      readonly explicit: boolean
    }
  /** The call was throttled until its budget was spent. */
  | { readonly kind: 'throttled'; readonly operation: string }
  /** The call failed, or its answer could not be read. */
  | { readonly kind: 'fault'; readonly operation: string; readonly detail: string }
  /** Listed, and no longer there when it was asked for details. */
  | { readonly kind: 'gone'; readonly operation: string }
  /** Nobody has looked: an older row without the field, a listing that this scan did not reach. */
  | { readonly kind: 'not_collected'; readonly detail?: string }
  /** A plan does not know it before it is applied. `attribute`: which one, of which address. */
  | { readonly kind: 'after_apply'; readonly attribute: string }
  /** A companion that could not be linked to what it belongs to; it may belong here. */
  | { readonly kind: 'unlinked'; readonly address: string }
  /** It exists, or may exist, and this plan does not manage it. */
  | { readonly kind: 'elsewhere'; readonly detail: string }
  /** It is there and could not be read: JSON that is none, a source that does not parse. */
  | { readonly kind: 'unreadable'; readonly detail: string }

/** One line for people: `denied s3:GetBucketPolicy (service control policy)`. */
export function describeReason(reason: Reason): string {
  switch (reason.kind) {
    case 'denied':
      return reason.by === 'unnamed'
        ? `denied ${reason.action}`
        : `denied ${reason.action} (${reason.explicit ? 'explicit deny in ' : ''}${reason.by.replaceAll('_', ' ')})`
    case 'throttled':
      return `throttled ${reason.operation}`
    case 'fault':
      return `${reason.operation} failed: ${reason.detail}`
    case 'gone':
      return `gone when ${reason.operation} asked`
    case 'not_collected':
      return reason.detail === undefined ? 'not collected' : `not collected: ${reason.detail}`
    case 'after_apply':
      return `known after apply: ${reason.attribute}`
    case 'unlinked':
      return `unlinked ${reason.address}`
    case 'elsewhere':
      return `managed elsewhere: ${reason.detail}`
    case 'unreadable':
      return `unreadable: ${reason.detail}`
    default:
      return reason satisfies never
  }
}

/**
 * Whether it lies outside what was to be read: nobody could know it at this moment, however well they look. It leaves a
 * verdict unknown, and says nothing against how much was looked at.
 */
export function isOutOfSight({ kind }: Reason): boolean {
  return kind === 'after_apply' || kind === 'elsewhere'
}

/** Keeps the first of each distinct reason; reasons are compared by content. */
export function distinctReasons(reasons: readonly Reason[]): readonly Reason[] {
  if (reasons.length < 2) return reasons
  const seen = new Map<string, Reason>()
  for (const reason of reasons) {
    const key = JSON.stringify(reason)
    if (!seen.has(key)) seen.set(key, reason)
  }
  return [...seen.values()]
}
