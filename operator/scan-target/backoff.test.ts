import { expect, it } from 'vitest'
import { retryDelayMs } from './backoff.ts'

const HOUR = 3_600_000

it('asks a refusing role from every 30 s to every 5 min on the first day, then at most hourly', () => {
  const first = [1, 2, 3, 4, 5, 20].map((failures) => retryDelayMs(failures, HOUR) / 1000)
  expect(first).toEqual([30, 60, 120, 240, 300, 300])
  expect(retryDelayMs(300, 25 * HOUR)).toBe(HOUR)
})
