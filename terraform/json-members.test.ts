import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { membersIn } from './json-members.ts'

function read(text: string): unknown {
  const members = membersIn(Buffer.from(text))
  if (members === undefined || members === 'too deep') return members
  return Object.fromEntries([...members.names].map((name) => [name, members.value(name)]))
}

describe('the members of JSON in text', () => {
  it('are what JSON.parse makes of them, however it is laid out', () => {
    const layouts = fc.constantFrom(undefined, 2, '\t')
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), layouts, (object, layout) => {
        const text = JSON.stringify(object, undefined, layout)
        expect(read(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('are those of the text behind a byte order mark; of two of one name, the last', () => {
    expect(read('\ufeff {"a": 1, "a": {"b": "}"}} \n')).toEqual({ a: { b: '}' } })
  })

  it.each([
    '',
    '[]',
    '"a"',
    '{',
    '{"a": 1',
    '{"a": 1}}',
    '{"a": 1} {"b": 2}',
    '{"a": 1,}',
    '{"a": "',
    '{"a" 1}',
    '{a: 1}',
    '{"a": 1: 2}',
    '{,}',
    '}{',
  ])('are none in %j', (text) => {
    expect(read(text)).toBeUndefined()
  })

  it('that are asked for are JSON, or an error that says so', () => {
    expect(() => read('{"a": [1 2]}')).toThrow(SyntaxError)
    const members = membersIn(Buffer.from('{"a": [1 2], "b": 3}'))
    expect(members !== undefined && members !== 'too deep' && members.value('b')).toBe(3)
  })

  it('may not be nested without end', () => {
    expect(read(`{"a": ${'['.repeat(300)}${']'.repeat(300)}}`)).toBe('too deep')
    expect(read(`{"a": "${'['.repeat(300)}"}`)).toEqual({ a: '['.repeat(300) })
  })
})
