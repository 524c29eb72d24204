import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Field, see } from '../field.ts'
import { group, list } from '../schema.ts'
import { isPartialList, isUnknown, unknown } from '../stored.ts'
import { Truth } from '../truth.ts'
import { isOpenToInternet, type Opening } from './open-to-internet.ts'
import { prefixListFields, ruleSchema } from './rule.ts'

const WHY = { kind: 'not_collected' } as const
const MASK = unknown(WHY)
const world = group({ rules: list(ruleSchema()), lists: list(group(prefixListFields())) })

const rule = (over: Record<string, unknown>) => ({
  protocol: 'tcp',
  fromPort: 22,
  toPort: 22,
  cidrIpv4: null,
  cidrIpv6: null,
  prefixListId: null,
  groupId: null,
  ...over,
})
const listOf = (prefixListId: unknown, ...cidrs: readonly unknown[]) => ({
  prefixListId,
  entries: cidrs.map((cidr) => ({ cidr })),
})

/** Those of an id, as a snapshot finds them: a list whose id is not known might be the one, so it leaves a gap. */
function byId(lists: unknown): NonNullable<Opening['prefixLists']> {
  return (id) => {
    const held = Field.read(id)
    if ('reasons' in held) return see(world, { lists: unknown(...held.reasons) }).lists
    const all: unknown = isPartialList(lists) ? lists.$items : lists
    if (!Array.isArray(all)) return see(world, { lists }).lists
    const idOf = (one: unknown): unknown => (isUnknown(one) ? one : (one as { prefixListId: unknown }).prefixListId) // a list
    const $items = all.filter((one) => idOf(one) === held.value)
    const isPartial = isPartialList(lists) || all.some((one) => isUnknown(idOf(one)))
    return see(world, { lists: isPartial ? { $items, $incomplete: [WHY] } : $items }).lists
  }
}

function ask(rules: unknown, question: Partial<Opening> = {}, lists: unknown = []) {
  const seen = see(world, { rules })
  return Truth.read(
    isOpenToInternet(seen.rules, {
      family: 'ipv4',
      ports: ['22/tcp', '3389/tcp'],
      prefixLists: byId(lists),
      ...question,
    }),
  )
}

