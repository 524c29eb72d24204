import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReportInput } from '#core/build-report.ts'
import { countsOf, report, result } from '#test/builders/report.ts'
import { nastyResult, nastyText, render, UNSAFE } from '#test/reports/arbitrary.ts'
import { markdown } from './markdown.ts'
import { codeSpan, markdownText } from './markdown-text.ts'

const pageOf = (given: Partial<ReportInput>, results: 'findings' | 'all' = 'findings') =>
  render(markdown, report(given), { results })

/**
 * Splits a line into code spans and what is outside of them, as CommonMark does: a run of backticks is closed by the
 * next run of the same length. Throws where one is left open.
 */
function spans(line: string): { readonly code: readonly string[]; readonly rest: string } {
  const code: string[] = []
  let rest = ''
  for (let at = 0; at < line.length;) {
    if (line[at] === '\\') {
      rest += line.slice(at, at + 2)
      at += 2
      continue
    }
    const fence = /^`+/.exec(line.slice(at))?.[0]
    if (fence === undefined) {
      rest += line[at++]
      continue
    }
    const from = at + fence.length
    const closing = [...line.slice(from).matchAll(/`+/g)].find(([run]) => run.length === fence.length)
    if (closing === undefined) throw new Error(`a code span is left open in ${line}`)
    const inside = line.slice(from, from + closing.index)
    code.push(/^ .* $/.test(inside) && inside.trim() !== '' ? inside.slice(1, -1) : inside)
    rest += '`'
    at = from + closing.index + fence.length
  }
  return { code, rest }
}

const outside = (page: string): string =>
  page
    .split('\n')
    .map((line) => spans(line).rest)
    .join('\n')

describe('markdown', () => {
  it('begins with what breaks the gate, each check with why, where and how to fix it', () => {
    const page = pageOf({
      results: [
        result({ checkId: 's3-bucket-versioning', resource: { id: 'old' } }),
        result({
          resource: { arn: null, address: 'aws_s3_bucket.logs' },
          source: { file: 'main.tf', startLine: 4, endLine: 9 },
        }),
      ],
      subject: 'plan.json',
    })
    expect(page).toContain('## ❌ Vedette: 1 finding to fix\n')
    expect(page).toContain(`### 🟣 critical: Buckets are closed to the public

\`s3-bucket-public\` Anyone on the internet can read or change what the bucket holds.

- \`aws_s3_bucket.logs\` in \`main.tf:4\`: \`acl[0].grantee = AllUsers\`

**Fix in Terraform:** \`aws_s3_bucket_public_access_block for the bucket, all four arguments true\`
`)
    expect(page.indexOf('aws_s3_bucket.logs')).toBeLessThan(page.indexOf('1 below the threshold'))
    expect(page).toMatch(/<details><summary>1 below the threshold<\/summary>\n\n- medium `s3-bucket-versioning`/)
  })

  it('fixes by CLI first what has no configuration', () => {
    expect(pageOf({})).toContain('**Fix by CLI:** `aws s3api put-public-access-block')
  })

  it.each([
    ['✅ Vedette: nothing to fix', { results: [result({ verdict: 'pass' })] }],
    ['⚠️ Vedette: could not be judged', { results: [result({ verdict: 'unknown' })] }],
  ])('begins with %s', (title, given) => {
    expect(pageOf(given)).toContain(`## ${title}\n`)
  })

  it('fits into a comment, says what was cut, and cuts what breaks the gate last', () => {
    const results = [
      ...Array.from({ length: 400 }, (_, index) => result({ resource: { id: `public-${index}` } })),
      ...Array.from({ length: 3000 }, (_, index) =>
        result({ checkId: 's3-bucket-versioning', resource: { id: `old-${index}` } }),
      ),
    ]
    const page = pageOf({ results })
    expect(page.length).toBeLessThanOrEqual(65_536)
    expect(page.match(/`public-/g)).toHaveLength(400)
    const listed = 400 + (page.match(/`old-/g)?.length ?? 0)
    expect(listed).toBeLessThan(3400)
    expect(page).toContain(
      `**Cut to the length of a comment:** ${listed} results are listed here, ${3400 - listed} are not.`,
    )
    expect(page.match(/<details>/g)?.length).toBe(page.match(/<\/details>/g)?.length)
  })

  it('fits into a comment, whatever stands in it', () => {
    const evidence = [{ field: 'policy', value: '`'.repeat(900), basis: 'observed' as const }]
    const results = Array.from({ length: 500 }, (_, index) =>
      result({ resource: { id: `${index}${'<>&'.repeat(300)}` }, evidence }),
    )
    const page = pageOf({
      results,
      subject: '@'.repeat(70_000),
      notices: Array.from({ length: 3000 }, () => 'Something to know.'),
    })
    expect(page.length).toBeLessThanOrEqual(65_536)
    expect(page).toContain('## ❌')
    expect(page).toContain('are not. Other formats have them all.')
  })

  it('keeps every text from outside in code, where nothing of it is markup, link or mention', () => {
    fc.assert(
      fc.property(fc.array(nastyResult, { minLength: 1, maxLength: 4 }), nastyText, (results, text) => {
        const counts = countsOf(results)
        const given = { results, counts, subject: text, notices: [text] }
        const page = pageOf(given, 'all')
        expect(page).not.toMatch(UNSAFE)
        // The same report of harmless texts is the same page but for what stands in code.
        const harmless = results.map((given, index) => ({
          ...given,
          location: given.location === null ? null : 'x',
          source: given.source === null ? null : { ...given.source, file: 'x' },
          resource: {
            ...given.resource,
            id: `${index}`,
            name: `${index}`,
            arn: null,
            address: (given.resource?.address ?? null) === null ? null : `${index}`,
            type: '',
            tags: {},
          },
          evidence: given.evidence.map((evidence) => ({ ...evidence, field: 'x', value: 'x' })),
          missing: given.missing.map((missing) => ({ ...missing, field: 'x' })),
        }))
        const skeleton = (page: string) => outside(page).split('\n').toSorted()
        expect(skeleton(page)).toEqual(
          skeleton(pageOf({ results: harmless, counts, subject: 'x', notices: ['x'] }, 'all')),
        )
      }),
    )
  })
})

describe('codeSpan', () => {
  it('holds any text, backticks included', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        const { code, rest } = spans(codeSpan(text))
        expect(rest).toBe('`')
        expect(code).toHaveLength(1)
      }),
    )
    expect(codeSpan('a`b')).toBe('``a`b``')
    expect(codeSpan('`')).toBe('`` ` ``')
  })
})

describe('markdownText', () => {
  it('is text: no emphasis, tag, link, mention or entity', () => {
    expect(markdownText('*a* <b> [c](d) @team &amp; ~e~ | https://f')).toBe(
      String.raw`\*a\* \<b\> \[c\](d) @` + '\u200B' + String.raw`team \&amp; \~e\~ \| https:` + '\u200B//f',
    )
  })
})
