const DAY_MS = 86_400_000

/** Whether an ISO 8601 instant lies `days` × 24 hours or more before `now`. */
export function isOlderThan(instant: string, days: number, now: Date): boolean {
  return now.getTime() - Date.parse(instant) >= days * DAY_MS
}