describe('isOpenToInternet', () => {
  const world0 = { cidrIpv4: '0.0.0.0/0' }
  it.each([
    ['no rules', [], false],
    ['SSH from anywhere', [rule(world0)], true],
    ['RDP within a range', [rule({ ...world0, fromPort: 3000, toPort: 4000 })], true],
    ['another port', [rule({ ...world0, fromPort: 443, toPort: 443 })], false],
    ['an office', [rule({ cidrIpv4: '203.0.113.0/24' })], false],
    ['the other family', [rule({ cidrIpv6: '::/0' })], false],
    ['another group', [rule({ groupId: 'sg-1' })], false],
    ['two halves in two rules', [rule({ cidrIpv4: '0.0.0.0/1' }), rule({ cidrIpv4: '128.0.0.0/1' })], true],
    [
      'two ranges that meet on the port',
      [rule({ cidrIpv4: '16.0.0.0/8', toPort: 80 }), rule({ cidrIpv4: '18.0.0.0/8', fromPort: 1 })],
      true,
    ],
    [
      'two ranges on two ports',
      [rule({ cidrIpv4: '16.0.0.0/8' }), rule({ cidrIpv4: '18.0.0.0/8', fromPort: 3389, toPort: 3389 })],
      false,
    ],
    ['every protocol', [rule({ ...world0, protocol: '-1', fromPort: null, toPort: null })], true],
    ['every protocol, ports ignored', [rule({ ...world0, protocol: '-1', fromPort: 443, toPort: 443 })], true],
    ['protocol by number', [rule({ ...world0, protocol: '6' })], true],
    ['another transport', [rule({ ...world0, protocol: 'udp' })], false],
    ['ICMP', [rule({ ...world0, protocol: 'icmp', fromPort: -1, toPort: -1 })], false],
    ['a protocol without ports', [rule({ ...world0, protocol: '50', fromPort: null, toPort: null })], false],
    ['TCP without ports', [rule({ ...world0, fromPort: null, toPort: null })], true],
    ['host bits', [rule({ cidrIpv4: '203.0.113.7/0' })], true],
    ['an unknown block', [rule({ cidrIpv4: MASK })], 'unknown'],
    ['an unknown block on another port', [rule({ cidrIpv4: MASK, fromPort: 443, toPort: 443 })], false],
    ['an unknown block beside an open rule', [rule({ cidrIpv4: MASK }), rule(world0)], true],
    ['an unknown IPv6 block', [rule({ cidrIpv4: '10.0.0.0/8', cidrIpv6: MASK })], false],
    ['an unknown port from an office', [rule({ cidrIpv4: '203.0.113.0/24', fromPort: MASK })], false],
    ['an unknown port from anywhere', [rule({ ...world0, fromPort: MASK })], 'unknown'],
    ['an unknown port that is too low to matter', [rule({ ...world0, fromPort: MASK, toPort: 20 })], false],
    ['an unknown protocol from anywhere', [rule({ ...world0, protocol: MASK })], 'unknown'],
    ['something that is no block', [rule({ cidrIpv4: 'anywhere' })], 'unknown'],
    ['a list that is not complete', { $items: [], $incomplete: [WHY] }, 'unknown'],
    ['an open rule in a list that is not complete', { $items: [rule(world0)], $incomplete: [WHY] }, true],
    ['a list that nobody read', undefined, 'unknown'],
  ])('%s', (_, rules, expected) => {
    expect(ask(rules).state).toBe(expected)
  })

  it('reads UDP as it reads TCP', () => {
    const rdp = [rule({ protocol: 'udp', fromPort: 3389, toPort: 3389, cidrIpv4: '0.0.0.0/0' })]
    expect(ask(rdp, { ports: ['3389/udp'] }).state).toBe(true)
    expect(ask(rdp, { ports: ['3389/tcp'] }).state).toBe(false)
  })

  it('reads IPv6', () => {
    expect(ask([rule({ cidrIpv6: '::/0' })], { family: 'ipv6' }).state).toBe(true)
    expect(ask([rule({ cidrIpv4: '0.0.0.0/0' })], { family: 'ipv6' }).state).toBe(false)
    expect(ask([rule({ cidrIpv6: '2001:db8::/32' })], { family: 'ipv6' }).state).toBe(false)
  })

  const named = [rule({ prefixListId: 'pl-1' })]
  it.each([
    ['an open list', [listOf('pl-1', '0.0.0.0/1', '128.0.0.0/1')], true],
    ['an office', [listOf('pl-1', '203.0.113.0/24')], false],
    ['a list of the other family', [listOf('pl-1', '::/0')], false],
    ['a list that was not seen', [listOf('pl-2', '0.0.0.0/0')], 'unknown'],
    ['entries that were not seen', [{ prefixListId: 'pl-1', entries: MASK }], 'unknown'],
    ['a listing that is not complete', { $items: [listOf('pl-2', '203.0.113.0/24')], $incomplete: [WHY] }, 'unknown'],
    ['one whose id is not known', [{ prefixListId: MASK, entries: [{ cidr: '0.0.0.0/0' }] }], 'unknown'],
    // Ids are unique: what was not seen cannot be this one.
    ['an office seen in such a listing', { $items: [listOf('pl-1', '203.0.113.0/24')], $incomplete: [WHY] }, false],
    ['an open one seen in it', { $items: [listOf('pl-1', '0.0.0.0/0')], $incomplete: [WHY] }, true],
  ])('prefix lists: %s', (_, lists, expected) => {
    expect(ask(named, {}, lists).state).toBe(expected)
  })

  it('unites prefix lists with blocks', () => {
    const rules = [rule({ prefixListId: 'pl-1' }), rule({ cidrIpv4: '18.0.0.0/8' })]
    expect(ask(rules, {}, [listOf('pl-1', '16.0.0.0/8')]).state).toBe(true)
    expect(ask(rules.slice(0, 1), {}, [listOf('pl-1', '16.0.0.0/8')]).state).toBe(false)
  })

  it.each([
    ['every protocol', [rule({ ...world0, protocol: '-1' })], true],
    ['all of TCP', [rule({ ...world0, fromPort: 0, toPort: 65535 })], true],
    ['all usable ports of UDP', [rule({ ...world0, protocol: 'udp', fromPort: 1, toPort: 65535 })], true],
    [
      'all ports in pieces',
      [rule({ ...world0, fromPort: 0, toPort: 1023 }), rule({ ...world0, fromPort: 1024, toPort: 65535 })],
      true,
    ],
    [
      'all ports but one',
      [rule({ ...world0, fromPort: 0, toPort: 79 }), rule({ ...world0, fromPort: 81, toPort: 65535 })],
      false,
    ],
    ['all ports but one that is unknown', [rule({ ...world0, toPort: MASK, fromPort: 0 })], 'unknown'],
    ['one port', [rule(world0)], false],
  ])('all ports: %s', (_, rules, expected) => {
    expect(ask(rules, { ports: 'all' }).state).toBe(expected)
  })

  it('shows the one rule that is enough, and names what was in the way', () => {
    expect(ask([rule({ cidrIpv4: '10.0.0.0/8' }), rule(world0)]).evidence).toContainEqual({
      field: 'rules[1].cidrIpv4',
      value: '0.0.0.0/0',
      basis: 'observed',
    })
    expect(ask([rule({ cidrIpv4: MASK })]).missing).toEqual([{ field: 'rules[0].cidrIpv4', reasons: [WHY] }])
  })

  it('is heard while a check is recorded', () => {
    const heard = new Set<string>()
    const seen = see(world, undefined, { onRead: (path) => heard.add(path), probing: true })
    isOpenToInternet(seen.rules, { family: 'ipv4', ports: ['22/tcp'], prefixLists: () => seen.lists })
    // The id that lists are looked up by is heard by whoever looks them up.
    expect([...heard].sort()).toEqual([
      'lists',
      'lists[].entries',
      'lists[].entries[].cidr',
      'rules',
      'rules[].cidrIpv4',
      'rules[].fromPort',
      'rules[].prefixListId',
      'rules[].protocol',
      'rules[].toPort',
    ])
  })
})

