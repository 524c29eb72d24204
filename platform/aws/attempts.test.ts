import { expect, test } from 'vitest'
import { createManualClock } from '#test/manual-clock.ts'
import { seededRandom } from '#test/harness/aws/faults.ts'
import { createLogger } from '../log/logger.ts'
import { callUntilAnswered, type CallDeps } from './attempts.ts'
import { createRateLimits } from './rate-limit.ts'

function setUp(more: Partial<CallDeps> = {}) {
  const clock = createManualClock()
  const counts: Record<string, number> = {}
  let lines = ''
  const deps: CallDeps = {
    accountId: '111122223333',
    actionOf: (operation) => operation,
    clock,
    limits: createRateLimits({ clock }),
    calls: { inc: ({ outcome }) => void (counts[outcome] = (counts[outcome] ?? 0) + 1) },
    log: createLogger({ process: 'test', level: 'debug', destination: { write: (line) => void (lines += line) } }),
    signal: new AbortController().signal,
    random: () => 1,
    ...more,
  }
  const call = <O>(send: () => Promise<O>, recover = () => Promise.resolve(false)) =>
    callUntilAnswered(deps, { operation: 'ec2:DescribeVpcs', region: 'eu-central-1', send, recover })
  return { clock, counts, call, log: () => lines }
}

const named = (name: string, message = name) => Object.assign(new Error(message), { name })

test('pauses between faults grow: 0.2, 0.4 and 0.8 seconds at most', async () => {
  const { clock, call } = setUp()
  const sent: number[] = []
  const answer = call(async () => {
    sent.push(clock.monotonicMs())
    throw named('ServiceUnavailable')
  })
  await clock.advance(10_000)
  expect(sent).toEqual([0, 200, 600, 1_400])
  expect(await answer).toMatchObject({ ok: false, failure: { category: 'transient' } })
})

test('a throttled call is given up after two minutes and ten attempts, not before', async () => {
  const { clock, counts, call } = setUp({ random: () => 0.5 })
  const answer = call(async () => {
    throw named('RequestLimitExceeded')
  })
  let ended = false
  void answer.then(() => (ended = true))
  await clock.advance(120_000)
  expect(ended).toBe(false)
  await clock.advance(20_000)
  expect(await answer).toMatchObject({ ok: false, failure: { category: 'throttled' } })
  expect(counts['lost']).toBe(1)
  expect(counts['throttled']).toBeGreaterThanOrEqual(9)
})

test('a storm that throttles 7 of 10 calls, however slowly they come: slower, and nearly all are answered', async () => {
  const random = seededRandom(7)
  const { clock, counts, call } = setUp({ random })
  const sent: number[] = []
  const answers = Promise.all(
    Array.from({ length: 100 }, () =>
      call(async () => {
        sent.push(clock.monotonicMs())
        if (random() < 0.7) throw named('RequestLimitExceeded')
        return 'answered'
      }),
    ),
  )
  await clock.advance(3_600_000)
  const answered = (await answers).filter(({ ok }) => ok).length
  expect(answered).toBeGreaterThanOrEqual(95)
  expect(counts['lost'] ?? 0).toBe(100 - answered)
  const within = (fromMs: number, toMs: number) => sent.filter((at) => at >= fromMs && at < toMs).length
  // A tenth of what the limits would have allowed.
  expect(within(60_000, 120_000)).toBeLessThanOrEqual(119)
})

test('recovering is asked for once, and only where neither waiting nor repeating helps', async () => {
  const { clock, counts, call } = setUp({ random: () => 0 })
  let asked = 0
  const errors = ['ServiceUnavailable', 'Throttling', 'ExpiredToken', 'ExpiredToken']
  const answer = call(
    () => Promise.reject(named(errors.shift() ?? 'TooMany')),
    () => {
      asked += 1
      return Promise.resolve(true)
    },
  )
  await clock.advance(10_000)
  expect(await answer).toMatchObject({ ok: false, failure: { category: 'credentials' } })
  expect(asked).toBe(1)
  expect(counts).toEqual({ retried: 2, throttled: 1, failed: 1 })
})

test('an error that no table knows is logged, a denial is not', async () => {
  const { call, log } = setUp()
  await call(() => Promise.reject(named('AccessDenied')))
  expect(log()).toBe('')
  await call(() => Promise.reject(named('SomethingNew', 'we never saw this')))
  expect(log()).toContain('SomethingNew')
  expect(log()).toContain('we never saw this')
})
