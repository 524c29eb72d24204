import { describe, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '#test/manual-clock.ts'
import { createRateLimits, type LimitKey } from './rate-limit.ts'
import type { RateSeed } from './rate-seeds.ts'

const KEY: LimitKey = { accountId: '111122223333', region: 'eu-central-1', operation: 'ec2:DescribeVpcs' }
const FOREVER = new AbortController().signal

function limiterWith(clock: ManualClock, seed: Partial<RateSeed> = {}) {
  const limits = createRateLimits({ clock, seedOf: () => ({ burst: 5, perSecond: 10, ceiling: 10, ...seed }) })
  return limits.of(KEY)
}

/** Takes `count` permits and tells when each was given. */
function takeMany(limiter: ReturnType<typeof limiterWith>, count: number, signal = FOREVER): number[] {
  const times: number[] = []
  for (let n = 0; n < count; n++) void limiter.take(signal).then(({ at }) => times.push(at))
  return times
}

describe('a bucket', () => {
  test('lets its burst through at once, the rest at its rate', async () => {
    const clock = createManualClock()
    const times = takeMany(limiterWith(clock), 8)
    await clock.advance(0)
    expect(times).toEqual([0, 0, 0, 0, 0])
    await clock.advance(1_000)
    expect(times).toEqual([0, 0, 0, 0, 0, 100, 200, 300])
  })

  test('600 calls against 100 and 20 a second: none too early for AWS, all within 1.05 of the ideal time', async () => {
    const clock = createManualClock()
    const limiter = createRateLimits({ clock }).of(KEY)
    const times = takeMany(limiter, 600)
    await clock.advance(60_000)
    expect(times).toHaveLength(600)
    let tokens = 100
    let before = 0
    const tooEarly = times.filter((at) => {
      tokens = Math.min(100, tokens + ((at - before) / 1000) * 20) - 1
      before = at
      return tokens < 0
    })
    expect(tooEarly).toEqual([])
    expect(times.at(-1)).toBeLessThan(25_000 * 1.05)
  })

  test('serves first come, first served', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock, { burst: 1 })
    const order: string[] = []
    for (const name of ['a', 'b', 'c', 'd']) void limiter.take(FOREVER).then(() => order.push(name))
    await clock.advance(1_000)
    expect(order).toEqual(['a', 'b', 'c', 'd'])
  })

  test('a call that was throttled goes before those that have not been made', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock, { burst: 1 })
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) void limiter.take(FOREVER).then(() => order.push(name))
    void limiter.take(FOREVER, { again: true }).then(() => order.push('again'))
    await clock.advance(1_000)
    expect(order).toEqual(['a', 'again', 'b', 'c'])
  })

  test('a waiter that aborts costs nothing, and nothing sleeps on for it', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock, { burst: 1 })
    const job = new AbortController()
    takeMany(limiter, 1)
    const waiting = limiter.take(job.signal)
    await clock.advance(10)
    expect(clock.sleeping).toBe(1)
    job.abort(new Error('lease lost'))
    await expect(waiting).rejects.toThrow('lease lost')
    await clock.advance(0)
    expect(clock.sleeping).toBe(0)

    const times = takeMany(limiter, 1)
    await clock.advance(1_000)
    expect(times).toEqual([100])
  })

  test('whoever comes in the moment the last waiter leaves is served', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock, { burst: 1 })
    const job = new AbortController()
    takeMany(limiter, 1)
    limiter.take(job.signal).catch(() => undefined)
    await clock.advance(10)
    job.abort(new Error('lease lost'))
    const times = takeMany(limiter, 2)
    await clock.advance(1_000)
    expect(times).toEqual([100, 200])
  })

  test('an aborted signal takes nothing', async () => {
    const limiter = limiterWith(createManualClock())
    await expect(limiter.take(AbortSignal.abort(new Error('over')))).rejects.toThrow('over')
  })
})

