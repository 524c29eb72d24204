import { expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '#test/manual-clock.ts'
import { createLogger } from '../log/logger.ts'
import { createSessionCredentials, type Issued } from './session-credentials.ts'

const MINUTE = 60_000

function session(clock: ManualClock, options: { lifeMs?: number; skewMs?: number } = {}) {
  const { lifeMs = 60 * MINUTE, skewMs = 0 } = options
  let issued = 0
  const state = { fails: false, logged: '' }
  const issue = (): Issued => {
    issued += 1
    const expiration = new Date(clock.now().getTime() + skewMs + lifeMs)
    return { accessKeyId: `ASIA${issued}`, secretAccessKey: 's', sessionToken: 't', expiration }
  }
  const credentials = createSessionCredentials({
    first: issue(),
    renew: async () => {
      await clock.sleep(10, new AbortController().signal)
      if (state.fails) throw new Error('STS is away')
      return issue()
    },
    clockOffsetMs: () => skewMs,
    clock,
    log: createLogger({
      process: 'test',
      level: 'warn',
      destination: { write: (line) => void (state.logged += line) },
    }),
  })
  const keyAt = async () => {
    const providing = credentials.provide().then(
      ({ accessKeyId }) => accessKeyId,
      (error: unknown) => String(error),
    )
    await clock.advance(10)
    return providing
  }
  return { credentials, keyAt, state }
}

test('credentials are kept until five minutes before their end', async () => {
  const clock = createManualClock()
  const { keyAt } = session(clock)
  await clock.advance(54 * MINUTE)
  expect(await keyAt()).toBe('ASIA1')
  await clock.advance(2 * MINUTE)
  expect(await keyAt()).toBe('ASIA2')
  expect(await keyAt()).toBe('ASIA2')
})

test('short sessions are renewed at half of their life, not at each call', async () => {
  const clock = createManualClock()
  const { keyAt } = session(clock, { lifeMs: 3_000 })
  expect(await keyAt()).toBe('ASIA1')
  await clock.advance(1_000)
  expect(await keyAt()).toBe('ASIA1')
  await clock.advance(1_000)
  expect(await keyAt()).toBe('ASIA2')
})

test('however many calls wait, the role is assumed once', async () => {
  const clock = createManualClock()
  const { credentials } = session(clock)
  await clock.advance(56 * MINUTE)
  const providing = Promise.all([credentials.provide(), credentials.provide(), credentials.provide()])
  await clock.advance(10)
  expect((await providing).map(({ accessKeyId }) => accessKeyId)).toEqual(['ASIA2', 'ASIA2', 'ASIA2'])
})

test('what AWS calls expired is replaced once, also when others say it late', async () => {
  const clock = createManualClock()
  const { credentials, keyAt } = session(clock)
  credentials.expire('ASIA1')
  expect(await keyAt()).toBe('ASIA2')
  credentials.expire('ASIA1')
  expect(await keyAt()).toBe('ASIA2')
})

test('a renewal that fails is no loss while the old credentials are valid, and is tried again', async () => {
  const clock = createManualClock()
  const { keyAt, state } = session(clock)
  await clock.advance(56 * MINUTE)
  state.fails = true
  expect(await keyAt()).toBe('ASIA1')
  expect(state.logged).toContain('could not be assumed again')
  expect(await keyAt()).toBe('ASIA1')
  state.fails = false
  await clock.advance(31_000)
  expect(await keyAt()).toBe('ASIA2')
})

test('once they are over, a renewal that fails is a failure', async () => {
  const clock = createManualClock()
  const { keyAt, state } = session(clock)
  state.fails = true
  await clock.advance(61 * MINUTE)
  expect(await keyAt()).toBe('Error: STS is away')
})

test('the end is AWS’s: a clock that is 20 minutes slow renews in time', async () => {
  const clock = createManualClock()
  const { keyAt } = session(clock, { skewMs: 20 * MINUTE })
  await clock.advance(54 * MINUTE)
  expect(await keyAt()).toBe('ASIA1')
  await clock.advance(2 * MINUTE)
  expect(await keyAt()).toBe('ASIA2')
})
