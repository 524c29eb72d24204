import { describe, expect, it } from 'vitest'
import type { ReportInput } from './build-report.ts'
import { readBaseline, writeBaseline, type Baseline } from './baseline.ts'
import { AT, report, reportInput, result } from '#test/builders/report.ts'

const later = new Date('2027-01-01T00:00:00.000Z')

function baselineOf(input: Partial<ReportInput> = {}): Baseline {
  const read = readBaseline(writeBaseline(report(input).results, AT), 'baseline.json')
  if (!read.ok) throw new Error(read.fault)
  return read.value
}

describe('a baseline', () => {
  it('lets pass what it has, and only that', () => {
    const baseline = baselineOf()
    expect(report({ baseline }).outcome).toMatchObject({ exitCode: 0, failing: 0, inBaseline: 1 })
    const more = report({ baseline, results: [result(), result({ resource: { id: 'fresh' } })] })
    expect(more.outcome).toMatchObject({ exitCode: 1, failing: 1, inBaseline: 1 })
    expect(more.results.map(({ resource, countsAs }) => [resource?.id, countsAs])).toEqual([
      ['fresh', 'failing'],
      ['logs', 'inBaseline'],
    ])
  })

  it('keeps when a finding was first seen, and one line for each', () => {
    const first = writeBaseline(report({ results: [result({ resource: { id: 'b' } }), result()] }).results, AT)
    expect(first.split('\n').filter((line) => line.includes('fingerprint'))).toHaveLength(2)
    const read = readBaseline(first, 'baseline.json')
    const again = writeBaseline(
      report({ results: [result(), result({ resource: { id: 'c' } })] }).results,
      later,
      read.ok ? read.value : null,
    )
    expect(JSON.parse(again)).toMatchObject({
      version: 1,
      findings: [
        { resource: 'arn:aws:s3:::c', firstSeen: later.toISOString() },
        { resource: 'arn:aws:s3:::logs', firstSeen: AT.toISOString() },
      ],
    })
  })

  it('leaves out what a person accepted, so that it breaks the gate once the exception has expired', () => {
    const exceptions = [
      {
        checks: ['s3-bucket-public'],
        resources: null,
        regions: null,
        accounts: null,
        tags: {},
        reason: 'r',
        approvedBy: 'a',
        expiresAt: later,
        from: 'f',
      },
    ]
    const baseline = baselineOf({ exceptions })
    expect(report({ baseline, exceptions }).outcome).toMatchObject({ exitCode: 0, accepted: 1 })
    expect(report({ baseline, exceptions, at: later }).outcome).toMatchObject({ exitCode: 1, failing: 1 })
  })

  it('counts as fixed what is found no more', () => {
    const fixed = report({ baseline: baselineOf(), results: [result({ verdict: 'pass' })] }).fixed
    expect(fixed).toMatchObject([
      { checkId: 's3-bucket-public', severity: 'critical', resource: 'arn:aws:s3:::logs', why: 'fixed' },
    ])
  })

  it.each([
    ['is unknown this time', { results: [result({ verdict: 'unknown' })] }],
    ['is of a type that could not be listed', { results: [result({ verdict: 'unknown', resource: null })] }],
    ['is of a check that was not asked', { results: [], checks: [] }],
    [
      'is in a region that was not asked',
      { results: [], checks: reportInput().checks, scope: { accounts: null, regions: ['eu-west-1'] } },
    ],
    [
      'is in an account that was not asked',
      { results: [], checks: reportInput().checks, scope: { accounts: ['444455556666'], regions: null } },
    ],
  ])('does not call fixed what %s', (_, given) => {
    expect(report({ baseline: baselineOf(), ...given }).fixed).toEqual([])
  })

  it('says when a check is no more', () => {
    const fixed = report({ baseline: baselineOf(), results: [], catalogue: [] }).fixed
    expect(fixed).toMatchObject([{ why: 'check_removed' }])
  })
})

describe('a baseline file that is none', () => {
  it.each([
    ['', 'baseline.json is no baseline: it is empty.'],
    ['{', 'baseline.json is no baseline: it is not JSON.'],
    ['[]', 'baseline.json is no baseline: it does not say that it is one, with "version": 1.'],
    ['{"formatVersion": 1}', 'baseline.json is no baseline: it does not say that it is one, with "version": 1.'],
    [
      '{"version": 2, "findings": []}',
      'baseline.json is no baseline: it has version 2, which a newer Vedette wrote; this one reads version 1.',
    ],
    [
      '{"version": 1, "findings": [{}]}',
      'baseline.json is no baseline: at findings.0.fingerprint: Invalid input: expected string, received undefined.',
    ],
  ])('%s gets a sentence', (text, fault) => {
    expect(readBaseline(text, 'baseline.json')).toEqual({ ok: false, fault })
  })
})