describe('learning', () => {
  test('a throttle empties the bucket and cuts the rate', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock)
    const permit = await limiter.take(FOREVER)
    await clock.advance(1)
    limiter.throttled(permit)
    const times = takeMany(limiter, 2)
    await clock.advance(1_000)
    // 7 a second are left of 10.
    expect(times).toEqual([144, 287])
  })

  test('throttles of calls that were under way together cut once', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock)
    const permits = await Promise.all([limiter.take(FOREVER), limiter.take(FOREVER), limiter.take(FOREVER)])
    await clock.advance(1)
    for (const permit of permits) limiter.throttled(permit)
    const times = takeMany(limiter, 1)
    await clock.advance(1_000)
    expect(times).toEqual([144])
  })

  test('never slower than a twentieth of the seed', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock)
    for (let n = 0; n < 30; n++) {
      const taking = limiter.take(FOREVER)
      await clock.advance(3_000)
      limiter.throttled(await taking)
    }
    const times = takeMany(limiter, 1)
    const now = clock.monotonicMs()
    await clock.advance(3_000)
    expect(times).toEqual([now + 2_000])
  })

  test('answers bring the rate back to the seed within 15 seconds, and a documented rate no further', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock)
    const first = await limiter.take(FOREVER)
    await clock.advance(1)
    limiter.throttled(first)
    for (let n = 0; n < 100; n++) {
      const taking = limiter.take(FOREVER)
      await clock.advance(150)
      limiter.answered(await taking)
    }
    const from = clock.monotonicMs()
    const times = takeMany(limiter, 30)
    await clock.advance(10_000)
    const afterBurst = times.slice(10).map((at) => at - from)
    expect((afterBurst.at(-1)! - afterBurst[0]!) / (afterBurst.length - 1)).toBeCloseTo(100, 0)
  })

  test('an unpublished rate grows beyond the seed while it is felt, up to its ceiling', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock, { burst: 1, ceiling: 20 })
    let answered = 0
    for (let n = 0; n < 600; n++) {
      void limiter.take(FOREVER).then((permit) => {
        answered += 1
        limiter.answered(permit)
      })
    }
    await clock.advance(20_000)
    const before = answered
    await clock.advance(5_000)
    expect((answered - before) / 5).toBeGreaterThan(18)
    expect((answered - before) / 5).toBeLessThan(21)
  })

  test('a trickle of answers is no proof: the rate stays', async () => {
    const clock = createManualClock()
    const limiter = limiterWith(clock, { burst: 1, ceiling: 1_000 })
    for (let n = 0; n < 100; n++) {
      const taking = limiter.take(FOREVER)
      await clock.advance(1_000)
      limiter.answered(await taking)
      await clock.advance(1_000)
    }
    const from = clock.monotonicMs()
    const times = takeMany(limiter, 3)
    await clock.advance(1_000)
    expect(times.map((at) => at - from)).toEqual([0, 100, 200])
  })
})

describe('the limits of a process', () => {
  test('accounts, regions and operations do not slow each other', async () => {
    const clock = createManualClock()
    const limits = createRateLimits({ clock, seedOf: () => ({ burst: 1, perSecond: 1, ceiling: 1 }) })
    const others: LimitKey[] = [
      { ...KEY, accountId: '444455556666' },
      { ...KEY, region: 'us-east-1' },
      { ...KEY, operation: 'ec2:DescribeSubnets' },
    ]
    await limits.of(KEY).take(FOREVER)
    for (const key of others) expect((await limits.of(key).take(FOREVER)).at).toBe(0)
    expect(limits.of(KEY)).toBe(limits.of({ ...KEY }))
  })

  test('what is idle is forgotten, what is in use is not', async () => {
    const clock = createManualClock()
    const limits = createRateLimits({ clock, remembered: 10, seedOf: () => ({ burst: 1, perSecond: 1, ceiling: 1 }) })
    const busy = limits.of(KEY)
    await busy.take(FOREVER)
    for (let n = 0; n < 100; n++) limits.of({ ...KEY, region: `eu-central-${n}` })
    expect(limits.size).toBe(10)
    expect(limits.of(KEY)).toBe(busy)
    await clock.advance(2_000)
    for (let n = 0; n < 100; n++) limits.of({ ...KEY, region: `eu-central-${n}` })
    expect(limits.size).toBe(10)
    expect(limits.of(KEY)).not.toBe(busy)
  })
})
