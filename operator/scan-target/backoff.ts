const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/**
 * How long to wait before a role that was refused is tried again: from 30 s doubling to 5 min on the first day (somebody
 * is probably setting the role up), up to an hour afterwards. `failures` counts from 1.
 */
export function retryDelayMs(failures: number, sinceFirstFailureMs: number): number {
  const most = sinceFirstFailureMs < DAY ? 5 * MINUTE : 60 * MINUTE
  return Math.min(most, 30_000 * 2 ** Math.min(failures - 1, 10))
}
