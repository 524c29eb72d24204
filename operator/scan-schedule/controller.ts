import type { Check } from '#core/check.ts'
import type { Clock } from '#core/clock.ts'
import { decideSchedule, jitterDelaySeconds, TOO_MANY_MISSED } from '#core/cron.ts'
import { ScanSchedule, type ScanScheduleSpec } from '#core/kinds/scan-schedule.ts'
import type { ScheduleFacts } from '#core/target-facts.ts'
import { watching, type Controller, type ReconcileRequest } from '#platform/kube/controller.ts'
import { isNotFound } from '#platform/kube/kube-error.ts'
import type { Manager } from '#platform/kube/manager.ts'
import { anyOf, foreignStatus, generationChanged, labelsChanged } from '#platform/kube/predicates.ts'
import { done, failed, requeueAfter, type ReconcileResult } from '#platform/kube/reconcile-result.ts'
import type { StatusWriter } from '#platform/kube/status.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { readTargetIdentities, scheduleUidsAt } from '#store/lookups.ts'
import { deleteSchedule, ensureSchedule, recordMissedTime } from '#store/schedules.ts'
import { startScheduledTime, type ScanWish } from '#store/scans.ts'
import { waitingForDatabase } from '../database-away.ts'
import {
  FIELD_MANAGER,
  scanSchedules,
  scanTargets,
  understood,
  type ScanScheduleObject,
  type ScanTargetObject,
} from '../kinds.ts'
import { explainFaults, faultsOf, parseTargetSpec, resolveScan } from '../scan-target/resolve.ts'
import { matchesLabels } from '../selector.ts'
import { AFTER_CONFLICT, statusFailed } from '../status-write.ts'
import { scheduleStatus, type ScheduleStanding } from './status.ts'

export interface ScanScheduleDeps {
  readonly manager: Manager
  readonly pool: Pool
  readonly clock: Clock
  readonly catalogue: readonly Check[]
}

/** CronJob's `nextScheduleDelta`: a timer that fires a little early must not find that nothing is due. */
const AFTER_THE_TIME_MS = 100
/** Timers do not follow a clock that is set, nor count while the machine sleeps: so often it is looked at again. */
const LOOK_AGAIN_MS = 60_000

/** Starts scans at set times, as CronJob starts jobs, but in one transaction per time and without child objects. */
export function addScanScheduleController(deps: ScanScheduleDeps): Controller<ScanScheduleObject> {
  const { manager } = deps
  const writer = manager.statusWriter(scanSchedules, FIELD_MANAGER)
  const schedules = manager.informer(scanSchedules, { namespace: ({ metadata }) => [metadata.namespace ?? ''] })
  return manager.addController<ScanScheduleObject>({
    name: 'scan-schedule',
    for: scanSchedules,
    predicates: [anyOf(generationChanged, foreignStatus(writer))],
    watches: [
      // How many targets the selector matches is part of the status.
      watching<ScanTargetObject>(
        scanTargets,
        ({ metadata }) =>
          schedules.cache
            .byIndex('namespace', metadata.namespace ?? '')
            .map((schedule) => ({ namespace: schedule.metadata.namespace ?? '', name: schedule.metadata.name })),
        [labelsChanged],
      ),
    ],
    reconcile: waitingForDatabase(async (request) =>
      request.object === undefined ? forget(deps, request) : follow(deps, writer, request, request.object),
    ),
  })
}

/** A schedule that is gone is forgotten, once a read past the cache has confirmed it. Its scans go on. */
async function forget(
  { manager, pool }: ScanScheduleDeps,
  { key, signal }: ReconcileRequest<ScanScheduleObject>,
): Promise<ReconcileResult> {
  const live = await manager.client.get(scanSchedules, key, { signal })
  if (live.ok) return requeueAfter(1000)
  if (!isNotFound(live.error)) return failed(live.error)
  for (const uid of await scheduleUidsAt(pool, key)) await deleteSchedule(pool, { uid })
  return done
}

async function follow(
  deps: ScanScheduleDeps,
  writer: StatusWriter<ScanScheduleObject>,
  { signal, log }: ReconcileRequest<ScanScheduleObject>,
  schedule: ScanScheduleObject,
): Promise<ReconcileResult> {
  const now = deps.clock.now()
  const standing = await stand(deps, schedule, now, signal)
  const outcome = await writer.apply(
    schedule,
    scheduleStatus(schedule, understood(ScanSchedule, writer.current(schedule)), standing, now),
    signal,
  )
  if (outcome.type === 'failed') return statusFailed(deps.manager.events, schedule, outcome.error)
  if (outcome.type === 'conflict') return AFTER_CONFLICT
  if (standing.kind === 'stalled' || standing.next === null) return done
  const waitMs = standing.next.getTime() + AFTER_THE_TIME_MS - deps.clock.now().getTime()
  log.debug({ next: standing.next.toISOString() }, 'waiting for the next scheduled time')
  return requeueAfter(Math.min(Math.max(waitMs, 0), LOOK_AGAIN_MS))
}

