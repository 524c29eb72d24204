import { expect, it } from 'vitest'
import { Backoff, jitter } from '#platform/kube/backoff.ts'
import { createManualClock } from '#test/manual-clock.ts'

it('doubles from 0.8 s to 30 s', () => {
  const backoff = new Backoff({ clock: createManualClock(), random: () => 0 })

  expect(Array.from({ length: 8 }, () => backoff.nextDelayMs())).toEqual([
    800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
  ])
})

it('stretches each delay by up to its own length', () => {
  const backoff = new Backoff({ clock: createManualClock(), random: () => 0.5 })

  expect([backoff.nextDelayMs(), backoff.nextDelayMs()]).toEqual([1200, 2400])
  expect(jitter(10, 1.2, () => 0.999)).toBeCloseTo(22, 1)
})

it('starts over after two quiet minutes, counted from the end of the last wait', async () => {
  const clock = createManualClock()
  const backoff = new Backoff({ clock, random: () => 0 })
  for (let failures = 0; failures < 6; failures++) backoff.nextDelayMs()

  await clock.advance(25_600 + 120_000)
  expect(backoff.nextDelayMs()).toBe(30_000)
  await clock.advance(30_000 + 120_001)
  expect(backoff.nextDelayMs()).toBe(800)
})
