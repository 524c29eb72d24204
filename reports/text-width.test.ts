import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutText, padText, textWidth, wrapText } from './text-width.ts'

const word = fc.string({ unit: 'grapheme', maxLength: 40 })
const text = fc
  .array(fc.oneof(word, fc.constantFrom(' ', '-', '日本語', '👩‍👩‍👧', 'e\u0301', 'arn:aws:s3:::x')), { maxLength: 8 })
  .map((parts) => parts.join(''))

describe('wrapText', () => {
  it('loses nothing but blanks, and no line is wider than it may be', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (text, width) => {
        const lines = wrapText(text, width)
        expect(lines.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })

  it.each([
    ['at blanks', 'one two three', 8, ['one two', 'three']],
    ['behind a sign that parts names', 'module.network.aws_vpc', 16, ['module.network.', 'aws_vpc']],
    ['before a capital', 'restrictPublicBuckets', 16, ['restrictPublic', 'Buckets']],
    ['anywhere, where there is no better place', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['not before a blank that follows', 'abcd efgh', 4, ['abcd', 'efgh']],
  ])('breaks %s', (_, text, width, lines) => {
    expect(wrapText(text, width)).toEqual(lines)
  })

  it('takes linear time', () => {
    const started = performance.now()
    wrapText('x'.repeat(200_000), 10)
    wrapText('日'.repeat(20_000), 10)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('cutText', () => {
  it('marks what it cuts, and stays within the width', () => {
    expect(cutText('abcdef', 4)).toBe('abc…')
    expect(cutText('abcdef', 4, '...')).toBe('a...')
    expect(cutText('日本語', 5)).toBe('日本…')
    expect(cutText('abc', 3)).toBe('abc')
  })
})

describe('padText', () => {
  it('counts columns, not characters', () => {
    expect(padText('日', 4)).toBe('日  ')
    expect(padText('e\u0301', 3, 'right')).toBe('  e\u0301')
  })
})
