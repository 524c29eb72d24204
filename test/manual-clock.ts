import type { Clock } from '#core/clock.ts'

export interface ManualClock extends Clock {
  /**
   * Moves the time forward and ends, in order of time, the sleeps that fall due on the way; what they set going may
   * sleep again within the same advance. Resolves when everything that can run has run.
   */
  advance(ms: number): Promise<void>
  /** Moves the wall clock alone, as an operator with `date -s` or an NTP step would. */
  jump(ms: number): void
  /** How many sleeps wait for the time to move. */
  readonly sleeping: number
}

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** A clock that stands still until told. `start` is the wall clock's; the monotonic one starts at 0. */
export function createManualClock(start: Date | string = '2026-01-01T00:00:00Z'): ManualClock {
  let wallMs = new Date(start).getTime()
  let monotonicMs = 0
  const sleepers = new Set<Sleeper>()

  return {
    now: () => new Date(wallMs),
    monotonicMs: () => monotonicMs,
    sleep: async (ms, signal) => {
      signal.throwIfAborted()
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const sleeper: Sleeper = {
        at: monotonicMs + Math.max(0, ms),
        wake: () => {
          sleepers.delete(sleeper)
          signal.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      const onAbort = () => {
        sleepers.delete(sleeper)
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }))
      }
      signal.addEventListener('abort', onAbort, { once: true })
      if (ms <= 0) sleeper.wake()
      else sleepers.add(sleeper)
      return promise
    },
    advance: async (ms) => {
      const until = monotonicMs + ms
      await settle()
      for (;;) {
        const next = earliest(sleepers)
        if (next === undefined || next.at > until) break
        wallMs += next.at - monotonicMs
        monotonicMs = next.at
        next.wake()
        await settle()
      }
      wallMs += until - monotonicMs
      monotonicMs = until
      await settle()
    },
    jump: (ms) => {
      wallMs += ms
    },
    get sleeping() {
      return sleepers.size
    },
  }
}

function earliest(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined
  // Sets keep insertion order: of two that fall due together the one that went to sleep first wakes first.
  for (const sleeper of sleepers) if (first === undefined || sleeper.at < first.at) first = sleeper
  return first
}

/** Lets promises and immediates run out. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
