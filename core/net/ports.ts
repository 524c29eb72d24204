import type { Field } from '../field.ts'
import { look, type Look } from './look.ts'
import { EVERY_PORT, parsePort, transportOf, type Port, type PortRange } from './port.ts'

/** A question about ports: some port of a list, or every usable port of one transport. */
export type Ports = readonly Port[] | 'all'

/** The protocol and ports of a rule or entry, opened. */
export interface PortsLook {
  readonly protocol: Look<string>
  readonly from: Look<number | null>
  readonly to: Look<number | null>
}

export function lookAtPorts(rule: {
  readonly protocol: Field<string>
  readonly fromPort: Field<number | null>
  readonly toPort: Field<number | null>
}): PortsLook {
  return { protocol: look(rule.protocol), from: look(rule.fromPort), to: look(rule.toPort) }
}

/** What a question asks for: it is answered yes when all ports of one of these are open. */
export function wanted(ports: Ports): readonly PortRange[] {
  if (ports !== 'all') return ports.map((port) => parsePort(port))
  return [
    { transport: 'tcp', ...EVERY_PORT },
    { transport: 'udp', ...EVERY_PORT },
  ]
}

/** Cuts a range at every boundary that some rule has, so that each rule covers a piece wholly or not at all. */
export function segments(range: PortRange, rules: readonly PortsLook[]): readonly PortRange[] {
  const starts = new Set([range.first])
  for (const { from, to } of rules) {
    if (from.known) starts.add(lowest(from.value))
    if (to.known) starts.add(highest(to.value) + 1)
  }
  const cuts = [...starts].filter((port) => port >= range.first && port <= range.last).sort((a, b) => a - b)
  return cuts.map((first, index) => ({ ...range, first, last: (cuts[index + 1] ?? range.last + 1) - 1 }))
}

/**
 * Whether a rule covers a piece made by `segments`. Ports count only for TCP and UDP: for every other protocol, `-1`
 * included, AWS ignores them (EC2 API Reference, IpPermission).
 */
export function cover({ protocol, from, to }: PortsLook, part: PortRange): 'yes' | 'no' | 'maybe' {
  const carried = protocol.known ? transportOf(protocol.value) : undefined
  if (carried === 'every') return 'yes'
  if (carried !== undefined && carried !== part.transport) return 'no'
  const outside =
    (from.known && lowest(from.value) > part.first) || (to.known && highest(to.value) < part.last) ? 'no' : undefined
  const inside = from.known && to.known ? (outside ?? 'yes') : (outside ?? 'maybe')
  return carried === undefined ? 'maybe' : inside
}

/** Null and -1 mean "any". */
function lowest(from: number | null): number {
  return from === null || from === -1 ? 0 : from
}

function highest(to: number | null): number {
  return to === null || to === -1 ? 65_535 : to
}
