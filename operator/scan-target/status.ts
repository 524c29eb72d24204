import { findCondition, healthConditions, updateConditions, type ConditionInput } from '#platform/kube/conditions.ts'
import { toKubeTime } from '#platform/kube/micro-time.ts'
import type { ScanTargetObject } from '../kinds.ts'
import type { TargetFacts } from '#core/target-facts.ts'

type Status = NonNullable<ScanTargetObject['status']>

/** What a reconcile found out about a target before, or instead of, looking at its scans. */
export type Standing =
  /** The spec cannot be followed until a person edits it. */
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string; readonly externalId?: string }
  | { readonly kind: 'followed'; readonly externalId: string; readonly facts: TargetFacts; readonly suspended: boolean }

/** The whole status, as a pure function of what is known: the same facts give the same status, so nothing is written twice. */
export function targetStatus(
  target: ScanTargetObject,
  current: Status | undefined,
  standing: Standing,
  now: Date,
): Status {
  const generation = target.metadata.generation
  const wanted =
    standing.kind === 'stalled'
      ? [...healthConditions('stalled', standing.reason, standing.message), ...keptScanCondition(current)]
      : conditionsOf(standing)
  const conditions = updateConditions(current?.conditions, wanted, { now, generation })
  const kept = standing.kind === 'stalled' ? withoutConditions(current) : {}
  return {
    ...kept,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: [...conditions],
    ...(standing.externalId === undefined ? {} : { externalId: standing.externalId }),
    ...(standing.kind === 'followed' ? verdict(standing.facts) : {}),
  }
}

function conditionsOf({ facts, suspended }: Extract<Standing, { kind: 'followed' }>): readonly ConditionInput[] {
  return [...health(facts, suspended), lastScanComplete(facts)]
}

/** Findings never flip Ready; being unable to look does. */
function health(facts: TargetFacts, suspended: boolean): readonly ConditionInput[] {
  const { refusal, identity, coveragePercent, lastScan } = facts
  if (refusal !== null) {
    const conditions = healthConditions('failing', refusal.reason, refusal.message)
    // Being tried again without anybody doing anything is reconciling, until the identity of this generation is proven.
    return identity === 'proven'
      ? conditions
      : [
          ...conditions,
          {
            type: 'Reconciling',
            status: 'True',
            reason: refusal.reason,
            message:
              'The role is tried again with growing delays; the annotation vedette.dev/scan-now tries it at once.',
          },
        ]
  }
  if (identity !== 'proven') {
    return suspended && facts.activeScan === null
      ? healthConditions(
          'ready',
          'Suspended',
          'Suspended: nothing is scanned until spec.suspend is false, or a scan is asked for.',
        )
      : healthConditions(
          'reconciling',
          'Progressing',
          'Waiting for a worker to assume the role and prove which account it opens.',
        )
  }
  if (lastScan !== null && lastScan.state !== 'Cancelled' && coveragePercent === 0) {
    return healthConditions(
      'failing',
      'NothingCovered',
      'No check could be judged: see status.topGaps for the actions that were denied.',
    )
  }
  if (suspended) return healthConditions('ready', 'Suspended', 'Suspended: only scans that are asked for run.')
  return healthConditions('ready', 'Succeeded', 'The role opens the account, and it can be looked at.')
}

function lastScanComplete(facts: TargetFacts): ConditionInput {
  const condition = (status: ConditionInput['status'], reason: string, message: string): ConditionInput => ({
    type: 'LastScanComplete',
    status,
    reason,
    message,
  })
  const { lastScan, coveragePercent } = facts
  if (lastScan === null) return condition('Unknown', 'NotScannedYet', 'No scan has ended yet.')
  switch (lastScan.state) {
    case 'Succeeded':
      return condition('True', 'Succeeded', 'Every planned check was judged.')
    case 'PartiallySucceeded':
      return condition(
        'False',
        'PartiallySucceeded',
        `${coveragePercent ?? 0} % of the planned checks were judged; see status.topGaps for what could not be looked at, and why.`,
      )
    case 'Failed':
      return condition('False', 'Failed', lastScan.message ?? 'The scan failed; see the log of the workers.')
    case 'Cancelled':
      return condition('False', 'Cancelled', 'The scan was cancelled before it was judged.')
    default:
      return lastScan.state satisfies never
  }
}

function verdict(facts: TargetFacts): Partial<Status> {
  const { activeScan, lastScan } = facts
  return {
    ...(facts.handledScanNow === null ? {} : { lastHandledScanNow: facts.handledScanNow }),
    ...(activeScan === null
      ? {}
      : {
          activeScan: {
            id: activeScan.id,
            trigger: activeScan.trigger,
            jobs: activeScan.jobs,
            since: toKubeTime(activeScan.since),
          },
        }),
    ...(lastScan === null
      ? {}
      : {
          lastScan: {
            id: lastScan.id,
            result: lastScan.state,
            startTime: toKubeTime(lastScan.startedAt),
            completionTime: toKubeTime(lastScan.finishedAt),
          },
        }),
    ...(facts.lastSuccessfulTime === null ? {} : { lastSuccessfulTime: toKubeTime(facts.lastSuccessfulTime) }),
    ...(facts.findings === null ? {} : { findings: facts.findings }),
    ...(facts.coveragePercent === null ? {} : { coveragePercent: facts.coveragePercent }),
    ...(facts.topGaps.length === 0
      ? {}
      : { topGaps: facts.topGaps.map((gap) => ({ ...gap, locations: [...gap.locations] })) }),
  }
}

/** A stalled target keeps what was last known of the account. */
function withoutConditions(current: Status | undefined): Partial<Status> {
  if (current === undefined) return {}
  const { conditions: _conditions, activeScan: _activeScan, ...rest } = current
  return rest
}

function keptScanCondition(current: Status | undefined): readonly ConditionInput[] {
  const known = findCondition(current?.conditions, 'LastScanComplete')
  return known === undefined ? [] : [known]
}
