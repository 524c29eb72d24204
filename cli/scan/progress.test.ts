import { expect, test } from 'vitest'
import type { JobState } from '#core/scan.ts'
import type { ScanProgress } from '#store/scan-progress.ts'
import { Box, Crate } from '#test/builders/store.ts'
import { progressOf } from './progress.ts'

const scan = (changes: Partial<ScanProgress> = {}): ScanProgress => ({
  scanId: 'one',
  state: 'Running',
  reason: null,
  message: null,
  jobs: [],
  listings: [],
  summary: null,
  ...changes,
})
const collect = (location: string, state: JobState, reason: string | null = null) =>
  ({ kind: 'collect', location, state, reason }) as const
const of = (scans: readonly ScanProgress[], elapsedMs = 0) =>
  progressOf({ scans, wanted: [Box, Crate], calls: 7, elapsedMs })

test('nothing is guessed before the regions of an account are known', () => {
  expect(of([scan()])).toEqual({
    accounts: { done: 0, total: 1 },
    regions: { done: 0, total: 0 },
    services: { done: 0, total: 1 },
    listings: { done: 0, total: 0 },
    calls: 7,
    findings: { critical: 0, high: 0, medium: 0, low: 0 },
    waitsFor: null,
    secondsLeft: null,
  })
})

test('a listing is one type in one place; a service is done with the last of its own', () => {
  const jobs = [collect('global', 'Leased'), collect('eu-west-1', 'Succeeded'), collect('eu-west-2', 'Leased')]
  const half = of([scan({ jobs, listings: [{ type: Box.type, places: 1 }] })])
  const all = of([
    scan({
      jobs,
      listings: [
        { type: Box.type, places: 2 },
        { type: Crate.type, places: 1 },
      ],
    }),
  ])
  expect(half).toMatchObject({
    regions: { done: 1, total: 2 },
    listings: { done: 1, total: 3 },
    services: { done: 0, total: 1 },
  })
  expect(all).toMatchObject({ listings: { done: 3, total: 3 }, services: { done: 1, total: 1 } })
})

test('the time left grows from what is done, with accounts that have not begun as large as the others', () => {
  const jobs = [collect('global', 'Leased'), collect('eu-west-1', 'Leased')]
  const half = scan({ jobs, listings: [{ type: Box.type, places: 1 }] })
  expect(of([half], 60_000).secondsLeft).toBe(67)
  expect(of([half, scan({ scanId: 'two' })], 60_000).secondsLeft).toBe(193)
  expect(of([scan({ jobs })], 60_000).secondsLeft).toBeNull()
})

test('what has ended has nothing left, and counts its findings', () => {
  const findings = { critical: 1, high: 2, medium: 0, low: 3, excepted: 0 }
  const summary = { findings, coveragePercent: 100, opened: 6, resolved: 0, reopened: 0, topGaps: [] }
  const ended = of([scan({ state: 'Succeeded', summary }), scan({ state: 'Failed', scanId: 'two' })])
  expect(ended).toMatchObject({
    accounts: { done: 2, total: 2 },
    findings: { critical: 1, high: 2, medium: 0, low: 3 },
    secondsLeft: 0,
  })
})

test('what it waits for is told while nothing is under way', () => {
  const waiting = collect('eu-west-1', 'Queued', 'Throttled')
  expect(of([scan({ jobs: [waiting] })]).waitsFor).toBe('Throttled')
  expect(of([scan({ jobs: [waiting, collect('global', 'Leased')] })]).waitsFor).toBeNull()
})
