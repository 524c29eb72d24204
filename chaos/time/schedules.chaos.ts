import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#test/e2e/operator-fixture.ts'
import type { FakeTime } from '#test/harness/fake-time.ts'
import { startScheduledWorld, type ScheduledWorld } from './scheduled.ts'

// Operator processes whose clock jumps and goes through nights in which the clocks change. The API server and Postgres
// keep the real time.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const day = (time: string): Date => new Date(`2027-${time}Z`)
let world: ScheduledWorld

beforeAll(async () => {
  world = await startScheduledWorld(day('01-15T10:20'))
})
afterAll(() => world?.stop())

async function setAll(time: Date): Promise<void> {
  await Promise.all(world.clocks.map((clock) => clock.set(time)))
}

test('a clock that is set forth and back: each time is started once, and none is held up by what was ahead', async () => {
  await world.schedule('hourly', { schedule: '0 * * * *' })
  await world.look()
  expect(await world.started('hourly')).toEqual([])

  // Nothing but its own timer makes it look.
  await setAll(day('01-15T11:20'))
  await eventually(
    () => world.started('hourly'),
    (times) => times.length > 0,
    90_000,
  )
  const all = ['2027-01-15T11:00']
  const isStarted = async (): Promise<void> => {
    await world.look()
    await world.look()
    expect(await world.started('hourly')).toEqual(all)
  }
  await isStarted()

  await setAll(day('01-15T10:20'))
  await isStarted()
  await setAll(day('01-15T10:59:58'))
  await eventually(
    async () => world.clocks[0]?.now() ?? new Date(0),
    (now) => now > day('01-15T11:00:02'),
  )
  await isStarted()
  await setAll(day('01-15T12:00:05'))
  all.push('2027-01-15T12:00')
  await isStarted()

  await setAll(day('01-16T12:20'))
  all.push('2027-01-16T12:00')
  await isStarted()
  await setAll(day('01-15T12:30'))
  await isStarted()
  await setAll(day('01-15T13:00:05'))
  all.push('2027-01-15T13:00')
  await isStarted()
  await setAll(day('01-16T12:30'))
  await isStarted()
  expect(await world.transitions()).toBe(0)
})

interface Night {
  readonly zone: string
  readonly change: string
  readonly schedule: string
  /** The schedule's times on the day before, in the night, and on the day after. */
  readonly times: readonly [string, string, string]
}

// By hand, from the rule: a time in the gap runs at its end, a time that comes twice runs the first time.
const NIGHTS: readonly Night[] = [
  {
    zone: 'America/New_York',
    change: '03-14T07:00',
    schedule: '30 2 * * *',
    times: ['03-13T07:30', '03-14T07:00', '03-15T06:30'],
  },
  {
    zone: 'Europe/Berlin',
    change: '03-28T01:00',
    schedule: '30 2 * * *',
    times: ['03-27T01:30', '03-28T01:00', '03-29T00:30'],
  },
  {
    zone: 'Australia/Lord_Howe',
    change: '04-03T15:00',
    schedule: '45 1 * * *',
    times: ['04-02T14:45', '04-03T14:45', '04-04T15:15'],
  },
  {
    zone: 'Australia/Lord_Howe',
    change: '10-02T15:30',
    schedule: '15 2 * * *',
    times: ['10-01T15:45', '10-02T15:30', '10-03T15:15'],
  },
  {
    zone: 'Europe/Berlin',
    change: '10-31T01:00',
    schedule: '30 2 * * *',
    times: ['10-30T00:30', '10-31T00:30', '11-01T01:30'],
  },
  {
    zone: 'America/New_York',
    change: '11-07T06:00',
    schedule: '30 1 * * *',
    times: ['11-06T05:30', '11-07T05:30', '11-08T06:30'],
  },
]

test.each(NIGHTS)(
  'the night of $change in $zone: $schedule runs once, and every hour once, while the clock also jumps back',
  async ({ zone, change, schedule, times }) => {
    const [before, , after] = times.map(day)
    if (before === undefined || after === undefined) throw new Error('a night has three days')
    const night = change.toLowerCase().replace(':', '')
    await setAll(new Date(before.getTime() - 2 * MINUTE))
    await world.schedule(`daily-${night}`, { schedule, timeZone: zone })
    await world.schedule(`hourly-${night}`, {
      schedule: '0 * * * *',
      timeZone: 'Etc/UTC',
    })
    await setAll(new Date(before.getTime() + MINUTE))
    await world.look()
    const changeMs = day(change).getTime()
    for (let at = changeMs - 2 * HOUR; at <= changeMs + 3 * HOUR; at += 15 * MINUTE) {
      await setAll(new Date(at + MINUTE))
      await world.look()
      if (at % HOUR !== 0) continue
      await setAll(new Date(at - HOUR + MINUTE))
      await world.look()
    }
    await setAll(new Date(after.getTime() + MINUTE))
    await world.look()
    expect(await world.started(`daily-${night}`)).toEqual(times.map((time) => `2027-${time}`))
    const hours = await world.started(`hourly-${night}`)
    expect(new Set(hours).size).toBe(hours.length)
    for (let at = Math.ceil(changeMs / HOUR) * HOUR - HOUR; at <= changeMs + 2 * HOUR; at += HOUR)
      expect(hours).toContain(new Date(at).toISOString().slice(0, 16))
  },
)

test('a leader that takes over with a clock three hours slow starts nothing again, nor skips a time once it is right', async () => {
  const { operator, clock } = await world.leader()
  const at = day('12-01T10:30')
  await setAll(at)
  await world.look()
  const last = (await world.started('hourly')).at(-1)
  expect(last).toBe('2027-12-01T10:00')
  const all = await world.started('hourly')

  const other = world.clocks.find((one: FakeTime) => one !== clock)
  await other?.set(day('12-01T07:30'))
  operator.process.kill('SIGKILL')
  await operator.process.exited
  await eventually(
    () => world.leader(),
    (leader) => leader.clock === other,
    60_000,
  )
  await world.look()
  await world.look()
  // Seven o'clock was never started: the clock had jumped over it.
  expect(await world.started('hourly')).toEqual([...all, '2027-12-01T07:00'])
  await other?.set(day('12-01T11:00:05'))
  await world.look()
  expect(await world.started('hourly')).toEqual([...all, '2027-12-01T07:00', '2027-12-01T11:00'])
})
