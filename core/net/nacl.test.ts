import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { see } from '../field.ts'
import { group, list } from '../schema.ts'
import { unknown } from '../stored.ts'
import { Truth } from '../truth.ts'
import { naclOpens, type AclOpening } from './nacl.ts'
import { aclEntrySchema } from './rule.ts'

const WHY = { kind: 'not_collected' } as const
const MASK = unknown(WHY)
const world = group({ entries: list(aclEntrySchema()) })

const allow = (ruleNumber: unknown, over: Record<string, unknown> = {}) => ({
  ruleNumber,
  egress: false,
  action: 'allow',
  protocol: '-1',
  fromPort: null,
  toPort: null,
  cidrIpv4: '0.0.0.0/0',
  cidrIpv6: null,
  ...over,
})
const deny = (ruleNumber: unknown, over: Record<string, unknown> = {}) => allow(ruleNumber, { action: 'deny', ...over })
const ssh = { protocol: '6', fromPort: 22, toPort: 22 }
const v6 = { cidrIpv4: null, cidrIpv6: '::/0' }

function ask(entries: unknown, question: Partial<AclOpening> = {}) {
  return Truth.read(
    naclOpens(see(world, { entries }).entries, { family: 'ipv4', ports: ['22/tcp', '3389/tcp'], ...question }),
  )
}

describe('naclOpens', () => {
  it.each([
    ['nothing but the last deny', [deny(32767)], false],
    ['no entries', [], false],
    ['the default network ACL', [allow(100), deny(32767)], true],
    ['an earlier deny of one port', [deny(90, ssh), allow(100)], true],
    [
      'earlier denies of both ports',
      [deny(90, ssh), deny(91, { ...ssh, fromPort: 3389, toPort: 3389 }), allow(100)],
      false,
    ],
    ['a later deny', [allow(100, ssh), deny(200)], true],
    ['an earlier deny, listed later', [allow(100, ssh), deny(90)], false],
    [
      'an earlier deny in halves',
      [deny(1, { cidrIpv4: '0.0.0.0/1' }), deny(2, { cidrIpv4: '128.0.0.0/1' }), allow(3)],
      false,
    ],
    ['an earlier deny of one block', [deny(1, { cidrIpv4: '203.0.113.0/24' }), allow(3)], true],
    ['a deny of a block that was let in before', [allow(1, { cidrIpv4: '16.0.0.0/6' }), deny(2), allow(3)], true],
    ['a deny of the other transport', [deny(1, { ...ssh, protocol: '17' }), allow(2, ssh)], true],
    ['a deny of the other family', [deny(1, v6), allow(2, ssh)], true],
    ['another port', [allow(1, { ...ssh, fromPort: 443, toPort: 443 })], false],
    ['an office', [allow(1, { cidrIpv4: '203.0.113.0/24' })], false],
    ['what leaves', [allow(1, { egress: true })], false],
    ['halves in two entries', [allow(1, { cidrIpv4: '0.0.0.0/1' }), allow(2, { cidrIpv4: '128.0.0.0/1' })], true],
    ['an unknown action', [allow(1, { action: MASK })], 'unknown'],
    ['an unknown action after an allow', [allow(1), deny(2, { action: MASK })], true],
    ['an unknown action after a deny', [deny(1), allow(2, { action: MASK })], false],
    ['an unknown block denied first', [deny(1, { cidrIpv4: MASK }), allow(2)], 'unknown'],
    ['an unknown block denied last', [allow(1), deny(2, { cidrIpv4: MASK })], true],
    ['a deny of unknown number', [allow(10), deny(MASK)], 'unknown'],
    ['an allow of unknown number before no deny', [allow(MASK)], true],
    ['an unknown direction', [allow(1, { egress: MASK })], 'unknown'],
    ['an unknown entry on another port', [allow(1, { ...ssh, toPort: 21, fromPort: MASK })], false],
    ['a list that is not complete', { $items: [allow(1)], $incomplete: [WHY] }, 'unknown'],
  ])('%s', (_, entries, expected) => {
    expect(ask(entries).state).toBe(expected)
  })

  it('keeps the families and the directions apart', () => {
    expect(ask([allow(1, v6)], { family: 'ipv6' }).state).toBe(true)
    expect(ask([deny(1), allow(2, v6)], { family: 'ipv6' }).state).toBe(true)
    expect(ask([allow(1, { egress: true })], { direction: 'egress' }).state).toBe(true)
  })

  it('hiding a field or part of the list leaves the answer or makes it unknown; order in the list does not matter', () => {
    const entry = fc.record({
      ruleNumber: fc.nat(6),
      egress: fc.boolean(),
      action: fc.constantFrom('allow', 'deny'),
      protocol: fc.constantFrom('-1', '6', '17'),
      fromPort: fc.constantFrom(null, 22, 80),
      toPort: fc.constantFrom(null, 22, 3389),
      cidrIpv4: fc.constantFrom('0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '16.0.0.0/8', null),
      cidrIpv6: fc.constantFrom('::/0', null),
    })
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 5 }),
        fc.constantFrom('all' as const, ['22/tcp'] as const),
        fc.infiniteStream(fc.nat(4)),
        (entries, ports, dice) => {
          const hidden = entries.map((entry) =>
            Object.fromEntries(
              Object.entries(entry).map(([name, value]) => [name, dice.next().value === 0 ? MASK : value]),
            ),
          )
          const answer = ask(entries, { ports }).state
          expect(['unknown', answer]).toContain(ask(hidden, { ports }).state)
          expect(ask(entries.toReversed(), { ports }).state).toBe(answer)
        },
      ),
      { numRuns: 3000 },
    )
  })
})
