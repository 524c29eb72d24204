import { describe, expect, it } from 'vitest'
import { styleOf, terminalFor } from './terminal.ts'

const screen = { isTTY: true, columns: 120 }

describe('a terminal', () => {
  it('is coloured, and as wide as it says', () => {
    expect(terminalFor(screen, { LANG: 'en_GB.UTF-8' })).toEqual({ width: 120, colour: true, unicode: true })
  })

  it.each([
    ['a pipe', {}, {}],
    ['NO_COLOR, whatever it holds', screen, { NO_COLOR: '0' }],
    ['a dumb terminal', screen, { TERM: 'dumb' }],
  ])('has no colour on %s', (_, stream, environment) => {
    expect(terminalFor(stream, environment).colour).toBe(false)
  })

  it('has colour where NO_COLOR is empty, as no-color.org says', () => {
    expect(terminalFor(screen, { NO_COLOR: '' }).colour).toBe(true)
  })

  it('does not bound what goes into a pipe, unless COLUMNS does', () => {
    expect(terminalFor({}, {}).width).toBe(Infinity)
    expect(terminalFor({}, { COLUMNS: '70' }).width).toBe(70)
    expect(terminalFor(screen, { COLUMNS: 'wide' }).width).toBe(120)
  })

  it.each([
    ['de_DE.UTF-8', true],
    ['C', false],
    ['POSIX', false],
    [undefined, true],
  ])('knows by the locale %s whether it shows more than ASCII', (LANG, unicode) => {
    expect(terminalFor(screen, { LANG }).unicode).toBe(unicode)
  })
})

describe('a style', () => {
  it('adds nothing to text where there is no colour', () => {
    expect(styleOf({ colour: false }).of.critical('critical')).toBe('critical')
    expect(styleOf({ colour: true }).bold('')).toBe('')
  })
})
