import { describe, expect, it } from 'vitest'
import { defineVerb, operand, type Arguments, type Verb } from './command.ts'
import { choice, flag, integer, occurrences, text, texts } from './option.ts'
import { asksForHelp, parseVerbArguments } from './parse.ts'

const verb: Verb = defineVerb({
  name: 'look',
  summary: '',
  about: '',
  examples: [],
  operands: [
    operand('FILE', 'what to look at'),
    operand('SIDE', 'which', { isOptional: true, values: ['left', 'right'] }),
  ],
  options: {
    strict: flag({ help: '' }),
    failOn: choice(['high', 'low'], { placeholder: 'SEVERITY', help: '' }),
    minCoverage: integer({ placeholder: 'PERCENT', min: 0, max: 100, help: '' }),
    checks: texts({ placeholder: 'ID,…', help: '' }),
    output: occurrences({ short: 'o', placeholder: 'FORMAT', help: '' }),
    out: occurrences({ placeholder: 'FILE', help: '' }),
    config: text({ placeholder: 'FILE', help: '' }),
  },
  run: async () => 0,
})
const parse = (...args: string[]): Arguments => parseVerbArguments(verb, args)

describe('parseVerbArguments', () => {
  it('gives each option its value, and those left out their emptiness', () => {
    expect(parse('plan.json').options).toEqual({
      strict: false,
      failOn: null,
      minCoverage: null,
      checks: [],
      output: [],
      out: [],
      config: null,
    })
    expect(
      parse('plan.json', '--strict', '--fail-on=low', '--min-coverage', '90', '--config', 'a.yaml').options,
    ).toMatchObject({
      strict: true,
      failOn: 'low',
      minCoverage: 90,
      config: 'a.yaml',
    })
  })

  it('takes lists by commas and by repeating, and names each once', () => {
    expect(parse('p', '--checks', 'a, b', '--checks', 'c,a').options['checks']).toEqual(['a', 'b', 'c'])
  })

  it('lets the last of several win where there can be one', () => {
    expect(parse('p', '--fail-on', 'low', '--fail-on', 'high').options['failOn']).toBe('high')
  })

  it('knows in which order options stood', () => {
    const { options } = parse('p', '-o', 'json', '--out', 'x', '-otable')
    expect(options['output']).toEqual([
      { text: 'json', at: 1 },
      { text: 'table', at: 5 },
    ])
    expect(options['out']).toEqual([{ text: 'x', at: 3 }])
  })

  it('takes - as an operand and everything after -- as one', () => {
    expect(parse('-').operands).toEqual(['-'])
    expect(parse('--', '--strict').operands).toEqual(['--strict'])
    expect(asksForHelp(['--', '--help'])).toBe(false)
    expect(asksForHelp(['x', '-h'])).toBe(true)
  })

  it.each([
    [['p', '--fail-on', 'medium'], '--fail-on takes high or low, not "medium"'],
    [['p', '--min-coverage', '101'], '--min-coverage takes a whole number from 0 to 100, not "101"'],
    [['p', '--min-coverage', '8e1'], 'not "8e1"'],
    [['p', '--min-coverage='], 'not ""'],
    [['p', '--strict=no'], '--strict takes no value, and was given "no"'],
    [['p', '--config', '--strict'], '--strict looks like an option; write --config=--strict if you mean it'],
    [['p', '--config='], '--config takes FILE, not an empty text'],
    [['p', '--checks', 'a,,b'], 'one of them is empty'],
    [['p', '-x'], 'look has no option -x'],
    [['p', '--no-strict'], 'look has no option --no-strict: did you mean --strict?'],
    [[], 'look needs FILE: what to look at'],
    [['p', 'lfet'], 'SIDE is one of left, right, not "lfet": did you mean left?'],
    [['p', 'left', 'more'], 'look does not know what to do with "more"'],
  ])('refuses %j', (args, message) => {
    expect(() => parse(...args)).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(message) }),
    )
  })
})
