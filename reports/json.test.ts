import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AT, report, result } from '#test/builders/report.ts'
import { nastyResult, render, UNSAFE } from '#test/reports/arbitrary.ts'
import { json } from './json.ts'
import { JsonReport } from './json-schema.ts'

const schema: object = JSON.parse(
  readFileSync(new URL('../docs/reference/report.schema.json', import.meta.url), 'utf8'),
)
const ajv = new Ajv2020({ strict: true, allErrors: true })
formats.default(ajv)
const isValid = ajv.compile(schema)

describe('json', () => {
  it('says of a result what, where, how bad and why', () => {
    const { results } = JsonReport.parse(JSON.parse(render(json, report({ results: [result()] }))))
    expect(results).toEqual([
      expect.objectContaining({
        check: 's3-bucket-public',
        status: 'fail',
        severity: 'critical',
        account: '111122223333',
        region: 'eu-central-1',
        resourceType: 'AWS::S3::Bucket',
        resource: 'arn:aws:s3:::logs',
        reason: 'acl[0].grantee = AllUsers',
        countsAs: 'failing',
      }),
    ])
  })

  it('gives the reason of an unknown for people and for programs', () => {
    const { results } = JsonReport.parse(
      JSON.parse(render(json, report({ results: [result({ verdict: 'unknown' })] }))),
    )
    expect(results[0]?.reason).toBe('policy: denied s3:GetBucketPolicy (explicit deny in service control policy)')
    expect(results[0]?.missing[0]?.reasons[0]).toMatchObject({ kind: 'denied', action: 's3:GetBucketPolicy' })
  })

  it('names the type of a listing that could not be made', () => {
    const unlisted = result({ verdict: 'unknown', resource: null })
    const { results } = JsonReport.parse(JSON.parse(render(json, report({ results: [unlisted] }))))
    expect(results[0]).toMatchObject({ resource: null, resourceType: 'AWS::S3::Bucket', fingerprint: null })
  })

  it('has findings only, unless all results are asked for', () => {
    const given = report({ results: [result(), result({ verdict: 'pass', resource: { id: 'fine' } })] })
    const count = (results: 'findings' | 'all') =>
      JsonReport.parse(JSON.parse(render(json, given, { results }))).results.length
    expect([count('findings'), count('all')]).toEqual([1, 2])
  })

  it('says who accepted a risk', () => {
    const exception = {
      checks: ['s3-bucket-public'],
      resources: null,
      regions: null,
      accounts: null,
      tags: {},
      reason: 'a website',
      approvedBy: 'Ada',
      expiresAt: new Date(AT.getTime() + 1),
      from: '.vedette.yaml',
    }
    const { results, outcome } = JsonReport.parse(JSON.parse(render(json, report({ exceptions: [exception] }))))
    expect(results[0]).toMatchObject({
      countsAs: 'accepted',
      accepted: {
        reason: 'a website',
        approvedBy: 'Ada',
        expiresAt: '2026-11-25T10:00:00.001Z',
        from: '.vedette.yaml',
      },
    })
    expect(outcome).toMatchObject({ exitCode: 0, failing: 0, accepted: 1 })
  })

  it('stays valid under the published schema, and loses nothing, whatever names and evidence hold', () => {
    fc.assert(
      fc.property(fc.array(nastyResult, { minLength: 1, maxLength: 4 }), (results) => {
        const given = report({ results, subject: results[0]?.resource?.name ?? '' })
        const text = render(json, given)
        expect(text).not.toMatch(UNSAFE)
        const parsed: { subject: string; results: { name: string; evidence: unknown[] }[] } = JSON.parse(text)
        expect(isValid(parsed), JSON.stringify(isValid.errors)).toBe(true)
        JsonReport.parse(parsed)
        expect(parsed.subject).toBe(given.subject)
        expect(parsed.results.map(({ name }) => name)).toEqual(given.results.map(({ resource }) => resource?.name))
        expect(parsed.results.map(({ evidence }) => evidence)).toEqual(
          JSON.parse(JSON.stringify(given.results.map(({ evidence }) => evidence))),
        )
      }),
    )
  })
})
