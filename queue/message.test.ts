import { assert, constantFrom, json, jsonValue, oneof, property, record, string, uuid } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage } from './message.ts'

const message = {
  jobId: '0b6f7c1e-6f2b-4a3c-9d53-3f2f8f6a1b01',
  scanId: '0b6f7c1e-6f2b-4a3c-9d53-3f2f8f6a1b02',
  targetId: '0b6f7c1e-6f2b-4a3c-9d53-3f2f8f6a1b03',
}
const body = (changes: object): string => JSON.stringify({ version: 1, ...message, ...changes })

describe('decodeMessage', () => {
  it('reads what was encoded', () => {
    expect(decodeMessage(encodeMessage(message))).toEqual({ kind: 'ok', message })
  })

  it.each(
    [
      ['', 'the body is not JSON'],
      ['{', 'the body is not JSON'],
      ['[]', 'the body is not an object'],
      ['null', 'the body is not an object'],
      ['{}', 'version absent is unknown: this program reads version 1'],
      [body({ version: 2 }), 'version 2 is unknown: this program reads version 1'],
      [body({ version: '1' }), 'version "1" is unknown: this program reads version 1'],
      [body({ priority: 1 }), 'the fields priority are unknown in version 1'],
      [body({ jobId: 'x' }), 'jobId is not a UUID'],
      [body({ scanId: undefined }), 'scanId is not a UUID'],
      [body({ targetId: 7 }), 'targetId is not a UUID'],
      ['x'.repeat(5000), 'the body has 5000 characters: it is not one of ours'],
    ].map(([text, reason]) => ({ text, reason })),
  )('refuses: $reason', ({ text = '', reason }) => {
    expect(decodeMessage(text)).toEqual({ kind: 'refused', reason })
  })

  it('never throws, whatever comes', () => {
    const fields = record({
      version: constantFrom(1, 2),
      jobId: jsonValue(),
      scanId: uuid(),
      extra: jsonValue(),
    })
    const bodies = oneof(
      string(),
      json(),
      fields.map((value) => JSON.stringify(value)),
    )
    assert(
      property(bodies, (text) => decodeMessage(text).kind === 'refused'),
      { numRuns: 10_000 },
    )
  })
})
