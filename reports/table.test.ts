import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterApply, denied, findCheck, report, result } from '#test/builders/report.ts'
import { nastyResult, nastyText, render, UNSAFE } from '#test/reports/arbitrary.ts'
import { table } from './table.ts'
import { tableLines } from './text-table.ts'
import { textWidth } from './text-width.ts'

const at = (width: number, colour = false) => ({ terminal: { width, colour, unicode: true } })
const plain = { width: Infinity, paintTitle: (text: string) => text }

describe('table', () => {
  it('shows findings, what could not be judged, the services, and the outcome in the last line', () => {
    const given = report({
      results: [
        result({ source: { file: 'main.tf', startLine: 4, endLine: 9 } }),
        result({
          verdict: 'unknown',
          resource: { id: 'new' },
          missing: [{ field: 'policy', reasons: [afterApply()] }],
        }),
        result({ verdict: 'pass', resource: { id: 'fine' } }),
      ],
      checks: [findCheck('s3-bucket-public'), findCheck('iam-root-mfa')],
      notExamined: [{ type: 'aws_lambda_function', resources: 4 }],
      notices: ['Something to know.'],
    })
    expect(render(table, given, { results: 'findings', ...at(100) })).toBe(`\
AWS account 111122223333 · eu-central-1 · 2026-11-25 10:00 UTC · Vedette 0.1.0

SEVERITY  CHECK             RESOURCE   WHY
critical  s3-bucket-public  logs       acl[0].grantee = AllUsers
                            main.tf:4

UNKNOWN  BECAUSE
      1  known after apply: aws_s3_bucket.new.policy

SERVICE  CHECKS  PASS  CRITICAL  UNKNOWN
s3            1     1         1        1
Nothing to judge in iam.

Not looked at, because no check reads them: aws_lambda_function 4.

Something to know.

1 finding at or above critical (1 critical); 1 unknown; coverage 0 %, less than the 80 % asked for.
`)
  })

  it('lists what is accepted or in the baseline among all results only', () => {
    const given = report({
      results: [result()],
      baseline: new Map([
        [
          result().fingerprint ?? '',
          { fingerprint: '', check: '', severity: 'low', account: null, region: null, resource: '', firstSeen: '' },
        ],
      ]),
    })
    expect(render(table, given, { results: 'findings' })).not.toContain('logs')
    expect(render(table, given, { results: 'all' })).toMatch(/logs +in the baseline/)
  })

  it('lists unknowns where they are why the gate did not pass, and only counts them elsewhere', () => {
    const results = [result({ verdict: 'unknown' }), result({ checkId: 's3-bucket-versioning', verdict: 'pass' })]
    const shown = (minCoverage: number) =>
      render(table, report({ results, thresholds: { failOn: 'high', minCoverage, strict: false } }), {
        results: 'findings',
      })
    expect(shown(80)).toMatch(/critical +s3-bucket-public +logs +unknown +policy: denied/)
    expect(shown(50)).not.toContain('logs')
  })

  it('names accounts and regions beside the resource where they differ', () => {
    const given = report({
      results: [result(), result({ accountId: '444455556666', location: null, resource: { id: 'b' } })],
    })
    expect(render(table, given)).toContain(`
SEVERITY  CHECK             RESOURCE                       WHY
critical  s3-bucket-public  logs                           acl[0].grantee = AllUsers
                            111122223333 eu-central-1
critical  s3-bucket-public  b                              acl[0].grantee = AllUsers
                            444455556666 region not known
`)
  })

  it('gives each value that decided a line, and counts those past the sixth', () => {
    const evidence = Array.from({ length: 9 }, (_, index) => ({
      field: `field${index}`,
      value: null,
      basis: 'aws_default' as const,
    }))
    const text = render(table, report({ results: [result({ evidence })] }))
    expect(text.match(/field\d = not set \(AWS default\)$/gm)).toHaveLength(6)
    expect(text).toMatch(/^ +and 3 more$/m)
  })

  it('colours nothing where there is no colour', () => {
    const given = report()
    expect(render(table, given, at(100))).not.toContain('\u001B')
    expect(render(table, given, at(100, true))).toContain('\u001B[1;35mcritical\u001B[0m')
  })

  it('never is wider than the terminal, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.array(nastyResult, { maxLength: 4 }), fc.integer({ min: 20, max: 200 }), (results, width) => {
        const text = render(
          table,
          report({ results, notices: results.map(({ resource }) => resource?.id ?? '') }),
          at(width),
        )
        // One grapheme may be wider than nothing: 1 column more where a wide one stands alone.
        for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('lets no escape sequence, line feed or direction mark through', () => {
    fc.assert(
      fc.property(fc.array(nastyResult, { minLength: 1, maxLength: 3 }), nastyText, (results, subject) => {
        const text = render(table, report({ results, subject }))
        expect(text).not.toMatch(UNSAFE)
      }),
    )
  })
})

describe('tableLines', () => {
  const columns = [{ title: 'A' }, { title: 'EMPTY' }, { title: 'B', align: 'right' as const }]

  it('leaves out columns that no row uses', () => {
    expect([
      ...tableLines(
        columns,
        [
          ['x', '', '1'],
          ['yy', '', '22'],
        ],
        plain,
      ),
    ]).toEqual(['A    B', 'x    1', 'yy  22'])
  })

  it('wraps the widest column first, at blanks and behind the signs that part names', () => {
    const rows = [['short', '', 'one two/three-four five']]
    expect([...tableLines([{ title: 'A' }, { title: '' }, { title: 'B' }], rows, { ...plain, width: 19 })]).toEqual([
      'A      B',
      'short  one',
      '       two/three-',
      '       four five',
    ])
  })

  it('gives up columns where not even the least widths fit', () => {
    const rows = [['first value', '', 'second value']]
    expect([...tableLines(columns, rows, { ...plain, width: 20 })]).toEqual(['A  first value', 'B  second value'])
  })

  it('counts wide characters as two columns and marks as none', () => {
    expect([
      ...tableLines(
        columns,
        [
          ['日本', '', '1'],
          ['e\u0301', '', '2'],
        ],
        plain,
      ),
    ]).toEqual(['A     B', '日本  1', 'e\u0301     2'])
  })
})

describe('denied', () => {
  it('is told with the action that would have to be allowed', () => {
    const given = report({
      results: [result({ verdict: 'unknown', missing: [{ field: 'policy', reasons: [denied()] }] })],
    })
    expect(render(table, given)).toContain('denied s3:GetBucketPolicy (explicit deny in service control policy)')
  })
})
