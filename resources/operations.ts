import type { Operation } from '#core/aws-call.ts'

/** What there is to know about an operation that its name does not say. */
export interface OperationFacts {
  /** The IAM actions it needs, where they are not the operation's own name. Source: Service Authorization Reference. */
  readonly actions?: readonly string[]
  /** The CloudTrail events after which its answer may have changed, as `eventSource:eventName` without the domain. */
  readonly changedBy?: readonly string[]
}

/** One line per operation whose actions differ from its name or whose events are known; sorted. */
export const OPERATIONS: Readonly<Record<Operation, OperationFacts>> = {}

/** The IAM actions that an operation needs: its own name unless the table says otherwise. */
export function actionsOf(operation: Operation): readonly string[] {
  return OPERATIONS[operation]?.actions ?? [operation]
}
