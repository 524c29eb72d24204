import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALL, intersect, parseCidr, size, subtract, union, type Ranges } from './cidr.ts'
import { isInternet } from './internet.ts'

const set = (...cidrs: readonly string[]): Ranges =>
  union(
    ...cidrs.map((cidr) => {
      const parsed = parseCidr(cidr)
      if (parsed === undefined) throw new Error(`${cidr} is no block`)
      return [parsed.range]
    }),
  )

describe('parseCidr', () => {
  it.each([
    ['10.0.0.0/8', 'ipv4', 0x0a000000n, 0x0affffffn],
    ['10.1.2.3/8', 'ipv4', 0x0a000000n, 0x0affffffn],
    ['203.0.113.7', 'ipv4', 0xcb007107n, 0xcb007107n],
    ['0.0.0.0/0', 'ipv4', 0n, 0xffffffffn],
    ['::/0', 'ipv6', 0n, (1n << 128n) - 1n],
    ['2001:DB8::1', 'ipv6', 0x20010db8000000000000000000000001n, 0x20010db8000000000000000000000001n],
    ['::ffff:10.0.0.1/128', 'ipv6', 0xffff0a000001n, 0xffff0a000001n],
    ['1:2:3:4:5:6:7:8/128', 'ipv6', 0x00010002000300040005000600070008n, 0x00010002000300040005000600070008n],
  ] as const)('reads %s', (text, family, first, last) => {
    expect(parseCidr(text)).toEqual({ family, range: { first, last } })
  })

  it.each(['', 'all', '10.0.0', '10.0.0.256', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '::/129', '1::2::3'])(
    'refuses %j',
    (text) => {
      expect(parseCidr(text)).toBeUndefined()
    },
  )

  it.each(['1:2:3:4:5:6:7:8:9', '1:2:3', 'g::', '::10.0.0.300', '1:2:3:4:5:6:7:8::'])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseCidr(text)))
  })
})

describe('sets of addresses', () => {
  const ranges = fc
    .array(fc.tuple(fc.nat(60), fc.nat(12)), { maxLength: 5 })
    .map((pairs) => union(pairs.map(([first, length]) => ({ first: BigInt(first), last: BigInt(first + length) }))))
  const members = (of: Ranges): readonly number[] =>
    Array.from({ length: 80 }, (_, n) => n).filter((n) => of.some(({ first, last }) => first <= n && n <= last))

  it('unite, subtract and intersect as sets of numbers do', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const [inA, inB] = [new Set(members(a)), new Set(members(b))]
        expect(new Set(members(union(a, b)))).toEqual(inA.union(inB))
        expect(new Set(members(subtract(a, b)))).toEqual(inA.difference(inB))
        expect(new Set(members(intersect(a, b)))).toEqual(inA.intersection(inB))
        expect(size(a)).toBe(BigInt(inA.size))
      }),
    )
  })

  it('joins neighbours', () => {
    expect(set('0.0.0.0/1', '128.0.0.0/1')).toEqual(ALL.ipv4)
  })
})

describe('isInternet', () => {
  it.each([
    ['everything', set('0.0.0.0/0'), true],
    ['its halves', set('0.0.0.0/1', '128.0.0.0/1'), true],
    ['one half', set('0.0.0.0/1'), true],
    ['all but the private ranges', subtract(set('0.0.0.0/0'), set('10.0.0.0/8', '172.16.0.0/12')), true],
    ['all but one block', subtract(set('0.0.0.0/0'), set('203.0.113.0/24')), true],
    ['one organization', set('17.0.0.0/8'), false],
    ['broader than one organization', set('16.0.0.0/7'), true],
    ['private ranges', set('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'), false],
    ['multicast', set('224.0.0.0/3'), false],
    ['an office', set('203.0.113.0/24'), false],
    ['nothing', [], false],
  ])('IPv4: %s', (_, addresses, expected) => {
    expect(isInternet('ipv4', addresses)).toBe(expected)
  })

  it.each([
    ['everything', set('::/0'), true],
    ['all that is routed', set('2000::/3'), true],
    ['its halves', set('::/1', '8000::/1'), true],
    ['a registry', set('2600::/12'), true],
    ['one organization', set('2001:db8::/32'), false],
    ['unique local', set('fc00::/7'), false],
  ])('IPv6: %s', (_, addresses, expected) => {
    expect(isInternet('ipv6', addresses)).toBe(expected)
  })
})
