import { createHash } from 'node:crypto'
import { Cron } from 'croner'

/** More missed times than this are reported, as CronJob does; still only the latest one runs. */
export const TOO_MANY_MISSED = 100

export interface ScheduleInput {
  readonly schedule: string
  readonly timeZone: string
  readonly suspend: boolean
  readonly startingDeadlineSeconds?: number | undefined
  /** Nothing before this counts: when the schedule was created, or when its spec last changed. */
  readonly since: Date
  /** The scheduled time that was last started. */
  readonly lastScheduleTime?: Date | undefined
  readonly now: Date
}

export type ScheduleDecision =
  /** The spec cannot be understood: nothing runs until it is edited. */
  | { readonly kind: 'invalid'; readonly reason: 'InvalidSchedule' | 'UnknownTimeZone'; readonly message: string }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'wait'; readonly next: Date | null }
  /** `scheduledAt` is to be started now; `missed` earlier ones are not. */
  | { readonly kind: 'due'; readonly scheduledAt: Date; readonly missed: number; readonly next: Date | null }
  /** The latest unmet time is older than the starting deadline: skipped. */
  | { readonly kind: 'missed'; readonly missedAt: Date; readonly next: Date | null }

/**
 * What a schedule asks for at a moment, by the rules of CronJob: of all unmet times only the latest counts, and it is
 * started if it is not older than the starting deadline. Time zones by their IANA names; a time in a gap of daylight
 * saving runs at the gap's end, a repeated time once.
 *
 * Source: kubernetes/kubernetes pkg/controller/cronjob/{cronjob_controllerv2,utils}.go
 */
export function decideSchedule(input: ScheduleInput): ScheduleDecision {
  const { schedule, timeZone, now } = input
  if (!isTimeZone(timeZone)) {
    return {
      kind: 'invalid',
      reason: 'UnknownTimeZone',
      message: `timeZone "${timeZone}" is not known: take a name of the IANA database, such as Etc/UTC or Europe/Berlin`,
    }
  }
  const cron = parse(schedule, timeZone)
  if (typeof cron === 'string') {
    return {
      kind: 'invalid',
      reason: 'InvalidSchedule',
      message: `schedule "${schedule}" cannot be read: ${cron}. It takes minute, hour, day of month, month and day of week, such as "0 3 * * *"`,
    }
  }
  if (input.suspend) return { kind: 'suspended' }

  const next = cron.nextRun(now)
  const latest = latestAtOrBefore(cron, now)
  const from = new Date(Math.max(input.since.getTime(), input.lastScheduleTime?.getTime() ?? 0))
  if (latest === null || latest <= from) return { kind: 'wait', next }
  const deadline = input.startingDeadlineSeconds
  if (deadline !== undefined && latest.getTime() < now.getTime() - deadline * 1000)
    return { kind: 'missed', missedAt: latest, next }
  return { kind: 'due', scheduledAt: latest, missed: countBetween(cron, from, latest), next }
}

/**
 * How long after the scheduled time a target starts: the same for the same schedule and target, spread evenly over
 * `jitterSeconds`.
 */
export function jitterDelaySeconds(scheduleUid: string, targetUid: string, jitterSeconds: number): number {
  if (jitterSeconds === 0) return 0
  const digest = createHash('sha256').update(`${scheduleUid}/${targetUid}`).digest()
  return digest.readUInt32BE(0) % (jitterSeconds + 1)
}

function parse(schedule: string, timezone: string): Cron | string {
  try {
    return new Cron(schedule, { timezone, mode: '5-part' })
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)
  }
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    // "Local" and fixed offsets such as +02:00 are accepted by Intl, and are no names that daylight saving is known for.
    return /^[A-Za-z]/.test(name)
  } catch {
    return false
  }
}

function latestAtOrBefore(cron: Cron, now: Date): Date | null {
  // croner looks strictly before its reference and counts in seconds.
  return cron.previousRuns(1, new Date(now.getTime() + 1000 - (now.getTime() % 1000)))[0] ?? null
}

/** Unmet times after `from` and before `to`, counted up to one more than `TOO_MANY_MISSED`. */
function countBetween(cron: Cron, from: Date, to: Date): number {
  let count = 0
  let at = cron.nextRun(from)
  while (at !== null && at < to && count <= TOO_MANY_MISSED) {
    count++
    at = cron.nextRun(at)
  }
  return count
}
