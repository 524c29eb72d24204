import { describe, expect, test } from 'vitest'
import { FailureError, failureOf } from './failure.ts'

const read = (error: unknown) => failureOf(error, 's3:GetBucketPolicy', () => 's3:GetBucketPolicy')
const error = (message: string, more: object = {}) => Object.assign(new Error(message), more)

describe('what an error says of itself', () => {
  test('the wire’s code before the class, the status and the request id', () => {
    const thrown = error('no', {
      name: 'NoSuchBucketException',
      Code: 'NoSuchBucket',
      $metadata: { httpStatusCode: 404, requestId: 'r-1' },
    })
    expect(read(thrown)).toEqual({
      category: 'resource_gone',
      operation: 's3:GetBucketPolicy',
      code: 'NoSuchBucket',
      message: 'no',
      httpStatus: 404,
      requestId: 'r-1',
      reason: { kind: 'gone', operation: 's3:GetBucketPolicy' },
    })
  })

  test('a system error by its own code, a time limit by its name', () => {
    expect(read(error('getaddrinfo EAI_AGAIN sts', { code: 'EAI_AGAIN' }))).toMatchObject({
      category: 'transient',
      code: 'EAI_AGAIN',
    })
    expect(read(error('getaddrinfo ENOTFOUND sts', { code: 'ENOTFOUND' })).category).toBe('unclassified')
    expect(read(error('too slow', { name: 'TimeoutError' })).category).toBe('transient')
    expect(read(new AggregateError([], 'all addresses')).category).toBe('unclassified')
    expect(read(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })).category).toBe('transient')
  })

  test('an answer that the SDK could not read, without its advice to programmers', () => {
    const message =
      '@aws-sdk XML parse error: unexpected content.\n  Deserialization error: to see the raw response, inspect …'
    expect(read(error(message, { $metadata: { httpStatusCode: 200 } }))).toMatchObject({
      category: 'malformed',
      message: '@aws-sdk XML parse error: unexpected content.',
    })
    expect(read(new SyntaxError('Unexpected token <')).category).toBe('malformed')
    expect(read(new TypeError('Invalid time value')).category).toBe('malformed')
  })

  test.each([['a string'], [undefined], [null], [42], [{}], [{ $metadata: 'no', Error: 3, name: 7 }]])(
    'anything that is thrown: %j',
    (thrown) => expect(read(thrown)).toMatchObject({ category: 'unclassified', reason: { kind: 'fault' } }),
  )

  test('messages are bounded', () => {
    const failure = read(error('x'.repeat(100_000), { name: 'Odd' }))
    expect(failure.message).toHaveLength(500)
    expect(failure.reason).toMatchObject({ kind: 'fault', detail: expect.stringMatching(/^Odd: x+…$/) })
    expect(JSON.stringify(failure).length).toBeLessThan(1_200)
  })
})

test('a denial without an action gets the one of the operation', () => {
  expect(read(error('Access Denied', { name: 'AccessDenied' })).reason).toEqual({
    kind: 'denied',
    operation: 's3:GetBucketPolicy',
    action: 's3:GetBucketPolicy',
    by: 'unnamed',
    explicit: false,
  })
})

test('a failure that had to be thrown arrives as it was, also wrapped', () => {
  const failure = read(error('no', { name: 'AccessDenied' }))
  expect(read(new FailureError(failure))).toBe(failure)
  expect(read(new Error('credentials', { cause: new FailureError(failure) }))).toBe(failure)
})
