import { readFile } from 'node:fs/promises'
import type { Life } from './fleet.ts'

/** What no log may say, whatever was injected: that a promise was rejected or an error thrown and nobody listened. */
const UNHANDLED =
  /unhandled ?rejection|uncaught ?exception|nobody listened|nobody caught|MaxListenersExceeded|triggerUncaughtException/i
/** An operator that cannot renew its Lease ends, so that no two act. */
const LOST_LEASE = /lost the lease/

/** Ends that nobody asked for, and lines that tell of a defect, over all lives. */
export async function judgeLogs(lives: readonly Life[]): Promise<readonly string[]> {
  const violations: string[] = []
  for (const life of lives) {
    const text = await readFile(life.logFile, 'utf8').catch(() => '')
    const lines = text.split('\n')
    for (const line of lines.filter((one) => UNHANDLED.test(one))) violations.push(`${life.logFile}: ${line}`)
    const { exit, endedBy, kind } = life
    if (exit === undefined || endedBy === 'SIGKILL') continue
    // Asked to stop, it exits with 0; before it listens, the signal itself ends it.
    if (endedBy === 'SIGTERM' && (exit.code === 0 || exit.signal === 'SIGTERM')) continue
    if (kind === 'operator' && exit.code === 1 && lines.some((line) => LOST_LEASE.test(line))) continue
    violations.push(
      `${life.logFile}: ended ${endedBy === undefined ? 'by itself' : 'badly'} (${exit.signal ?? `exit code ${exit.code}`}): ${lines.at(-2) ?? ''}`,
    )
  }
  return violations
}
