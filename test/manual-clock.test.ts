import { describe, expect, it } from 'vitest'
import { createManualClock } from '#test/manual-clock.ts'

describe('createManualClock', () => {
  it('wakes sleepers in order of time, those that sleep again on the way too', async () => {
    const clock = createManualClock('2026-01-01T00:00:00Z')
    const { signal } = new AbortController()
    const woke: string[] = []
    const repeat = async () => {
      for (let turn = 1; turn <= 3; turn++) {
        await clock.sleep(40, signal)
        woke.push(`repeat ${clock.monotonicMs()}`)
      }
    }
    void repeat()
    void clock.sleep(100, signal).then(() => woke.push(`once ${clock.monotonicMs()}`))

    await clock.advance(110)

    expect(woke).toEqual(['repeat 40', 'repeat 80', 'once 100'])
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:00.110Z')
    expect(clock.sleeping).toBe(1)
  })

  it("rejects a sleep with the signal's reason", async () => {
    const clock = createManualClock()
    const controller = new AbortController()
    const sleep = clock.sleep(1000, controller.signal)

    controller.abort(new Error('stopped'))

    await expect(sleep).rejects.toThrow('stopped')
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('stopped')
    expect(clock.sleeping).toBe(0)
  })

  it('jumps the wall clock without touching durations', () => {
    const clock = createManualClock('2026-01-01T00:00:00Z')

    clock.jump(-3_600_000)

    expect(clock.now().toISOString()).toBe('2025-12-31T23:00:00.000Z')
    expect(clock.monotonicMs()).toBe(0)
  })
})
