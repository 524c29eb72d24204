import { describe, expect, it } from 'vitest'
import { destinationsOf } from './output.ts'

/** `-o json --out a.json`, as the option table hands it over. */
function places(line: string): readonly string[] {
  const words = line.split(' ').filter((word) => word !== '')
  const given = (name: string) =>
    words.flatMap((word, at) => (word === name ? [{ text: words[at + 1] ?? '', at }] : []))
  return destinationsOf({ output: given('-o'), out: given('--out') }).map(
    ({ format, file }) => `${format.name}>${file ?? '-'}`,
  )
}

describe('destinationsOf', () => {
  it.each([
    ['', ['table>-']],
    ['-o json', ['json>-']],
    ['-o json --out a.json', ['json>a.json']],
    ['--out a.json -o json', ['json>a.json']],
    ['-o table -o json --out a.json', ['table>-', 'json>a.json']],
    ['-o json --out a.json -o table', ['json>a.json', 'table>-']],
    ['-o json --out a --out b.json', ['json>a', 'json>b.json']],
    ['--out a.json', ['json>a.json']],
    ['--out a.ocsf.json', ['ocsf>a.ocsf.json']],
    ['-o json --out -', ['json>-']],
    ['--out one.json --out two.txt', ['json>one.json', 'table>two.txt']],
    ['--out a.ocsf.json --out a.sarif', ['ocsf>a.ocsf.json', 'sarif>a.sarif']],
  ])('sends %j to %j', (line, expected) => {
    expect(places(line)).toEqual(expected)
  })

  it.each([
    ['-o json -o table', 'json and table would both go to standard output: give one of them --out FILE'],
    ['-o json --out a -o table --out a', 'two formats would go to a'],
    ['--out report', 'the name report does not say which format it is to have: put -o FORMAT before --out report'],
  ])('refuses %j', (line, message) => {
    expect(() => places(line)).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(message) }),
    )
  })
})
