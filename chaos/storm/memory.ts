import { setTimeout as wait } from 'node:timers/promises'
import { residentMb } from '../../bench/support/process-cost.ts'
import type { Fleet, Life } from './fleet.ts'

/** The memory of one process through one of its lives. */
export interface Series {
  readonly life: Life
  /** Seconds since its start, MB. */
  readonly points: [number, number][]
}

const EVERY_MS = 2000

/** Takes the memory (RSS) of every process every two seconds, until `signal` aborts. */
export async function sampleMemory(fleet: Fleet, series: Series[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const life of [...fleet.running('operator'), ...fleet.running('worker')]) {
      // It may have ended just now.
      const mb = await residentMb(life.pid).catch(() => undefined)
      if (mb === undefined) continue
      let own = series.find((one) => one.life === life)
      if (own === undefined) series.push((own = { life, points: [] }))
      own.points.push([(Date.now() - life.startedAt) / 1000, mb])
    }
    await wait(EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** A process fills its caches and its heap at first. */
const WARM_UP_SECONDS = 90
/** Shorter than this says nothing but when the garbage was collected. */
const AT_LEAST_SECONDS = 150
/** A leak of 10 KB a job comes to this at a storm's 200 jobs a minute and worker; without one less than 1 was seen. */
export const MOST_MB_PER_MINUTE = 2
/** Growth below this says nothing: a heap that grows a step later looks like it. */
const NOISE_MB = 10

export interface Trend {
  readonly name: string
  readonly seconds: number
  readonly firstMb: number
  readonly lastMb: number
  readonly mbPerMinute: number
  readonly isFlat: boolean
}

/**
 * How the memory of a life went in its second half until `until` (there was work till then), warm-up left out: the slope
 * of the line that fits best (least squares). Undefined: it lived too briefly to tell.
 */
export function trendOf({ life, points: all }: Series, until: number): Trend | undefined {
  const points = all.filter(([at]) => life.startedAt + at * 1000 <= until)
  const seconds = points.at(-1)?.[0] ?? 0
  const from = Math.max(WARM_UP_SECONDS, seconds / 2)
  if (seconds - from < AT_LEAST_SECONDS) return undefined
  const late = points.filter(([at]) => at >= from)
  const [meanAt, meanMb] = [mean(late.map(([at]) => at)), mean(late.map(([, mb]) => mb))]
  const spread = late.reduce((sum, [at]) => sum + (at - meanAt) ** 2, 0)
  const slope = late.reduce((sum, [at, mb]) => sum + (at - meanAt) * (mb - meanMb), 0) / spread
  const grownMb = slope * (seconds - from)
  const mbPerMinute = Math.round(slope * 600) / 10
  return {
    name: life.name,
    seconds: Math.round(seconds),
    firstMb: late[0]?.[1] ?? 0,
    lastMb: late.at(-1)?.[1] ?? 0,
    mbPerMinute,
    isFlat: mbPerMinute <= MOST_MB_PER_MINUTE || grownMb <= NOISE_MB,
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
