import * as fc from 'fast-check'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { describe, expect, it } from 'vitest'
import type { ReportInput } from '#core/build-report.ts'
import { denied, report, result } from '#test/builders/report.ts'
import { nastyResult, nastyText, render, UNSAFE } from '#test/reports/arbitrary.ts'
import { junit } from './junit.ts'
import { visible } from './visible.ts'

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

/** Reads XML strictly; throws where it is not well formed. */
function parse(text: string): Element {
  const parser = new SaxesParser()
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
    const element: Element = { name, attributes, children: [], text: '' }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('text', (piece) => {
    const element = open.at(-1)
    if (element !== undefined) element.text += piece
  })
  parser.on('closetag', () => void open.pop())
  parser.write(text).close()
  const [suites] = root.children
  if (suites === undefined) throw new Error('no root element')
  return suites
}

const suitesOf = (given: Partial<ReportInput>, results: 'findings' | 'all' = 'all') =>
  parse(render(junit, report(given), { results }))
const cases = (suites: Element) =>
  suites.children.flatMap((suite) =>
    suite.children.map(({ attributes, children }) => [
      suite.attributes['name'],
      attributes['name'],
      children[0]?.name ?? 'passed',
    ]),
  )

describe('junit', () => {
  it('has a suite per service, and fails only what breaks the gate', () => {
    const suites = suitesOf({
      results: [
        result(),
        result({ checkId: 's3-bucket-versioning' }),
        result({ checkId: 'iam-root-mfa', verdict: 'unknown', resource: { arn: null, id: 'account' } }),
        result({ verdict: 'pass', resource: { id: 'fine' } }),
      ],
      thresholds: { failOn: 'critical', minCoverage: 0, strict: false },
    })
    expect(cases(suites)).toEqual([
      ['iam', 'account', 'skipped'],
      ['s3', 'arn:aws:s3:::logs', 'failure'],
      ['s3', 'arn:aws:s3:::logs', 'skipped'],
      ['s3', 'arn:aws:s3:::fine', 'passed'],
      ['gate', 'AWS account 111122223333', 'system-out'],
    ])
    expect(suites.attributes).toMatchObject({ tests: '5', failures: '1', errors: '0', skipped: '2' })
  })

  it('says in a failure what was seen, why it matters and how to fix it', () => {
    const [failure] = suitesOf({ results: [result()] }).children[0]?.children[0]?.children ?? []
    expect(failure?.attributes).toEqual({ type: 'critical', message: 'acl[0].grantee = AllUsers' })
    expect(failure?.text).toContain('Anyone on the internet can read or change what the bucket holds.')
    expect(failure?.text).toContain('Terraform: aws_s3_bucket_public_access_block')
  })

  it('has an error where not enough could be judged, so that a run never looks passed', () => {
    const suites = suitesOf({
      results: [result({ verdict: 'unknown', missing: [{ field: 'policy', reasons: [denied()] }] })],
    })
    expect(cases(suites).at(-1)).toEqual(['gate', 'AWS account 111122223333', 'error'])
    expect(suites.attributes).toMatchObject({ tests: '2', errors: '1', skipped: '1' })
  })

  it('is never without a test, so that a clean run is not taken for none', () => {
    expect(cases(suitesOf({ results: [] }))).toEqual([['gate', 'AWS account 111122223333', 'system-out']])
  })

  it('stays well formed and counts right, whatever names and evidence hold', () => {
    fc.assert(
      fc.property(fc.array(nastyResult, { minLength: 1, maxLength: 4 }), nastyText, (results, subject) => {
        const text = render(junit, report({ results, subject }))
        expect(text).not.toMatch(UNSAFE)
        const suites = parse(text)
        const all = suites.children.flatMap(({ children }) => children)
        expect(suites.attributes['tests']).toBe(String(all.length))
        const names = all.map(({ attributes }) => attributes['name'])
        for (const { resource } of results) {
          expect(names).toContain(visible(resource?.address ?? resource?.arn ?? resource?.id ?? ''))
        }
        expect(names.at(-1)).toBe(visible(subject))
      }),
    )
  })
})
