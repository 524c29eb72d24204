import { describe, expect, it } from 'vitest'
import type { ReportInput } from './build-report.ts'
import { afterApply, report, result } from '#test/builders/report.ts'

const outcome = (given: Partial<ReportInput>) => report(given).outcome
const thresholds = (given: Partial<ReportInput['thresholds']>) => ({
  thresholds: { failOn: 'high' as const, minCoverage: 80, strict: false, ...given },
})
const critical = result({ checkId: 's3-bucket-public' })
const high = result({ checkId: 'ec2-instance-imdsv2' })
const low = result({ checkId: 's3-bucket-mfa-delete' })
const pass = result({ checkId: 's3-bucket-versioning', verdict: 'pass' })
const unknownHigh = result({ checkId: 'ec2-default-sg-closed', verdict: 'unknown' })
const laterHigh = result({
  checkId: 'ec2-default-sg-closed',
  verdict: 'unknown',
  missing: [{ field: 'ingress', reasons: [afterApply()] }],
})
const later = [
  {
    checkId: laterHigh.checkId,
    severity: 'high' as const,
    location: 'eu-central-1',
    outOfSight: 1,
    counts: { pass: 0, fail: 0, unknown: 1, not_applicable: 0 },
  },
]

describe('gate', () => {
  it('is clean when everything passes', () => {
    expect(outcome({ results: [pass], ...thresholds({}) })).toMatchObject({
      exitCode: 0,
      sentence: 'All is well: 1 of 1 verdicts pass; coverage 100 %.',
    })
  })

  it('says that nothing was judged where nothing was', () => {
    expect(outcome({ results: [], ...thresholds({}) })).toMatchObject({
      exitCode: 0,
      sentence: 'Nothing was judged: none of these checks reads anything that is here.',
    })
  })

  it('breaks on findings at or above the threshold, and counts the others', () => {
    expect(outcome({ results: [critical, high, low, pass], ...thresholds({}) })).toEqual({
      exitCode: 1,
      failing: 2,
      below: 1,
      accepted: 0,
      inBaseline: 0,
      unknown: 0,
      sentence: '2 findings at or above high (1 critical, 1 high); 1 below high; coverage 100 %.',
    })
  })

  it('lets findings below the threshold pass, and says so', () => {
    expect(outcome({ results: [high, low], ...thresholds({ failOn: 'critical' }) })).toMatchObject({
      exitCode: 0,
      below: 2,
      sentence: 'No finding at or above critical breaks the gate; 2 below critical; coverage 100 %.',
    })
  })

  it('is not evaluated below the least coverage', () => {
    expect(outcome({ results: [unknownHigh, pass], ...thresholds({}) })).toMatchObject({
      exitCode: 3,
      sentence: 'Too little could be looked at: coverage is 50 %, and 80 % is asked for; 1 unknown.',
    })
  })

  it('says findings rather than not evaluated: a definite violation wins over an unknown', () => {
    expect(outcome({ results: [high, unknownHigh], ...thresholds({}) })).toMatchObject({
      exitCode: 1,
      sentence: '1 finding at or above high (1 high); 1 unknown; coverage 50 %, less than the 80 % asked for.',
    })
  })

  it('does not hold against coverage what nobody could know yet', () => {
    expect(outcome({ results: [laterHigh], counts: later, ...thresholds({}) })).toMatchObject({
      exitCode: 0,
      unknown: 1,
      sentence: 'No finding at or above high breaks the gate; 1 unknown; coverage 100 %.',
    })
  })

  it('breaks on an unknown at or above the threshold when it is strict', () => {
    const strict = thresholds({ strict: true })
    expect(outcome({ results: [laterHigh], counts: later, ...strict })).toMatchObject({
      exitCode: 3,
      sentence:
        '1 verdict is unknown at or above high, and a strict gate lets none of them pass; 1 unknown; coverage 100 %.',
    })
    const lower = { ...laterHigh, severity: 'medium' as const }
    expect(outcome({ results: [lower], counts: later, ...strict }).exitCode).toBe(0)
  })

  it('never passes what it could not read whole, and says what it found so far', () => {
    const incomplete = ['the plan ended in an error']
    expect(outcome({ results: [pass], incomplete, ...thresholds({}) })).toMatchObject({
      exitCode: 3,
      sentence: 'Not everything was there to be judged: the plan ended in an error; coverage 100 %.',
    })
    expect(outcome({ results: [high], incomplete, ...thresholds({}) })).toMatchObject({
      exitCode: 3,
      sentence:
        'Not everything was there to be judged: the plan ended in an error; so far 1 finding at or above high (1 high); coverage 100 %.',
    })
  })
})