describe('laws of isOpenToInternet', () => {
  const block = fc.constantFrom('0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/8', '16.0.0.0/8', '18.0.0.0/8', null)
  const port = fc.constantFrom(null, 0, 22, 80, 3389, 65_535)
  const rules = fc.array(
    fc.record({
      protocol: fc.constantFrom('tcp', 'udp', '-1', '6', 'icmp'),
      fromPort: port,
      toPort: port,
      cidrIpv4: block,
      cidrIpv6: fc.constantFrom('::/0', null),
      prefixListId: fc.constantFrom('pl-1', 'pl-2', null, null),
      groupId: fc.constant(null),
    }),
    { maxLength: 5 },
  )
  const lists = fc.array(
    fc.record({
      prefixListId: fc.constantFrom('pl-1', 'pl-2'),
      entries: fc.array(fc.record({ cidr: block.filter((cidr) => cidr !== null) }), { maxLength: 3 }),
    }),
    { maxLength: 2 },
  )
  const question = fc.record({
    ports: fc.constantFrom('all' as const, ['22/tcp'] as const, ['22/udp', '3389/tcp'] as const),
    family: fc.constantFrom('ipv4' as const, 'ipv6' as const),
  })

  it('hiding a field or part of a list leaves the answer or makes it unknown', () => {
    fc.assert(
      fc.property(rules, lists, question, fc.infiniteStream(fc.nat(4)), (rules, lists, question, dice) => {
        const hide = (value: unknown): unknown => {
          if (dice.next().value === 0) return MASK
          if (Array.isArray(value)) {
            const kept = value.filter(() => dice.next().value !== 0).map(hide)
            return kept.length < value.length || dice.next().value === 0 ? { $items: kept, $incomplete: [WHY] } : kept
          }
          if (typeof value !== 'object' || value === null) return value
          return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hide(inner)]))
        }
        const answer = ask(rules, question, lists).state
        expect(['unknown', answer]).toContain(ask(hide(rules), question, hide(lists)).state)
      }),
      { numRuns: 3000 },
    )
  })

  it('the order of rules does not matter, and another rule never closes', () => {
    fc.assert(
      fc.property(rules, lists, question, fc.nat(5), (rules, lists, question, at) => {
        const answer = ask(rules, question, lists).state
        expect(ask(rules.toReversed(), question, lists).state).toBe(answer)
        if (ask(rules.toSpliced(at, 1), question, lists).state === true) expect(answer).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
