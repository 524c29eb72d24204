import { hash } from 'node:crypto'

/** The first 8 bytes of the SHA-256, as a signed 64-bit integer: what Postgres calls bigint. */
export function digest64(text: string): bigint {
  // By way of hex: a Buffer for each digest costs twice as much.
  return BigInt.asIntN(64, BigInt(`0x${hash('sha256', text, 'hex').slice(0, 16)}`))
}

/** A digest of JSON that does not depend on the order of members, nor on the order in which AWS happened to give a list. */
export function contentDigest(value: unknown): bigint {
  return digest64(canonical(value))
}

/** The whole SHA-256 in hex, of JSON as above. */
export function contentKey(value: unknown): string {
  return hash('sha256', canonical(value), 'hex')
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  // Rules ask lists "any" and "every": a list in another order is the same list.
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
  return `{${members.sort().join()}}`
}