async function stand(
  deps: ScanScheduleDeps,
  schedule: ScanScheduleObject,
  now: Date,
  signal: AbortSignal,
): Promise<ScheduleStanding> {
  const parsed = ScanSchedule.spec.safeParse(schedule.spec)
  if (!parsed.success)
    return {
      kind: 'stalled',
      reason: 'InvalidSpec',
      message: explainFaults(ScanSchedule, faultsOf(parsed.error)),
      facts: null,
    }
  const spec = parsed.data
  const { namespace = '', name, uid, generation = 0 } = schedule.metadata
  const facts = await ensureSchedule(deps.pool, {
    uid,
    namespace,
    name,
    generation,
    now,
  })
  const decision = decideSchedule({
    schedule: spec.schedule,
    timeZone: spec.timeZone,
    suspend: spec.suspend,
    startingDeadlineSeconds: spec.startingDeadlineSeconds,
    since: facts.since,
    lastScheduleTime: latest(facts.lastScheduleTime, facts.lastMissedTime),
    now,
  })
  const matched = matchedTargets(deps, schedule, spec)
  const followed = (next: Date | null, changed: Partial<ScheduleFacts> = {}): ScheduleStanding => ({
    kind: 'followed',
    facts: { ...facts, ...changed },
    matchedTargets: matched.length,
    next,
    suspended: spec.suspend,
  })
  switch (decision.kind) {
    case 'invalid':
      return { kind: 'stalled', reason: decision.reason, message: decision.message, facts }
    case 'suspended':
      return followed(null)
    case 'wait':
      return followed(decision.next)
    case 'missed': {
      await recordMissedTime(deps.pool, { scheduleUid: uid, missedAt: decision.missedAt })
      warn(
        deps,
        schedule,
        'ScheduleMissed',
        `${decision.missedAt.toISOString()} was missed by more than startingDeadlineSeconds and is skipped`,
      )
      return followed(decision.next, { lastMissedTime: decision.missedAt })
    }
    case 'due': {
      if (decision.missed > TOO_MANY_MISSED) {
        warn(
          deps,
          schedule,
          'TooManyMissedTimes',
          `more than ${TOO_MANY_MISSED} scheduled times were missed; the latest one is started. Check the clock, or set startingDeadlineSeconds`,
        )
      } else if (decision.missed > 0) {
        warn(
          deps,
          schedule,
          'ScheduleMissed',
          `${decision.missed} scheduled times before ${decision.scheduledAt.toISOString()} were missed; the latest one is started`,
        )
      }
      const targets = await scheduledTargets(deps, schedule, spec, matched)
      const { started, skipped } = await startScheduledTime(deps.pool, {
        scheduleUid: uid,
        scheduledAt: decision.scheduledAt,
        targets,
        signal,
      })
      if (skipped.length > 0) {
        warn(
          deps,
          schedule,
          'ScanActive',
          `${skipped.length} of ${targets.length} targets are left out at ${decision.scheduledAt.toISOString()}: their last scan is still under way (concurrencyPolicy Forbid)`,
        )
      }
      return followed(decision.next, { lastScheduleTime: decision.scheduledAt, active: facts.active + started })
    }
    default:
      return decision satisfies never
  }
}

function matchedTargets(
  { manager }: ScanScheduleDeps,
  schedule: ScanScheduleObject,
  spec: ScanScheduleSpec,
): readonly ScanTargetObject[] {
  const targets = manager.informer(scanTargets, { namespace: ({ metadata }) => [metadata.namespace ?? ''] })
  return targets.cache
    .byIndex('namespace', schedule.metadata.namespace ?? '')
    .filter(({ metadata }) => matchesLabels(spec.targetSelector, metadata.labels))
}

/** The matched targets that can be scanned: not suspended, understood, and known to the database. */
async function scheduledTargets(
  deps: ScanScheduleDeps,
  schedule: ScanScheduleObject,
  spec: ScanScheduleSpec,
  matched: readonly ScanTargetObject[],
): Promise<readonly ScanWish[]> {
  const identities = await readTargetIdentities(
    deps.pool,
    matched.map(({ metadata }) => metadata.uid),
  )
  return matched.flatMap((target) => {
    const identity = identities.get(target.metadata.uid)
    const parsed = parseTargetSpec(target.spec)
    if (identity === undefined || !parsed.ok || parsed.spec.suspend) return []
    const resolved = resolveScan(parsed.spec, {
      catalogue: deps.catalogue,
      externalId: identity.externalId,
      scope: spec.scope,
    })
    if (!resolved.ok) {
      warn(
        deps,
        schedule,
        'TargetLeftOut',
        `ScanTarget ${target.metadata.name} is left out: ${resolved.faults.join('; ')}`,
      )
      return []
    }
    const delaySeconds = jitterDelaySeconds(schedule.metadata.uid, target.metadata.uid, spec.jitterSeconds)
    return [
      { targetId: identity.targetId, generation: target.metadata.generation ?? 0, spec: resolved.spec, delaySeconds },
    ]
  })
}

function warn({ manager }: ScanScheduleDeps, schedule: ScanScheduleObject, reason: string, note: string): void {
  manager.events.record({ regarding: schedule, type: 'Warning', reason, action: 'Schedule', note })
}

function latest(a: Date | null, b: Date | null): Date | undefined {
  if (a === null || b === null) return a ?? b ?? undefined
  return a > b ? a : b
}
