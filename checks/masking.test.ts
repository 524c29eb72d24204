import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Check } from '#core/check.ts'
import { all, defineCheck } from '#core/check.ts'
import { Field } from '#core/field.ts'
import { defineResource } from '#core/resource.ts'
import { flag } from '#core/schema.ts'
import { Truth } from '#core/truth.ts'
import { stored } from '#test/checks/generate.ts'
import { tryMask } from '#test/checks/masking.ts'
import { judgeIn, worldSchema, type World } from '#test/checks/world.ts'
import { CHECKS } from './registry.ts'

/** Tries worlds made from the check's schemas, hiding a third of each at random and then some more. */
function fuzz(check: Check, numRuns: number): void {
  const decisions = fc.infiniteStream(fc.nat(2).map((n) => n === 0))
  fc.assert(
    fc.property(stored(worldSchema(check)), decisions, decisions, (data, first, second) => {
      // A group's data is an object.
      const world = data as World
      const once = tryMask(check, world, { name: 'some', hide: () => first.next().value })
      expect(once.breach).toBeUndefined()
      // Seeing even less cannot teach anything either.
      expect(tryMask(check, once.masked, { name: 'some more', hide: () => second.next().value }).breach).toBeUndefined()
    }),
    { numRuns },
  )
}

const each = CHECKS.map((check) => [check.id, check] as const)

describe('the masking law', () => {
  it.each(each)('%s never answers about what it did not see', (_, check) => {
    fuzz(check, 300)
  })

  it.each(each)('%s is fuzzed with worlds that pass and with worlds that fail', (_, check) => {
    // Seeded, so that this depends on the schema and the hints alone.
    const worlds = fc.sample(stored(worldSchema(check)), { numRuns: 300, seed: 1 })
    const verdicts = worlds.map((world) => judgeIn(check, world as World).verdict)
    expect(verdicts).toEqual(expect.arrayContaining(['pass', 'fail']))
  })

  it.each(each)('%s is unknown when nothing was seen', (_, check) => {
    expect(judgeIn(check, {}).verdict).toBe('unknown')
  })

  it('catches a check that takes unknown for false', () => {
    const Box = defineResource({
      type: 'AWS::Test::Box',
      service: 'test',
      listed: 'region',
      operation: 'test:ListBoxes',
      fields: { locked: flag(), sealed: flag() },
    })
    const careless = defineCheck(Box, {
      id: 'test-box-careless',
      title: '',
      severity: 'low',
      why: '',
      fix: { console: '', cli: '', terraform: '' },
      aliases: [],
      references: [],
      failsWhen: (box) => {
        const locked = Field.read(box.locked)
        return all(box.sealed.is(false), Truth.known('value' in locked && !locked.value, []))
      },
    })
    expect(() => fuzz(careless, 400)).toThrow('Property failed')
  })
})
