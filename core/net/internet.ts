import { intersect, parseCidr, size, subtract, union, type Family, type Ranges } from './cidr.ts'

/**
 * Addresses that strangers can come from. Left out are those the internet does not route (RFC 6890, IANA's
 * special-purpose registries). Documentation prefixes count as public: they stand for real addresses wherever people
 * write them.
 */
const PUBLIC: Readonly<Record<Family, Ranges>> = {
  ipv4: subtract(
    blocks('0.0.0.0/0'),
    blocks(
      '0.0.0.0/8',
      '10.0.0.0/8',
      '100.64.0.0/10',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '224.0.0.0/3',
    ),
  ),
  ipv6: blocks('2000::/3'),
}

/**
 * The line between a range of somebody's and the internet: more public addresses than one organization's allocation
 * holds. For IPv4 it is the line that AWS draws ("broader than /8", Amazon S3 User Guide, "The meaning of public"),
 * and also the largest block ever given to one organization; the like of it for IPv6 is /16.
 */
const LINE: Readonly<Record<Family, bigint>> = { ipv4: 1n << 24n, ipv6: 1n << 112n }

/** The part of a set that strangers can come from. */
export function publicPart(family: Family, set: Ranges): Ranges {
  return intersect(PUBLIC[family], set)
}

/**
 * Whether a set of addresses lets in the internet rather than a range of somebody's: `0.0.0.0/0`, its two halves, all
 * of it but the private ranges or but a few excluded blocks. Private ranges, however wide, are not the internet.
 */
export function isInternet(family: Family, set: Ranges): boolean {
  return size(publicPart(family, set)) > LINE[family]
}

function blocks(...cidrs: readonly string[]): Ranges {
  return union(cidrs.flatMap((cidr) => parseCidr(cidr)?.range ?? []))
}
