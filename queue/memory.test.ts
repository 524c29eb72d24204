import { expect, test } from 'vitest'
import { never } from '#test/builders/store.ts'
import { createManualClock } from '#test/manual-clock.ts'
import { createMemoryQueue } from './memory.ts'

// What every queue does is in conformance.test.ts; here is what only a clock that is stepped can show, or moto does not do.

test('a receive waits to the second, and a message shows to the second', async () => {
  const clock = createManualClock()
  const queue = createMemoryQueue({ clock })
  let answers = 0
  const receive = (waitSeconds: number) =>
    queue.receive({ max: 1, waitSeconds, visibilitySeconds: 30, signal: never }).then((messages) => {
      answers++
      return messages.length
    })

  const empty = receive(20)
  await clock.advance(19_999)
  expect(answers).toBe(0)
  await clock.advance(1)
  expect(await empty).toBe(0)

  await queue.send(['x'], never)
  await receive(0)
  const again = receive(20)
  await clock.advance(19_999)
  expect(answers).toBe(2)
  await clock.advance(1)
  expect(await again).toBe(0)
  const third = receive(20)
  await clock.advance(9_999)
  expect(answers).toBe(3)
  await clock.advance(1)
  expect(await third).toBe(1)
})

test('the receipt of a message that shows again is good for nothing', async () => {
  const clock = createManualClock()
  const queue = createMemoryQueue({ clock })
  await queue.send(['x'], never)
  const [message] = await queue.receive({ max: 1, waitSeconds: 0, visibilitySeconds: 30, signal: never })
  if (message === undefined) throw new Error('the queue is empty')
  await clock.advance(30_000)
  expect(await queue.changeVisibility(message, 30, never)).toBe(false)
  expect(await queue.depth(never)).toEqual({ waiting: 1, delayed: 0, inFlight: 0 })
})
