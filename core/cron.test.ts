import { describe, expect, it } from 'vitest'
import { decideSchedule, jitterDelaySeconds, TOO_MANY_MISSED, type ScheduleInput } from './cron.ts'

const decide = (
  input: Partial<Omit<ScheduleInput, 'now' | 'since' | 'lastScheduleTime'>> & {
    now: string
    since?: string
    last?: string
  },
) =>
  decideSchedule({
    schedule: input.schedule ?? '0 3 * * *',
    timeZone: input.timeZone ?? 'Etc/UTC',
    suspend: input.suspend ?? false,
    startingDeadlineSeconds: input.startingDeadlineSeconds,
    since: new Date(input.since ?? '2026-03-01T00:00:00Z'),
    lastScheduleTime: input.last === undefined ? undefined : new Date(input.last),
    now: new Date(input.now),
  })
const at = (text: string): Date => new Date(text)

describe('decideSchedule', () => {
  it('waits for the first time after creation', () => {
    expect(decide({ now: '2026-03-01T02:59:59Z' })).toEqual({ kind: 'wait', next: at('2026-03-01T03:00:00Z') })
  })

  it.each(['2026-03-01T03:00:00Z', '2026-03-01T03:00:00.100Z', '2026-03-01T03:00:59.999Z'])(
    'starts a time that has come, at %s',
    (now) => {
      expect(decide({ now })).toEqual({
        kind: 'due',
        scheduledAt: at('2026-03-01T03:00:00Z'),
        missed: 0,
        next: at('2026-03-02T03:00:00Z'),
      })
    },
  )

  it('does not start the same time twice', () => {
    expect(decide({ now: '2026-03-01T03:00:30Z', last: '2026-03-01T03:00:00Z' }).kind).toBe('wait')
  })

  it('does not repeat a time when the clock jumps back', () => {
    expect(decide({ now: '2026-03-01T02:00:00Z', last: '2026-03-01T03:00:00Z' }).kind).toBe('wait')
  })

  it('starts only the latest of several missed times, and says how many it left out', () => {
    expect(decide({ now: '2026-03-05T12:00:00Z', last: '2026-03-01T03:00:00Z' })).toMatchObject({
      kind: 'due',
      scheduledAt: at('2026-03-05T03:00:00Z'),
      missed: 3,
    })
  })

  it('counts no further than people need', () => {
    expect(decide({ schedule: '* * * * *', now: '2036-03-05T12:00:00Z' })).toMatchObject({
      missed: TOO_MANY_MISSED + 1,
    })
  })

  it('skips a time that is older than the starting deadline', () => {
    expect(decide({ now: '2026-03-01T03:10:00Z', startingDeadlineSeconds: 300 })).toEqual({
      kind: 'missed',
      missedAt: at('2026-03-01T03:00:00Z'),
      next: at('2026-03-02T03:00:00Z'),
    })
  })

  it('never runs old times of a schedule that was just edited', () => {
    expect(decide({ now: '2026-03-01T12:00:00Z', since: '2026-03-01T11:00:00Z' }).kind).toBe('wait')
  })

  it('starts nothing while suspended', () => {
    expect(decide({ now: '2026-03-01T03:00:00Z', suspend: true })).toEqual({ kind: 'suspended' })
  })

  it.each([
    ['61 * * * *', 'InvalidSchedule'],
    ['* * * * * *', 'InvalidSchedule'],
    ['every day', 'InvalidSchedule'],
  ])('refuses %s and says what it takes', (schedule, reason) => {
    expect(decide({ schedule, now: '2026-03-01T03:00:00Z' })).toMatchObject({
      kind: 'invalid',
      reason,
      message: expect.stringContaining('It takes minute, hour'),
    })
  })

  it.each(['Mars/Olympus', '+02:00', ''])('refuses the time zone "%s"', (timeZone) => {
    expect(decide({ timeZone, now: '2026-03-01T03:00:00Z' })).toMatchObject({
      kind: 'invalid',
      reason: 'UnknownTimeZone',
    })
  })

  it('has no next time for a date that never comes', () => {
    expect(decide({ schedule: '0 0 31 2 *', now: '2026-03-01T03:00:00Z' })).toEqual({ kind: 'wait', next: null })
  })

  describe('daylight saving', () => {
    // In each zone 02:30 does not exist on the spring date; what it moves to, and the next day, in UTC.
    it.each([
      ['America/New_York', '2026-03-08', '2026-03-08T07:00:00Z', '2026-03-09T06:30:00Z'],
      ['Europe/Berlin', '2026-03-29', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
      ['Australia/Sydney', '2026-10-04', '2026-10-03T16:00:00Z', '2026-10-04T15:30:00Z'],
    ])('runs a skipped 02:30 at the end of the gap in %s', (timeZone, _day, gapEnd, after) => {
      const start = new Date(new Date(gapEnd).getTime() - 6 * 3_600_000).toISOString()
      const first = decide({ schedule: '30 2 * * *', timeZone, now: start, since: start })
      expect(first).toMatchObject({ kind: 'wait', next: at(gapEnd) })
      expect(decide({ schedule: '30 2 * * *', timeZone, now: gapEnd, since: start })).toMatchObject({
        kind: 'due',
        scheduledAt: at(gapEnd),
        next: at(after),
      })
    })

    it.each([
      ['America/New_York', '2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z', '30 1 * * *'],
      ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '30 2 * * *'],
      ['Australia/Sydney', '2026-04-04T15:30:00Z', '2026-04-04T16:30:00Z', '30 2 * * *'],
    ])('runs a repeated time once in %s', (timeZone, first, second, schedule) => {
      const since = new Date(new Date(first).getTime() - 3_600_000).toISOString()
      expect(decide({ schedule, timeZone, now: first, since })).toMatchObject({ kind: 'due', scheduledAt: at(first) })
      expect(decide({ schedule, timeZone, now: second, since, last: first }).kind).toBe('wait')
    })
  })
})

describe('jitterDelaySeconds', () => {
  it('is the same each time, differs between targets and stays within its bound', () => {
    const delays = Array.from({ length: 200 }, (_, index) => jitterDelaySeconds('schedule', `target-${index}`, 60))
    expect(delays).toEqual(
      Array.from({ length: 200 }, (_, index) => jitterDelaySeconds('schedule', `target-${index}`, 60)),
    )
    expect(Math.max(...delays)).toBeLessThanOrEqual(60)
    expect(new Set(delays).size).toBeGreaterThan(40)
    expect(jitterDelaySeconds('schedule', 'target', 0)).toBe(0)
  })
})
