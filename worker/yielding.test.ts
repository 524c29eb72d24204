import { expect, test } from 'vitest'
import { createManualClock } from '#test/manual-clock.ts'
import { yieldingEvery } from './yielding.ts'

test('the event loop turns once a stretch of work is long enough, and not before', async () => {
  const clock = createManualClock()
  const pause = yieldingEvery(clock, 10)
  await clock.advance(9)
  expect(pause()).toBeUndefined()
  await clock.advance(1)
  let turned = false
  setImmediate(() => (turned = true))
  await pause()
  expect(turned).toBe(true)
  expect(pause()).toBeUndefined()
})
