import { ALL, intersect, parseCidr, subtract, union, type Family, type Ranges } from '../net/cidr.ts'
import { publicPart } from '../net/internet.ts'
import { ENDPOINT_KEYS, fixedValues, strangersValues, type Alternatives, type Stranger } from './keys.ts'
import type { Mentions } from './mentions.ts'

const SOURCE_IP = 'aws:sourceip'

/** Where a request comes from, as far as a policy can tell. */
export type Place = { readonly has: (key: string) => Alternatives | undefined } &
  /** Public addresses that the policy does not tell apart. */
  (
    | { readonly kind: 'internet'; readonly family: Family; readonly addresses: Ranges }
    /** A VPC endpoint of a stranger's. */
    | { readonly kind: 'strange_network' }
    /** An endpoint, or the VPC of one, that the policy fixes. */
    | { readonly kind: 'endpoint'; readonly key: string; readonly value: string }
    /** An AWS service's own network. */
    | { readonly kind: 'aws' }
  )

/** The places between which a policy's answers can differ. */
export function placesIn(mentions: Mentions, stranger: Stranger): readonly Place[] {
  return [...internet(mentions), strangeNetwork(mentions, stranger), ...endpoints(mentions, stranger)]
}

/** The place of a service that calls by itself: no address, no endpoint. */
export const AWS: Place = { kind: 'aws', has: (key) => (isNetworkKey(key) ? [null] : undefined) }

function isNetworkKey(key: string): boolean {
  return key === SOURCE_IP || key === 'aws:vpcsourceip' || ENDPOINT_KEYS.has(key)
}

/** Public addresses, in groups that all conditions on `aws:SourceIp` treat alike. */
function internet(mentions: Mentions): readonly Place[] {
  const blocks = mentions.ofKey(SOURCE_IP).flatMap(({ text }) => parseCidr(text) ?? [])
  const families: readonly Family[] = blocks.length === 0 ? ['ipv4'] : ['ipv4', 'ipv6']
  return families.flatMap((family) => {
    const ours = blocks.filter((block) => block.family === family).map((block): Ranges => [block.range])
    let groups: readonly Ranges[] = [publicPart(family, ALL[family])]
    for (const block of ours) {
      groups = groups
        .flatMap((group) => [intersect(group, block), subtract(group, block)])
        .filter((group) => group.length > 0)
    }
    return groups.map((addresses): Place => {
      const held = [[addressText(family, addresses[0]?.first ?? 0n)]]
      return {
        kind: 'internet',
        family,
        addresses,
        has: (key) => (key === SOURCE_IP ? held : isNetworkKey(key) ? [null] : undefined),
      }
    })
  })
}

function strangeNetwork(mentions: Mentions, stranger: Stranger): Place {
  return {
    kind: 'strange_network',
    has: (key) => {
      if (key === SOURCE_IP) return [null]
      const anchor = ENDPOINT_KEYS.get(key)
      // The private address within a VPC of their own is the stranger's to choose.
      return anchor === undefined ? undefined : held(strangersValues(anchor, mentions.ofKey(key), stranger))
    },
  }
}

function endpoints(mentions: Mentions, stranger: Stranger): readonly Place[] {
  return [...ENDPOINT_KEYS.keys()].flatMap((named) => {
    const values = fixedValues(mentions.ofKey(named))
    return values.map((value): Place => ({
      kind: 'endpoint',
      key: named,
      value,
      has: (key) => {
        if (key === named) return [[value]]
        if (key === SOURCE_IP) return [null]
        const anchor = ENDPOINT_KEYS.get(key)
        if (anchor === undefined) return undefined
        const mentioned = mentions.ofKey(key)
        return held([...strangersValues(anchor, mentioned, stranger), ...fixedValues(mentioned)])
      },
    }))
  })
}

/** Addresses of one family as a policy writes them, one by one. */
export function addressText(family: Family, address: bigint): string {
  if (family === 'ipv4') return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 0xffn)).join('.')
  return Array.from({ length: 8 }, (_, index) => ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(
    ':',
  )
}

/** The blocks of the policy's own conditions that lie within addresses it lets in. */
export function blocksWithin(mentions: Mentions, addresses: Readonly<Record<Family, Ranges>>): readonly string[] {
  const texts = new Set(mentions.ofKey(SOURCE_IP).map(({ text }) => text))
  return [...texts].filter((text) => {
    const block = parseCidr(text)
    if (block === undefined) return false
    const open = publicPart(block.family, [block.range])
    return open.length > 0 && subtract(open, union(addresses[block.family])).length === 0
  })
}

function held(values: readonly string[]): Alternatives {
  return values.map((value) => [value])
}
