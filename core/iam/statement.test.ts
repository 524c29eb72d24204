import { describe, expect, it } from 'vitest'
import { unknown } from '../stored.ts'
import type { PolicyDocument } from './document.ts'
import { readStatements, unknownsIn } from './statement.ts'

const WHY = { kind: 'not_collected', detail: 'known after apply' } as const
const UNKNOWN = unknown(WHY)
const more = (...items: readonly unknown[]) => ({ $items: items, $incomplete: [WHY] })

/** The only statement of a document that has this one. */
function read(statement: object) {
  // Whatever is written here is read with suspicion.
  const [only] = readStatements({ Version: '2012-10-17', Statement: [statement] } as unknown as PolicyDocument)
  return only
}

describe('a half-known statement', () => {
  it.each([
    ['an unknown element', { Action: UNKNOWN }, { values: [UNKNOWN], more: null }],
    ['a list with an unknown member', { Action: ['s3:*', UNKNOWN] }, { values: ['s3:*', UNKNOWN], more: null }],
    ['a list that may go on', { Action: more('s3:*') }, { values: ['s3:*'], more: UNKNOWN }],
    ['a list of which no member is known', { Action: more() }, { values: [UNKNOWN], more: null }],
  ])('%s', (_, statement, action) => {
    expect(read(statement)?.action).toEqual({ negated: false, ...action })
  })

  it('of which nobody knows whether it is an element or its opposite is unknown, and says why', () => {
    expect(read({ Action: UNKNOWN, NotAction: UNKNOWN })?.action).toEqual(UNKNOWN)
    expect(read({ Action: 's3:*', NotAction: 's3:*' })?.action).toMatchObject({
      $unknown: [{ detail: 'a statement has both Action and NotAction' }],
    })
  })

  it.each([
    ['everybody and others', more('*'), [{ type: 'AWS', value: '*' }, UNKNOWN]],
    ['a type that is not known', more({ Service: 'a' }), [{ type: 'Service', value: 'a' }, UNKNOWN]],
    [
      'others of one type',
      { AWS: more('1') },
      [
        { type: 'AWS', value: '1' },
        { type: 'AWS', value: UNKNOWN },
      ],
    ],
    ['nobody that is known', UNKNOWN, [UNKNOWN]],
  ])('names %s', (_, principal, members) => {
    expect(read({ Principal: principal })?.principal).toEqual({ negated: false, members })
  })

  it.each([
    ['that may be none', UNKNOWN, [UNKNOWN]],
    ['and others', more({ Null: { 'aws:x': 'true' } }), [{ key: 'aws:x', values: ['true'] }, UNKNOWN]],
    ['on a key that is not known', { Null: more({ 'aws:x': 'true' }) }, [{ key: 'aws:x', values: ['true'] }, UNKNOWN]],
    [
      'with a value that is not known',
      { Null: { 'aws:x': more('true') } },
      [{ key: 'aws:x', values: ['true', UNKNOWN] }],
    ],
  ])('has a condition %s', (_, condition, conditions) => {
    expect(read({ Condition: condition })?.conditions).toMatchObject(conditions)
  })

  it('is followed by one of which nothing is known, where there may be more', () => {
    const document: unknown = { Statement: more({ Effect: 'Allow', Action: '*', Resource: '*', Principal: '*' }) }
    // Half-known documents have no type of their own.
    const statements = readStatements(document as PolicyDocument)
    expect(statements.map(({ effect }) => effect)).toEqual(['Allow', UNKNOWN])
    expect(unknownsIn(statements.slice(0, 1))).toEqual([])
    expect(unknownsIn(statements)).not.toEqual([])
  })
})
