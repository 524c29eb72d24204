import { describe, expect, it } from 'vitest'
import { judged, readFixture, sourceOfFixture, verdictsOf } from '#test/terraform/fixture.ts'
import type { ReportResult } from '#core/report.ts'
import { Secrets } from './secrets.ts'

const CANARIES = /canary|FAKEACCESSKEYNOTREAL|fake-secret-not-real/

describe('a plan with secrets', () => {
  const plan = readFixture('secrets')

  it('is judged by them, and shows none: neither marked ones nor keys, nor those whose mark is lost', async () => {
    const view = await sourceOfFixture('secrets', plan)
    for (const judgement of [judged(plan), judged(plan, { source: view })]) {
      expect(verdictsOf(judgement, 's3-bucket-public')).toMatchObject({
        'aws_s3_bucket.new': 'fail',
        'aws_s3_bucket.around': 'fail',
      })
      expect(JSON.stringify(judgement)).toContain('(sensitive)')
      expect(JSON.stringify(judgement)).not.toMatch(CANARIES)
    }
    expect(verdictsOf(judged(plan, { source: view }), 's3-bucket-public')).toMatchObject({
      'aws_s3_bucket.encoded': 'fail',
      'module.inside.aws_s3_bucket.this': 'fail',
    })
  })

  it('has an ARN that the provider made out of a secret name, and gives none rather than half of it', () => {
    const own = judged(plan).results.filter(({ resource }) => resource?.address === 'aws_s3_bucket.named')
    expect(own.length).toBeGreaterThan(0)
    expect(new Set(own.map(({ resource }) => resource?.arn))).toEqual(new Set([null]))
  })
})

describe('hiding', () => {
  const secrets = new Secrets(readFixture('secrets'))
  const result = (more: Partial<ReportResult>): ReportResult => ({
    checkId: 'x',
    severity: 'low',
    verdict: 'fail',
    accountId: null,
    location: null,
    resource: null,
    evidence: [],
    missing: [],
    fingerprint: null,
    source: null,
    history: null,
    ...more,
  })
  const shown = (value: unknown): unknown =>
    secrets.hide(result({ evidence: [{ field: 'f', value, basis: 'configured' }] })).evidence[0]?.value

  it('finds a secret inside, in names, and cut off at the end', () => {
    expect(shown('arn:aws:s3:::canary-bucket-name/*')).toBe('(sensitive)')
    expect(shown({ a: [{ 'canary-tag': 1 }] })).toBe('(sensitive)')
    expect(shown('{"Principal":"canary-prin…')).toBe('(sensitive)')
    expect(shown(['secrets-new', 443, true])).toEqual(['secrets-new', 443, true])
  })

  it('finds it in reasons', () => {
    const missing = [{ field: 'f', reasons: [{ kind: 'unreadable', detail: 'canary-acl is no canned ACL' } as const] }]
    expect(secrets.hide(result({ missing })).missing).toEqual([
      { field: 'f', reasons: [{ kind: 'unreadable', detail: '(sensitive) is no canned ACL' }] },
    ])
  })
})
