import type { Absence, Deeds } from './people.ts'
import { query, type Watched } from './world.ts'

/** One scheduled time of one schedule: whom it was started for, or left out because their last scan still ran. */
interface ScheduledTime {
  readonly namespace: string
  readonly minute: Date
  /** When the first and the last of them were. */
  readonly firstAt: Date
  readonly lastAt: Date
  readonly targets: readonly string[]
}

export interface ScheduledTimes {
  readonly started: number
  /** Never started: another one came due before anybody could. */
  readonly overtaken: number
  readonly violations: readonly string[]
}

/** A target that came or went this close to a scheduled time may have been seen or not. At `from` all of them came. */
const CLOSE_MS = 60_000

/**
 * Each scheduled time was started for every target that was there, and for each once: a time is all or nothing, and one
 * that was never started was overtaken by the next (CronJob's rule), which only faults can bring about.
 */
export async function judgeScheduledTimes(
  world: Watched,
  deeds: Deeds,
  of: { readonly from: number; readonly calmAt: number; readonly to: number },
): Promise<ScheduledTimes> {
  const times = await query<ScheduledTime>(
    world.parts.databaseUrl,
    `select t.namespace, to_timestamp(split_part(tr.token, '/', 2), 'YYYY-MM-DD"T"HH24:MI') as minute,
       min(tr.created_at) as "firstAt", max(tr.created_at) as "lastAt", array_agg(t.name order by t.name) as targets
     from scan_triggers tr join targets t on t.id = tr.target_id where tr.kind = 'schedule' group by 1, 2 order by 1, 2`,
  )
  const violations: string[] = []
  for (const time of times) {
    const told = `${time.namespace} ${time.minute.toISOString()}`
    const twice = time.targets.filter((name, index) => time.targets[index - 1] === name)
    if (twice.length > 0) violations.push(`${told}: started twice for ${twice.join(', ')}`)
    if (time.lastAt.getTime() !== time.firstAt.getTime()) violations.push(`${told}: started in more than one piece`)
    const owed = world.homes.filter(
      ({ namespace, name }) =>
        namespace === time.namespace &&
        time.minute.getTime() >= of.from + CLOSE_MS &&
        !deeds.absences.some((absence) => isClose(absence, namespace, name, time)),
    )
    const left = owed.filter(({ name }) => !time.targets.includes(name))
    if (left.length > 0) violations.push(`${told}: not started for ${left.map(({ name }) => name).join(', ')}`)
  }

  const started = new Set(times.map(({ namespace, minute }) => `${namespace} ${minute.toISOString()}`))
  let overtaken = 0
  for (const namespace of world.namespaces) {
    for (let minute = Math.ceil(of.from / 60_000) * 60_000; minute < of.to; minute += 60_000) {
      const told = `${namespace} ${new Date(minute).toISOString()}`
      const isSuspended = deeds.suspensions.some(
        ({ namespace: where, fromMs, toMs }) =>
          where === namespace && fromMs < minute + CLOSE_MS && minute - CLOSE_MS < toMs,
      )
      if (started.has(told) || isSuspended) continue
      if (minute > of.calmAt) violations.push(`${told}: never started, though nothing was in its way`)
      else overtaken++
    }
  }
  return { started: times.length, overtaken, violations }
}

function isClose({ home, fromMs, toMs }: Absence, namespace: string, name: string, time: ScheduledTime): boolean {
  return (
    home.namespace === namespace &&
    home.name === name &&
    fromMs - CLOSE_MS < time.lastAt.getTime() &&
    time.minute.getTime() < toMs + CLOSE_MS
  )
}
