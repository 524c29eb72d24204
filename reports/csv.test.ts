import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { report, result } from '#test/builders/report.ts'
import { nastyResult, render, UNSAFE } from '#test/reports/arbitrary.ts'
import { csv } from './csv.ts'
import { visibleLines } from './visible.ts'

/** Reads CSV as RFC 4180 says. */
function parse(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (isQuoted) {
      if (character !== '"') cell += character
      else if (text[at + 1] === '"') cell += text[++at]
      else isQuoted = false
    } else if (character === '"' && cell === '') isQuoted = true
    else if (character === ',' || (character === '\r' && text[at + 1] === '\n')) {
      rows.at(-1)?.push(cell)
      cell = ''
      if (character === '\r') {
        rows.push([])
        at++
      }
    } else cell += character
  }
  expect(isQuoted).toBe(false)
  expect(rows.pop()).toEqual([])
  return rows
}

function column(text: string, name: string): readonly string[] {
  const [head, ...rows] = parse(text)
  const index = head?.indexOf(name) ?? -1
  expect(index).toBeGreaterThanOrEqual(0)
  return rows.map((row) => row[index] ?? '')
}

describe('csv', () => {
  it('has one row per result, and leaves empty what is not known', () => {
    const text = render(csv, report({ results: [result({ location: null }), result({ resource: { id: 'b' } })] }))
    expect(column(text, 'check')).toEqual(['s3-bucket-public', 's3-bucket-public'])
    expect(column(text, 'region').toSorted()).toEqual(['', 'eu-central-1'])
    expect(column(text, 'arn').toSorted()).toEqual(['arn:aws:s3:::b', 'arn:aws:s3:::logs'])
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '＝1', '\n=1'])('makes no formula of %j', (name) => {
    const [cell] = column(render(csv, report({ results: [result({ resource: { name } })] })), 'name')
    expect(cell).toBe(`'${visibleLines(name)}`)
    expect(cell).not.toMatch(/^\s*[=+\-@＝]/)
  })

  it('gives every text back, whatever it holds, but for what would start a formula or move a cursor', () => {
    fc.assert(
      fc.property(fc.array(nastyResult, { minLength: 1, maxLength: 4 }), (results) => {
        const given = report({ results })
        const text = render(csv, given)
        expect(text).not.toMatch(UNSAFE_BUT_RETURN)
        const rows = parse(text)
        expect(new Set(rows.map((row) => row.length))).toEqual(new Set([rows[0]?.length]))
        const expected = given.results.map(({ resource }) => visibleLines(resource?.name ?? ''))
        const cells = column(text, 'name')
        for (const [index, cell] of cells.entries()) {
          expect([expected[index], `'${expected[index]}`]).toContain(cell)
          expect(cell).not.toMatch(/^\s*[=+\-@]/)
        }
      }),
    )
  })
})

/** Rows end in carriage return and line feed. */
const UNSAFE_BUT_RETURN = new RegExp(
  UNSAFE.source.replace(String.raw`\u000B-\u001F`, String.raw`\u000B\u000C\u000E-\u001F`),
)
