import { expect, test } from 'vitest'
import { never } from '#test/builders/store.ts'
import { createPlaces } from './places.ts'

test('those that are to be alone go one at a time, in their order, once nothing else is under way', async () => {
  const places = createPlaces()
  const [beside, first, second] = [places.enter(), places.enter(), places.enter()]
  const order: string[] = []
  const alone = [first, second].map(async (place, n) => {
    expect(await place.alone(never)).toBe(true)
    order.push(`job ${n} is alone`)
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  await turn()
  expect([places.isClosed, order]).toEqual([true, []])
  beside.leave()
  await turn()
  expect([places.isClosed, order]).toEqual([true, ['job 0 is alone']])
  first.leave()
  await Promise.all(alone)
  expect([places.isClosed, order]).toEqual([true, ['job 0 is alone', 'job 1 is alone']])
  second.leave()
  expect(places.isClosed).toBe(false)
})

test('one that gives up is in nobody’s way', async () => {
  const places = createPlaces()
  const [beside, first, second, late] = [places.enter(), places.enter(), places.enter(), places.enter()]
  const stop = new AbortController()
  const gone = first.alone(stop.signal)
  const alone = second.alone(never)
  stop.abort()
  expect(await gone).toBe(false)
  expect(await late.alone(stop.signal)).toBe(false)
  beside.leave()
  expect(await alone).toBe(true)
  first.leave()
  late.leave()
  expect(places.isClosed).toBe(true)
  second.leave()
  expect(places.isClosed).toBe(false)
})
