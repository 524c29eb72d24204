import { array, assert, nat, property } from 'fast-check'
import { expect, it } from 'vitest'
import { DelayHeap } from '#platform/kube/delay-heap.ts'

it('gives values back in order of time, whatever order they came in', () => {
  assert(
    property(array(nat(100)), (times) => {
      const heap = new DelayHeap<number>()
      for (const time of times) heap.add(time, time)

      const taken: number[] = []
      for (let value = heap.takeDue(1000); value !== undefined; value = heap.takeDue(1000)) taken.push(value)

      expect(taken).toEqual(times.toSorted((a, b) => a - b))
    }),
  )
})

it('keeps what is not due', () => {
  const heap = new DelayHeap<string>()
  heap.add(20, 'later')
  heap.add(10, 'soon')

  expect(heap.takeDue(9)).toBeUndefined()
  expect(heap.takeDue(10)).toBe('soon')
  expect(heap.takeDue(19)).toBeUndefined()
  expect(heap.nextAt).toBe(20)
})
