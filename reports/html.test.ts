import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { parse, type DefaultTreeAdapterTypes } from 'parse5'
import { describe, expect, it } from 'vitest'
import type { ReportResult } from '#core/report.ts'
import { report, result } from '#test/builders/report.ts'
import { nastyResult, nastyText, render, UNSAFE } from '#test/reports/arbitrary.ts'
import { html } from './html.ts'
import { visible } from './visible.ts'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

function* walk(node: Node): Iterable<Element> {
  if ('tagName' in node) yield node
  if ('childNodes' in node) for (const child of node.childNodes) yield* walk(child)
}

function textOf(node: Node): string {
  if (node.nodeName === '#text' && 'value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : ''
}

const attributes = (element: Element) => Object.fromEntries(element.attrs.map(({ name, value }) => [name, value]))
const all = (page: string, tagName: string) => [...walk(parse(page))].filter((element) => element.tagName === tagName)
const only = (page: string, tagName: string): Element => {
  const [element, ...rest] = all(page, tagName)
  if (element === undefined || rest.length > 0) throw new Error(`${rest.length + 1} elements ${tagName}`)
  return element
}

describe('html', () => {
  it('shows what failed, why, and how to fix it, and opens what breaks the gate', () => {
    const page = render(html, report({ results: [result(), result({ checkId: 's3-bucket-versioning' })] }))
    const groups = all(page, 'details').map((element) => [
      attributes(element)['data-check'],
      'open' in attributes(element),
    ])
    expect(groups).toEqual([
      ['s3-bucket-public', true],
      ['s3-bucket-versioning', false],
    ])
    const text = textOf(parse(page))
    expect(text).toContain('1 finding to fix')
    expect(text).toContain('Anyone on the internet can read or change what the bucket holds.')
    expect(text).toContain('acl[0].grantee = AllUsers')
    expect(text).toContain('aws_s3_bucket_public_access_block')
  })

  it('allows its own style and script by their hashes, and nothing else', () => {
    const page = render(html, report())
    const hash = (tagName: string) =>
      createHash('sha256')
        .update(textOf(only(page, tagName)))
        .digest('base64')
    const policy = all(page, 'meta')
      .map(attributes)
      .find((meta) => meta['http-equiv'] === 'Content-Security-Policy')
    expect(policy?.['content']).toBe(
      `default-src 'none'; style-src 'sha256-${hash('style')}'; script-src 'sha256-${hash('script')}'; base-uri 'none'; form-action 'none'`,
    )
  })

  it('asks nothing of the network, and has no style or script in attributes, which its policy would refuse', () => {
    for (const element of walk(parse(render(html, report())))) {
      expect(element.tagName).not.toMatch(/^(img|link|iframe|object|embed|base|audio|video|source)$/)
      for (const { name } of element.attrs) expect(name).not.toMatch(/^(src|srcset|style|on.*|background|poster)$/)
    }
  })

  it('can be read by a screen reader: a language, a title, one first heading, names for fields, heads for columns', () => {
    const page = render(html, report())
    expect(attributes(only(page, 'html'))['lang']).toBe('en')
    expect(textOf(only(page, 'title'))).toBe('1 finding to fix: AWS account 111122223333')
    expect(all(page, 'h1')).toHaveLength(1)
    const labels = all(page, 'label').map((label) => attributes(label)['for'])
    for (const field of [...all(page, 'select'), ...all(page, 'input')]) {
      const { id, type } = attributes(field)
      // A checkbox stands inside its label.
      if (type === 'checkbox') expect(field.parentNode?.nodeName).toBe('label')
      else expect(labels).toContain(id)
    }
    for (const head of all(page, 'th')) expect(attributes(head)['scope']).toBe('col')
  })

  it('has no errors in its markup', () => {
    const errors: string[] = []
    const given = report({
      results: [result(), result({ verdict: 'unknown', resource: { id: 'u' } })],
      notices: ['n'],
      notExamined: [{ type: 't', resources: 1 }],
      fixed: [{ checkId: 'c', severity: 'low', resource: 'r', fingerprint: 'f', why: 'fixed' }],
    })
    parse(render(html, given), { onParseError: ({ code }) => void errors.push(code), sourceCodeLocationInfo: true })
    expect(errors).toEqual([])
  })

  it('keeps every text from outside as text, whatever it holds', () => {
    const shape = (page: string) =>
      [...walk(parse(page))].map(({ tagName, attrs }) => [tagName, ...attrs.map(({ name }) => name)].join(' '))
    fc.assert(
      fc.property(fc.array(nastyResult, { minLength: 1, maxLength: 3 }), nastyText, (results, text) => {
        const given = report({ results, subject: text, notices: [text] })
        const page = render(html, given)
        expect(page).not.toMatch(UNSAFE)
        expect(textOf(only(page, 'h1'))).toBe(visible(text))
        const read = textOf(parse(page))
        for (const { resource, missing, evidence } of results) {
          expect(read).toContain(visible(resource?.address ?? resource?.name ?? ''))
          for (const { field } of [...missing, ...evidence]) expect(read).toContain(visible(field))
        }
        const known = new Set(shape(render(html, report({ results: plain(results), subject: 'x', notices: ['x'] }))))
        for (const element of shape(page))
          expect([
            ...known,
            'br',
            'code',
            'code class',
            'span',
            'span class',
            'tr',
            'td',
            'td class',
            'ul',
            'li',
          ]).toContain(element)
      }),
      { numRuns: 40 },
    )
  })

  it('shows all results under the gate that they meet', () => {
    const results = [
      result({ verdict: 'pass', resource: { id: 'p' } }),
      result({ verdict: 'unknown', resource: { id: 'u' } }),
      result({ verdict: 'not_applicable', resource: { id: 'n' } }),
      result(),
    ]
    const titles = (kind: 'findings' | 'all') =>
      all(render(html, report({ results }), { results: kind }), 'h2')
        .map(textOf)
        .slice(0, kind === 'all' ? 4 : 1)
    expect(titles('all')).toEqual(['Breaks the gate 1', 'Unknown 1', 'Passed 1', 'Not applicable 1'])
    expect(titles('findings')).toEqual(['Breaks the gate 1'])
  })

  it('says so where there is no finding', () => {
    const main = only(render(html, report({ results: [] }), { results: 'findings' }), 'main')
    expect(textOf(main).trim()).toBe('No findings.')
  })
})

/** The same results with harmless texts. */
function plain(results: readonly ReportResult[]): readonly ReportResult[] {
  return results.map((given, index) => ({
    ...given,
    location: 'x',
    source: given.source === null ? null : { ...given.source, file: 'x' },
    resource: given.resource === null ? null : { ...given.resource, id: `${index}`, name: `${index}` },
    evidence: given.evidence.map((evidence) => ({ ...evidence, field: 'x', value: 'x' })),
  }))
}
