import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReportInput } from '#core/build-report.ts'
import { report, result } from '#test/builders/report.ts'
import { nastyResult, render, UNSAFE } from '#test/reports/arbitrary.ts'
import { sarif } from './sarif.ts'

// The schema of SARIF 2.1.0 comes from a package of Microsoft's, who edit the standard. It is of draft 4, in words that
// later drafts know too.
const {
  $schema: _,
  id: __,
  ...schema
}: { $schema: string; id: string } = JSON.parse(
  readFileSync(
    createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'),
    'utf8',
  ),
)
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
formats.default(ajv)
const isValid = ajv.compile(schema)

interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
      readonly invocations: readonly [Readonly<Record<string, unknown>>]
      readonly results: readonly (Readonly<Record<string, unknown>> & {
        readonly ruleIndex: number
        readonly ruleId: string
      })[]
    },
  ]
}

function runOf(given: Partial<ReportInput>, results: 'findings' | 'all' = 'all'): Log['runs'][0] {
  const text = render(sarif, report(given), { results })
  expect(text).not.toMatch(UNSAFE)
  const log: Log = JSON.parse(text)
  expect(isValid(log), JSON.stringify(isValid.errors?.slice(0, 3))).toBe(true)
  return log.runs[0]
}

describe('sarif', () => {
  it('points at the lines where the resource is declared', () => {
    const run = runOf({
      results: [
        result({
          resource: { arn: null, address: 'module.web["a"].aws_s3_bucket.this[0]' },
          source: { file: 'modules/web site/main.tf', startLine: 4, endLine: 9 },
        }),
      ],
      file: 'plan.json',
    })
    expect(run.results[0]).toMatchObject({
      ruleId: 's3-bucket-public',
      kind: 'fail',
      level: 'error',
      message: { text: 'module.web["a"].aws_s3_bucket.this[0]: acl[0].grantee = AllUsers' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'modules/web%20site/main.tf' },
            region: { startLine: 4, endLine: 9 },
          },
          logicalLocations: [{ fullyQualifiedName: 'module.web["a"].aws_s3_bucket.this[0]', kind: 'resource' }],
        },
      ],
    })
  })

  it('points at the file that was read where lines are not known, and at the ARN where there is none', () => {
    const located = (file: string | null) => runOf({ results: [result()], file }).results[0]?.['locations']
    expect(located('plan.json')).toMatchObject([{ physicalLocation: { artifactLocation: { uri: 'plan.json' } } }])
    expect(located(null)).toEqual([
      { logicalLocations: [{ name: 'logs', fullyQualifiedName: 'arn:aws:s3:::logs', kind: 'resource' }] },
    ])
  })

  it('names each rule once, with help and a score, and results refer to it', () => {
    const { tool, results } = runOf({ results: [result(), result({ checkId: 'ec2-instance-imdsv2' })] })
    for (const { ruleIndex, ruleId } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
    expect(tool.driver.rules.find(({ id }) => id === 's3-bucket-public')).toMatchObject({
      name: 'S3BucketPublic',
      shortDescription: { text: 'Buckets are closed to the public' },
      properties: { 'security-severity': '9.5' },
    })
  })

  it('says open for unknown, and a level for failures only', () => {
    const { results } = runOf({
      results: [
        result({ verdict: 'unknown', resource: { id: 'u' } }),
        result({ verdict: 'pass', resource: { id: 'p' } }),
        result({ verdict: 'not_applicable', resource: { id: 'n' } }),
      ],
    })
    expect(results.map(({ kind, level }) => [kind, level])).toEqual([
      ['open', 'none'],
      ['pass', 'none'],
      ['notApplicable', 'none'],
    ])
  })

  it.each([
    ['Ada', 'external'],
    [null, 'inSource'],
  ])('suppresses what was accepted by %s as %s', (approvedBy, kind) => {
    const source = { file: 'main.tf', startLine: 2, endLine: 9 }
    const skips = [{ check: 's3-bucket-public', reason: 'a website', file: 'main.tf', line: 3, blockEnd: null }]
    const exceptions = [
      {
        checks: null,
        resources: ['arn:*'],
        regions: null,
        accounts: null,
        tags: {},
        reason: 'a website',
        approvedBy: 'Ada',
        expiresAt: null,
        from: '.vedette.yaml',
      },
    ]
    const { results } = runOf({ results: [result({ source })], ...(approvedBy === null ? { skips } : { exceptions }) })
    expect(results[0]?.['suppressions']).toEqual([{ kind, status: 'accepted', justification: 'a website' }])
  })

  it('tells new from known for every result, as soon as there is something to compare with', () => {
    const known = result({ resource: { id: 'known' }, history: 'unchanged' })
    const { results } = runOf({
      results: [known, result({ history: 'new' }), result({ verdict: 'pass', resource: { id: 'p' } })],
    })
    expect(results.map(({ baselineState }) => baselineState)).toEqual(['unchanged', 'new', 'unchanged'])
    expect(runOf({ results: [result()] }).results[0]).not.toHaveProperty('baselineState')
  })

  it('keeps fingerprints, so that an alert stays the same alert', () => {
    const { fingerprint } = result()
    expect(runOf({}).results[0]).toMatchObject({ partialFingerprints: { 'vedette/v1': fingerprint } })
  })

  it('says that the run itself failed where not enough could be judged', () => {
    const { invocations } = runOf({ results: [result({ verdict: 'unknown' })] })
    expect(invocations[0]).toMatchObject({
      executionSuccessful: false,
      exitCode: 3,
      toolExecutionNotifications: [
        { level: 'warning', message: { text: expect.stringContaining('denied s3:GetBucketPolicy') } },
      ],
    })
  })

  it('makes no link and no placeholder of what evidence holds', () => {
    const evidence = [{ field: 'x', value: '[click](http://evil) {0}', basis: 'observed' as const }]
    expect(runOf({ results: [result({ evidence })] }).results[0]).toMatchObject({
      message: { text: 'logs: x = [click] (http://evil) {{0}}' },
    })
  })

  it('stays valid under the schema, whatever names and evidence hold', () => {
    fc.assert(
      fc.property(fc.array(nastyResult, { minLength: 1, maxLength: 4 }), (results) => {
        const run = runOf({ results, file: results[0]?.resource?.id ?? null })
        expect(run.results).toHaveLength(results.length)
      }),
    )
  })
})
