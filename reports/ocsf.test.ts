import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ReportInput } from '#core/build-report.ts'
import { report, result } from '#test/builders/report.ts'
import { nastyResult, render, UNSAFE } from '#test/reports/arbitrary.ts'
import { ComplianceFinding } from '#test/reports/ocsf-model.ts'
import { ocsf } from './ocsf.ts'

function eventsOf(given: Partial<ReportInput>, results: 'findings' | 'all' = 'all') {
  const text = render(ocsf, report(given), { results })
  expect(text).not.toMatch(UNSAFE)
  return z.array(ComplianceFinding).parse(JSON.parse(text))
}

describe('ocsf', () => {
  it('says of a failure what failed, where, and which requirements ask for it', () => {
    const [event] = eventsOf({ results: [result({ checkId: 'ec2-instance-imdsv2', history: 'new' })] })
    expect(event).toMatchObject({
      activity_name: 'Create',
      severity: 'High',
      status: 'New',
      cloud: { provider: 'AWS', region: 'eu-central-1', account: { uid: '111122223333' } },
      compliance: {
        control: 'ec2-instance-imdsv2',
        status: 'Fail',
        standards: ['CIS AWS Foundations Benchmark 3.0', 'CIS AWS Foundations Benchmark 5.0'],
        requirements: ['CIS AWS Foundations Benchmark 3.0 5.6', 'CIS AWS Foundations Benchmark 5.0 5.7'],
      },
      resources: [{ uid: 'arn:aws:s3:::logs', cloud_partition: 'aws' }],
    })
  })

  it.each([
    ['pass', 'Pass'],
    ['unknown', 'Warning'],
    ['not_applicable', 'Not Applicable'],
  ] as const)('says %s as %s', (verdict, status) => {
    expect(eventsOf({ results: [result({ verdict })] })[0]?.compliance).toMatchObject({ status })
  })

  it('updates what was known, suppresses what was accepted, and closes what is gone under the same uid', () => {
    const known = result({ resource: { id: 'known' }, history: 'unchanged' })
    const accepted = result({ resource: { id: 'accepted' } })
    const gone = result({ resource: { id: 'gone' } })
    const events = eventsOf({
      results: [known, accepted],
      exceptions: [
        {
          checks: null,
          resources: ['*:accepted'],
          regions: null,
          accounts: null,
          tags: {},
          reason: 'a website',
          approvedBy: 'Ada',
          expiresAt: null,
          from: '.vedette.yaml',
        },
      ],
      fixed: [
        {
          checkId: 's3-bucket-public',
          severity: 'critical',
          resource: 'gone',
          fingerprint: gone.fingerprint ?? '',
          why: 'fixed',
        },
      ],
    })
    expect(
      events.map(({ finding_info: { uid }, ...event }) => [uid, event.activity_name, event.status, event.comment]),
    ).toEqual([
      [known.fingerprint, 'Update', undefined, undefined],
      [accepted.fingerprint, 'Create', 'Suppressed', 'a website'],
      [gone.fingerprint, 'Close', 'Resolved', undefined],
    ])
  })

  it('is an empty list where there is nothing to say', () => {
    expect(eventsOf({ results: [] })).toEqual([])
  })

  it('leaves out what is not known rather than guess', () => {
    const [event] = eventsOf({ results: [result({ accountId: null, location: null, resource: { arn: null } })] })
    expect(event?.cloud).toEqual({ provider: 'AWS' })
    expect(event?.resources[0]).not.toHaveProperty('cloud_partition')
  })

  it('stays a Compliance Finding, whatever names and evidence hold', () => {
    fc.assert(
      fc.property(fc.array(nastyResult, { minLength: 1, maxLength: 4 }), (results) => {
        const events = eventsOf({ results })
        expect(events.map(({ resources }) => resources[0]?.name)).toEqual(
          expect.arrayContaining(results.map(({ resource }) => resource?.name)),
        )
      }),
    )
  })
})
