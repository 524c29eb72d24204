import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asArn, literal, matches, pattern } from './pattern.ts'
import { matchesGroup, STRANGE, tellApart, type Group } from './tell-apart.ts'

/** Every text of up to six characters, of which one is nobody's. */
const TEXTS = ['a', 'B', ':', STRANGE].reduce<readonly string[]>(
  (texts) => [
    ...new Set(['', ...texts.flatMap((text) => ['a', 'B', ':', STRANGE].map((more) => text + more)), ...texts]),
  ],
  [''],
)

const one = fc.string({ unit: fc.constantFrom('a', 'a', 'B', 'b', ':', '*', '?'), maxLength: 4 })
const wanted = fc.oneof(
  one.map((text) => pattern(text)),
  one.map((text) => literal(text)),
)
const group: fc.Arbitrary<Group> = fc.record({ patterns: fc.array(wanted, { maxLength: 3 }), ignoreCase: fc.boolean() })
const wayOf = (groups: readonly Group[], text: string): string =>
  groups.map((group) => (matchesGroup(group, text) ? '1' : '0')).join('')

describe('tellApart', () => {
  it('finds every way in which groups of patterns match a text, and each once', () => {
    fc.assert(
      fc.property(
        fc.array(group, { maxLength: 4 }),
        fc.array(wanted, { minLength: 1, maxLength: 2 }),
        (groups, within) => {
          const found = tellApart(groups, within)
          const ways = found.map((text) => wayOf(groups, text))
          expect(new Set(ways).size).toBe(ways.length)
          for (const text of found) expect(within.some((form) => matches(form, text))).toBe(true)
          for (const text of TEXTS) {
            if (within.some((form) => matches(form, text))) expect(ways, text).toContain(wayOf(groups, text))
          }
        },
      ),
      { numRuns: 1000, seed: 1 },
    )
  })

  it('tells what a variable stands for from other strange values', () => {
    const own = [{ patterns: [literal(STRANGE)] }]
    expect(
      tellApart(own, [pattern('?')])
        .map((text) => wayOf(own, text))
        .sort(),
    ).toEqual(['0', '1'])
  })

  it('is quick about long lists and about patterns that overlap in thousands of ways', () => {
    const roles = Array.from({ length: 300 }, (_, index) =>
      literal(`arn:aws:iam::${100_000_000_000 + index}:role/${index}`),
    )
    expect(tellApart([{ patterns: roles }], [pattern('*')])).toHaveLength(2)
    const anywhere = Array.from({ length: 15 }, (_, index) => ({ patterns: [pattern(`*word${index};*`)] }))
    expect(tellApart(anywhere, [pattern('*')]).length).toBeGreaterThan(15)
  })
})

describe('patterns of ARNs', () => {
  it.each([
    ['arn:aws:iam::*:role/A', 'arn:aws:iam::1:role/A', true],
    ['arn:aws:iam::*:role/A', 'arn:aws:iam::1:x:role/A', false],
    ['arn:aws:*:1:role/A', 'arn:aws:iam::1:role/A', true],
    ['arn:*:iam::1:role/*', 'arn:aws:iam::1:role/a:b', true],
    ['arn:aws:sns:*:?:t', 'arn:aws:sns:eu-west-1:::t', false],
    ['*', 'arn:aws:iam::1:role/A', true],
  ])('%s and %s', (wanted, text, isMatch) => {
    expect(matches(asArn(pattern(wanted)), text)).toBe(isMatch)
  })
})
