/** IPv4 and IPv6 are two address spaces; nothing here mixes them. */
export type Family = 'ipv4' | 'ipv6'

/** A block of addresses, first and last included. */
export interface Range {
  readonly first: bigint
  readonly last: bigint
}

/** A set of addresses of one family: ranges in order, apart from each other. Only the functions of this file make one. */
export type Ranges = readonly Range[]

const BITS = { ipv4: 32, ipv6: 128 } as const

/** Every address of the family: `0.0.0.0/0` or `::/0`. */
export const ALL: Readonly<Record<Family, Ranges>> = {
  ipv4: [{ first: 0n, last: (1n << 32n) - 1n }],
  ipv6: [{ first: 0n, last: (1n << 128n) - 1n }],
}

/**
 * Reads a CIDR block, or an address alone as a block of one; host bits are cleared, as AWS does. Undefined when it is
 * neither. Notation: RFC 4632 (IPv4), RFC 4291 section 2.2 (IPv6).
 */
export function parseCidr(text: string): { readonly family: Family; readonly range: Range } | undefined {
  const [address = '', length, ...rest] = text.trim().split('/')
  if (rest.length > 0) return undefined
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  const value = family === 'ipv6' ? parseIpv6(address) : parseIpv4(address)
  if (value === undefined) return undefined
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined
  const prefix = length === undefined ? BITS[family] : Number(length)
  if (prefix > BITS[family]) return undefined
  const host = BigInt(BITS[family] - prefix)
  const first = (value >> host) << host
  return { family, range: { first, last: first + (1n << host) - 1n } }
}

/** The addresses of any of the sets. */
export function union(...sets: readonly Ranges[]): Ranges {
  const sorted = sets.flat().sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const merged: Range[] = []
  for (const range of sorted) {
    const before = merged.at(-1)
    if (before === undefined || range.first > before.last + 1n) merged.push(range)
    else if (range.last > before.last) merged[merged.length - 1] = { first: before.first, last: range.last }
  }
  return merged
}

/** The addresses of `from` that are not in `removed`. */
export function subtract(from: Ranges, removed: Ranges): Ranges {
  let left: readonly Range[] = from
  for (const hole of removed) {
    left = left.flatMap((range) => {
      if (hole.last < range.first || hole.first > range.last) return [range]
      return [
        ...(range.first < hole.first ? [{ first: range.first, last: hole.first - 1n }] : []),
        ...(range.last > hole.last ? [{ first: hole.last + 1n, last: range.last }] : []),
      ]
    })
  }
  return left
}

/** The addresses of both sets. */
export function intersect(a: Ranges, b: Ranges): Ranges {
  return subtract(a, subtract(a, b))
}

/** `from` in parts that each of the sets holds wholly or not at all. */
export function apart(from: Ranges, sets: readonly Ranges[]): readonly Ranges[] {
  let parts: readonly Ranges[] = [from]
  for (const set of sets) {
    parts = parts.flatMap((part) => [intersect(part, set), subtract(part, set)]).filter((part) => part.length > 0)
  }
  return parts
}

/** An address as text. */
export function textOf(family: Family, address: bigint): string {
  if (family === 'ipv4') return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 0xffn)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => (address >> BigInt(112 - 16 * index)) & 0xffffn)
  return groups.map((group) => group.toString(16)).join(':')
}

/** How many addresses. */
export function size(set: Ranges): bigint {
  return set.reduce((sum, { first, last }) => sum + last - first + 1n, 0n)
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

function parseIpv6(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (dotted !== null) {
    const [, head = '', tail = ''] = dotted
    const low = parseIpv4(tail)
    return low === undefined
      ? undefined
      : parseIpv6(`${head}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`)
  }
  const [left = '', right, ...rest] = text.split('::')
  if (rest.length > 0) return undefined
  const before = left === '' ? [] : left.split(':')
  const after = right === undefined || right === '' ? [] : right.split(':')
  const zeros = 8 - before.length - after.length
  if (right === undefined ? zeros !== 0 : zeros < 1) return undefined
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after]
  if (!groups.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return undefined
  return groups.reduce((value, part) => (value << 16n) | BigInt(`0x${part}`), 0n)
}
