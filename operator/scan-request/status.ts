import { updateConditions, type ConditionInput } from '#platform/kube/conditions.ts'
import { toKubeTime } from '#platform/kube/micro-time.ts'
import type { RequestFacts } from '#core/target-facts.ts'
import type { ScanRequestObject } from '../kinds.ts'

type Status = NonNullable<ScanRequestObject['status']>

/** Where a request stands: refused for good, waiting for something outside, or answered by a scan. */
export type RequestStanding =
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'scan'; readonly facts: RequestFacts }

/** The whole status of a request; pure. */
export function requestStatus(
  request: ScanRequestObject,
  current: Status | undefined,
  standing: RequestStanding,
  now: Date,
): Status {
  const { generation } = request.metadata
  const conditions = updateConditions(current?.conditions, [finished(standing)], { now, generation })
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: [...conditions],
    ...(standing.kind === 'scan'
      ? outcome(standing.facts, current)
      : standing.kind === 'refused'
        ? { result: 'Failed' as const }
        : {}),
  }
}

function finished(standing: RequestStanding): ConditionInput {
  const condition = (status: ConditionInput['status'], reason: string, message: string): ConditionInput => ({
    type: 'Finished',
    status,
    reason,
    message,
  })
  if (standing.kind === 'refused') return condition('True', standing.reason, standing.message)
  if (standing.kind === 'waiting') return condition('False', standing.reason, standing.message)
  const { facts } = standing
  switch (facts.state) {
    case 'Pending':
      return condition('False', 'Pending', 'Another scan of the target is under way; this one is next.')
    case 'Running':
      return condition('False', 'Running', 'The scan is under way.')
    case 'Succeeded':
      return condition('True', 'Succeeded', 'Every planned check was judged.')
    case 'PartiallySucceeded':
      return condition(
        'True',
        'PartiallySucceeded',
        `${facts.coveragePercent ?? 0} % of the planned checks were judged; see topGaps.`,
      )
    case 'Failed':
      return condition('True', 'Failed', facts.message ?? 'The scan failed; see the log of the workers.')
    case 'Cancelled':
      return condition('True', 'Cancelled', 'The scan was cancelled; nothing was judged.')
    default:
      return facts.state satisfies never
  }
}

function outcome(facts: RequestFacts, current: Status | undefined): Partial<Status> {
  const ended = facts.state !== 'Pending' && facts.state !== 'Running' ? facts.state : null
  return {
    scanId: facts.scanId,
    // A scan that goes on for others says nothing more about a request that was taken back.
    jobs: (ended === 'Cancelled' ? current?.jobs : undefined) ?? facts.jobs,
    ...(facts.startedAt === null ? {} : { startTime: toKubeTime(facts.startedAt) }),
    ...(ended === null ? {} : { result: ended }),
    ...(facts.finishedAt === null ? {} : { completionTime: toKubeTime(facts.finishedAt) }),
    ...(ended === null || ended === 'Cancelled'
      ? {}
      : {
          opened: facts.opened,
          resolved: facts.resolved,
          reopened: facts.reopened,
          ...(facts.coveragePercent === null ? {} : { coveragePercent: facts.coveragePercent }),
          ...(facts.topGaps.length === 0
            ? {}
            : { topGaps: facts.topGaps.map((gap) => ({ ...gap, locations: [...gap.locations] })) }),
        }),
  }
}
