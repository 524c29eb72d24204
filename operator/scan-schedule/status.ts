import type { ScheduleFacts } from '#core/target-facts.ts'
import { healthConditions, updateConditions } from '#platform/kube/conditions.ts'
import { toKubeTime } from '#platform/kube/micro-time.ts'
import type { ScanScheduleObject } from '../kinds.ts'

type Status = NonNullable<ScanScheduleObject['status']>

export type ScheduleStanding =
  | {
      readonly kind: 'stalled'
      readonly reason: string
      readonly message: string
      readonly facts: ScheduleFacts | null
    }
  | {
      readonly kind: 'followed'
      readonly facts: ScheduleFacts
      readonly matchedTargets: number
      readonly next: Date | null
      readonly suspended: boolean
    }

/** The whole status of a schedule; pure. */
export function scheduleStatus(
  schedule: ScanScheduleObject,
  current: Status | undefined,
  standing: ScheduleStanding,
  now: Date,
): Status {
  const { generation } = schedule.metadata
  const conditions = updateConditions(current?.conditions, conditionsOf(standing), { now, generation })
  const { facts } = standing
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: [...conditions],
    ...(standing.kind === 'followed' ? { matchedTargets: standing.matchedTargets } : {}),
    ...(facts === null ? {} : { active: facts.active }),
    ...(facts === null || facts.lastScheduleTime === null
      ? {}
      : { lastScheduleTime: toKubeTime(facts.lastScheduleTime) }),
    ...(standing.kind === 'followed' && standing.next !== null ? { nextScheduleTime: toKubeTime(standing.next) } : {}),
    ...(facts === null || facts.lastMissedTime === null ? {} : { lastMissedTime: toKubeTime(facts.lastMissedTime) }),
  }
}

function conditionsOf(standing: ScheduleStanding) {
  if (standing.kind === 'stalled') return healthConditions('stalled', standing.reason, standing.message)
  if (standing.suspended)
    return healthConditions('ready', 'Suspended', 'Suspended: no scans are started until spec.suspend is false.')
  if (standing.next === null)
    return healthConditions('stalled', 'NeverDue', 'The schedule names a date that never comes: edit spec.schedule.')
  if (standing.matchedTargets === 0) {
    return healthConditions(
      'ready',
      'NoTargets',
      'The schedule is understood, but spec.targetSelector matches no ScanTarget in this namespace.',
    )
  }
  return healthConditions('ready', 'Succeeded', 'The schedule is followed.')
}
