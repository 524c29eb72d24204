import { describe, expect, it } from 'vitest'
import { VERBS } from './registry.ts'
import { parseVerbArguments } from './parse.ts'

describe.each(VERBS)('$name', ({ name, summary, load }) => {
  it('is listed as it describes itself', async () => {
    expect(await load()).toMatchObject({ name, summary })
  })

  it('has examples whose commands it understands', async () => {
    const verb = await load()
    expect(verb.examples.length).toBeGreaterThan(0)
    for (const { command } of verb.examples) {
      const own = command
        .split('|')
        .map((part) => part.trim())
        .find((part) => part.startsWith('vedette '))
      expect(own, command).toBeDefined()
      const words = own?.split(' ').slice(1 + name.split(' ').length) ?? []
      expect(`vedette ${name} ${words.join(' ')}`.trim()).toBe(own)
      expect(() => parseVerbArguments(verb, words), command).not.toThrow()
    }
  })

  it('begins each text of an option with a capital letter and ends it without a full stop', async () => {
    const verb = await load()
    for (const { help } of Object.values(verb.options)) expect(help).toMatch(/^[A-Z].*[^.]$/s)
  })
})
