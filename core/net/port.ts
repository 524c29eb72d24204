import { z } from 'zod'

export type Transport = 'tcp' | 'udp'

/** A port as people write it: `22/tcp`, `3389/udp`. */
export const Port = z
  .templateLiteral([z.int(), '/', z.enum(['tcp', 'udp'])])
  .refine((port) => /^\d+$/.test(port.slice(0, -4)) && Number(port.slice(0, -4)) <= 65_535, 'a port is 0 to 65535')
export type Port = `${number}/${Transport}`

/** Ports of one transport, first and last included. */
export interface PortRange {
  readonly transport: Transport
  readonly first: number
  readonly last: number
}

export function parsePort(port: Port): PortRange {
  const [number = '', transport] = port.split('/')
  return { transport: transport === 'udp' ? 'udp' : 'tcp', first: Number(number), last: Number(number) }
}

/** The usable ports: nothing listens on port 0. */
export const EVERY_PORT = { first: 1, last: 65_535 } as const

/** What a rule's protocol lets through, by name or IANA number; `-1` and `all` are every protocol. */
export function transportOf(protocol: string): Transport | 'every' | 'other' {
  switch (protocol.trim().toLowerCase()) {
    case '-1':
    case 'all':
      return 'every'
    case 'tcp':
    case '6':
      return 'tcp'
    case 'udp':
    case '17':
      return 'udp'
    default:
      return 'other'
  }
}
