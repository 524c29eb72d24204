import { createHash } from 'node:crypto'
import type { Resource } from './resource.ts'
import { resourceKey } from './resource.ts'

/** Where a finding stands. An exception is a join at read time, not a state. */
export type FindingState = 'open' | 'resolved'
export const RESOLVED_REASONS = ['fixed', 'resource_deleted', 'check_removed', 'scope_removed'] as const
export type ResolvedReason = (typeof RESOLVED_REASONS)[number]

/**
 * The stable name of a finding: the same for the same check, resource and account, whoever scans and whenever. Leaves
 * out everything that may change while the problem stays: title, severity, evidence, tags, the target.
 */
export function fingerprint(of: {
  readonly partition: string
  readonly accountId: string
  readonly checkId: string
  readonly resource: Pick<Resource, 'arn' | 'type' | 'id' | 'location'>
}): string {
  const parts = ['v1', of.partition, of.accountId, of.resource.location, of.checkId, resourceKey(of.resource)]
  return createHash('sha256').update(parts.join('|')).digest('hex')
}
