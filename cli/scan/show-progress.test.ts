import { describe, expect, it } from 'vitest'
import { createManualClock } from '#test/manual-clock.ts'
import type { Progress } from './progress.ts'
import { progressLine, progressShow } from './show-progress.ts'

const progress = (changes: Partial<Progress> = {}): Progress => ({
  accounts: { done: 1, total: 2 },
  regions: { done: 3, total: 17 },
  services: { done: 1, total: 3 },
  listings: { done: 10, total: 80 },
  calls: 412,
  findings: { critical: 0, high: 4, medium: 20, low: 2 },
  waitsFor: null,
  secondsLeft: 34,
  ...changes,
})
const LINE =
  'scanning: 1 of 2 accounts, 3 of 17 regions, 1 of 3 services, 412 calls, 26 findings (4 high), about 40 s left'

const screen = (of: { readonly isTerminal: boolean; readonly columns?: number; readonly env?: NodeJS.ProcessEnv }) => {
  const clock = createManualClock()
  let written = ''
  const stderr = {
    write: async (text: string) => void (written += text),
    isTerminal: of.isTerminal,
    columns: of.columns ?? null,
  }
  return {
    clock,
    written: () => written,
    shows: (isQuiet = false) => progressShow({ stderr, env: of.env ?? {}, clock }, isQuiet),
  }
}

describe('a line of progress', () => {
  it.each([
    [LINE, {}],
    [
      'scanning: 0 of 1 account, 0 of 3 services, 1 call, 0 findings',
      {
        accounts: { done: 0, total: 1 },
        regions: { done: 0, total: 0 },
        services: { done: 0, total: 3 },
        calls: 1,
        findings: { critical: 0, high: 0, medium: 0, low: 0 },
        secondsLeft: null,
      },
    ],
    [
      'scanning: 1 of 2 accounts, 3 of 17 regions, 1 of 3 services, 412 calls, 26 findings (4 high), waits: Throttled, about 3 min left',
      { waitsFor: 'Throttled', secondsLeft: 150 },
    ],
    [
      'scanned: 2 of 2 accounts, 3 of 17 regions, 1 of 3 services, 412 calls, 26 findings (4 high)',
      { accounts: { done: 2, total: 2 }, secondsLeft: 0 },
    ],
  ])('%s', (line, changes) => {
    expect(progressLine(progress(changes))).toBe(line)
  })
})

describe('on a terminal', () => {
  it('stands in one place, is written when it changes, and is gone in the end', async () => {
    const { shows, written } = screen({ isTerminal: true, columns: 200 })
    const show = shows()
    show.show(progress())
    show.show(progress())
    show.show(progress({ calls: 413 }))
    await show.end()
    expect(written()).toBe(`\r\u001B[2K${LINE}\r\u001B[2K${LINE.replace('412', '413')}\r\u001B[2K`)
  })

  it('never wraps', () => {
    const { shows, written } = screen({ isTerminal: true, columns: 40 })
    shows().show(progress())
    expect(written()).toBe(`\r\u001B[2K${LINE.slice(0, 38)}…`)
  })
})

describe.each([
  ['in a file', { isTerminal: false }],
  ['in CI', { isTerminal: true, env: { CI: 'true' } }],
  ['on a terminal that cannot go back', { isTerminal: true, env: { TERM: 'dumb' } }],
])('%s', (_, of) => {
  it('is a line when an account has ended, and every 10 s', async () => {
    const { shows, written, clock } = screen(of)
    const show = shows()
    const calls = (count: number, done = 0): void => show.show(progress({ calls: count, accounts: { done, total: 2 } }))
    calls(1)
    calls(2)
    await clock.advance(9_999)
    calls(3)
    await clock.advance(1)
    calls(4)
    calls(5, 1)
    calls(6, 1)
    await show.end()
    expect([...written().matchAll(/(\d+) calls?/g)].map(([, count]) => count)).toEqual(['1', '4', '5'])
    expect(written()).not.toContain('\u001B')
  })
})

it('is silent when it is to be quiet', async () => {
  const { shows, written } = screen({ isTerminal: true })
  const show = shows(true)
  show.show(progress())
  await show.end()
  expect(written()).toBe('')
})
