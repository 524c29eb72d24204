import { ALL, apart, parseCidr, subtract, textOf, union, type Family, type Ranges } from '../net/cidr.ts'
import { publicPart } from '../net/internet.ts'
import { ENDPOINT_KEYS } from './keys.ts'
import type { Mentions } from './mentions.ts'
import { one, type Alternatives, type Values } from './values.ts'

const SOURCE_IP = 'aws:sourceip'

/** Where a request comes from, as far as a policy can tell. */
export type Place = { readonly has: (key: string, values: Values) => Alternatives | undefined } &
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
export function placesIn(mentions: Mentions): readonly Place[] {
  return [...internet(mentions), STRANGE_NETWORK, ...endpoints(mentions)]
}

/** The place of a service that calls by itself: no address, no endpoint. */
export const AWS: Place = { kind: 'aws', has: (key) => (isNetworkKey(key) ? [null] : undefined) }

function isNetworkKey(key: string): boolean {
  return key === SOURCE_IP || key === 'aws:vpcsourceip' || ENDPOINT_KEYS.has(key)
}

/** Public addresses, in groups that all conditions on `aws:SourceIp` treat alike. */
function internet(mentions: Mentions): readonly Place[] {
  const blocks = mentions.texts(SOURCE_IP).flatMap((text) => parseCidr(text) ?? [])
  const families: readonly Family[] = blocks.length === 0 ? ['ipv4'] : ['ipv4', 'ipv6']
  return families.flatMap((family) => {
    const ours = blocks.filter((block) => block.family === family).map(({ range }) => [range])
    return apart(publicPart(family, ALL[family]), ours).map((addresses): Place => {
      const held = [[textOf(family, addresses[0]?.first ?? 0n)]]
      return {
        kind: 'internet',
        family,
        addresses,
        has: (key) => (key === SOURCE_IP ? held : isNetworkKey(key) ? [null] : undefined),
      }
    })
  })
}

/** A VPC endpoint of a stranger's, whose private addresses are the stranger's to choose. */
const STRANGE_NETWORK: Place = {
  kind: 'strange_network',
  has: (key, values) => {
    if (key === SOURCE_IP) return [null]
    const anchor = ENDPOINT_KEYS.get(key)
    return anchor === undefined ? undefined : one(values.strangers(key, anchor))
  },
}

function endpoints(mentions: Mentions): readonly Place[] {
  return [...ENDPOINT_KEYS.keys()].flatMap((named) =>
    mentions.fixed(named).map((value): Place => ({
      kind: 'endpoint',
      key: named,
      value,
      has: (key, values) => {
        if (key === named) return [[value]]
        if (key === SOURCE_IP) return [null]
        const anchor = ENDPOINT_KEYS.get(key)
        return anchor === undefined ? undefined : one(values.anybodys(key, anchor))
      },
    })),
  )
}

/** The blocks of the policy's own conditions that lie within addresses it lets in. */
export function blocksWithin(mentions: Mentions, addresses: Readonly<Record<Family, Ranges>>): readonly string[] {
  const texts = mentions.texts(SOURCE_IP)
  return texts.filter((text) => {
    const block = parseCidr(text)
    if (block === undefined) return false
    const open = publicPart(block.family, [block.range])
    return open.length > 0 && subtract(open, union(addresses[block.family])).length === 0
  })
}
