import { describe, expect, it } from 'vitest'
import { coveragePercent, judgedScanState } from './coverage.ts'
import { locationInScope } from './scan.ts'

const pair = (unknown: number) => ({ counts: { pass: 3, fail: 1, unknown, not_applicable: 0 } })

describe('coveragePercent', () => {
  it('is of pairs, not of resources: one unknown makes its pair uncovered', () => {
    expect(coveragePercent([pair(0), pair(0), pair(7), pair(0)])).toBe(75)
  })

  it('is rounded down, so that one unknown among a thousand is not 100', () => {
    expect(coveragePercent([pair(1), ...Array.from({ length: 999 }, () => pair(0))])).toBe(99)
  })

  it('does not count what nobody could know yet, and counts what could not be looked at beside it', () => {
    expect(coveragePercent([{ ...pair(2), outOfSight: 2 }, pair(0)])).toBe(100)
    expect(coveragePercent([{ ...pair(2), outOfSight: 1 }, pair(0)])).toBe(50)
  })

  it('is 100 where nothing was planned', () => {
    expect(coveragePercent([])).toBe(100)
  })
})

describe('judgedScanState', () => {
  it.each([
    ['Succeeded', { coveragePercent: 100, failedJobs: 0, incompleteListings: 0 }],
    ['PartiallySucceeded', { coveragePercent: 99, failedJobs: 0, incompleteListings: 0 }],
    ['PartiallySucceeded', { coveragePercent: 100, failedJobs: 1, incompleteListings: 0 }],
    ['PartiallySucceeded', { coveragePercent: 100, failedJobs: 0, incompleteListings: 1 }],
  ] as const)('%s: %o', (state, of) => {
    expect(judgedScanState(of)).toBe(state)
  })
})

describe('locationInScope', () => {
  it('always holds what is global, and regions by name or all', () => {
    expect(locationInScope({ regions: ['eu-west-1'] }, 'global')).toBe(true)
    expect(locationInScope({ regions: ['eu-west-1'] }, 'eu-west-2')).toBe(false)
    expect(locationInScope({ regions: null }, 'eu-west-2')).toBe(true)
  })
})
