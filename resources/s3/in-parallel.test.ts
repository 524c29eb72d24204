import { describe, expect, it } from 'vitest'
import { inParallel } from './in-parallel.ts'

/** Work that waits until it is told to end, and counts what is under way. */
function controlled() {
  const gates: PromiseWithResolvers<number>[] = []
  let running = 0
  let most = 0
  return {
    map: async (item: number) => {
      const gate = Promise.withResolvers<number>()
      gates[item] = gate
      most = Math.max(most, ++running)
      const result = await gate.promise.finally(() => running--)
      return result
    },
    gates,
    started: () => gates.flatMap((_, index) => index),
    most: () => most,
  }
}
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('mapping in parallel', () => {
  it('keeps the order, and never has more under way than allowed', async () => {
    const { map, gates, started, most } = controlled()
    const all = inParallel([0, 1, 2, 3], 2, map)
    await settle()
    expect(started()).toEqual([0, 1])
    gates[1]?.resolve(10)
    await settle()
    expect(started()).toEqual([0, 1, 2])
    gates[2]?.resolve(20)
    await settle()
    gates[3]?.resolve(30)
    gates[0]?.resolve(0)
    expect(await all).toEqual([0, 10, 20, 30])
    expect(most()).toBe(2)
  })

  it('starts nothing after a failure, and waits for what is under way', async () => {
    const { map, gates, started } = controlled()
    let ended = false
    const all = inParallel([0, 1, 2, 3], 2, map).finally(() => (ended = true))
    const failed = expect(all).rejects.toThrow('no')
    await settle()
    gates[0]?.reject(new Error('no'))
    await settle()
    expect(ended).toBe(false)
    gates[1]?.resolve(1)
    await failed
    expect(started()).toEqual([0, 1])
  })

  it('maps nothing to nothing', async () => {
    expect(await inParallel([], 8, async () => 1)).toEqual([])
  })
})
