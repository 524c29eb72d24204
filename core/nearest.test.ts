import { describe, expect, it } from 'vitest'
import { nearest, suggestion } from './nearest.ts'

describe('nearest', () => {
  it.each([
    ['hgh', 'high'],
    ['HIGH', 'high'],
    ['crtical', 'critical'],
    ['lwo', 'low'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, ['critical', 'high', 'low'])).toBe(meant)
  })

  it('guesses nothing where nothing is near', () => {
    expect(nearest('x', ['critical', 'high', 'low'])).toBeUndefined()
    expect(nearest('banana', ['critical', 'high', 'low'])).toBeUndefined()
    expect(suggestion('banana', [])).toBe('')
  })
})
