import { ListField, type Fields } from '../field.ts'
import { Truth, type Evidence, type Missing } from '../truth.ts'
import { ALL, subtract, union, type Family, type Ranges } from './cidr.ts'
import { isInternet } from './internet.ts'
import { look, lookAtBlock, type Look } from './look.ts'
import type { PortRange } from './port.ts'
import { cover, lookAtPorts, segments, wanted, type Ports, type PortsLook } from './ports.ts'
import type { AclEntry } from './rule.ts'

export interface AclOpening {
  readonly family: Family
  readonly ports: Ports
  /** Which way: into the subnet unless said. */
  readonly direction?: 'ingress' | 'egress'
}

/**
 * Whether a network ACL lets the internet through to some port of those asked about. Entries count in the order of
 * their numbers and the first that matches an address decides, so an earlier deny takes its addresses away from later
 * allows; what no entry matches is denied (Amazon VPC User Guide, "Network ACL rules").
 */
export function naclOpens(entries: ListField<AclEntry>, { family, ports, direction = 'ingress' }: AclOpening): Truth {
  const { made: seen, missing, count } = ListField.collect(entries, (entry) => lookAtEntry(entry, family, direction))

  const answers = wanted(ports).map((choice) => {
    const parts = segments(
      choice,
      seen.map((entry) => entry.ports),
    )
    const everywhere = (bound: Bound): boolean =>
      parts.every((part) => isInternet(family, allowed(seen, part, family, bound)))
    // An entry that was not seen could deny everything first, or allow it.
    return { certain: missing.length === 0 && everywhere('least'), possible: missing.length > 0 || everywhere('most') }
  })

  if (answers.some(({ certain }) => certain)) {
    return Truth.known(
      true,
      seen.filter((entry) => entry.isAllow).flatMap((entry) => entry.evidence),
    )
  }
  if (answers.every(({ possible }) => !possible)) return Truth.known(false, [count])
  return Truth.unknown(seen.flatMap((entry) => entry.missing).concat(missing))
}

/** `least`: the addresses let through whatever the unknowns are; `most`: those that may be. */
type Bound = 'least' | 'most'

interface EntryLook {
  readonly number: Look<number>
  readonly applies: Look<boolean>
  readonly action: Look<'allow' | 'deny'>
  readonly block: Look<Ranges>
  readonly ports: PortsLook
  readonly isAllow: boolean
  readonly evidence: readonly Evidence[]
  readonly missing: readonly Missing[]
}

function lookAtEntry(entry: Fields<AclEntry>, family: Family, direction: 'ingress' | 'egress'): EntryLook {
  const egress = look(entry.egress)
  const applies = egress.known ? { ...egress, value: egress.value === (direction === 'egress') } : egress
  const action = look(entry.action)
  const number = look(entry.ruleNumber)
  const ports = lookAtPorts(entry)
  const block = lookAtBlock(family === 'ipv4' ? entry.cidrIpv4 : entry.cidrIpv6, family)
  const looks = [number, action, ports.protocol, ports.from, ports.to, block]
  const isElsewhere = applies.known && !applies.value
  const isAllow = !isElsewhere && action.known && action.value === 'allow' && block.known && block.value.length > 0
  return {
    number,
    applies,
    action,
    block,
    ports,
    isAllow,
    evidence: looks.flatMap(({ evidence }) => evidence).filter(({ value }) => value !== null),
    missing: isElsewhere ? [] : [...looks, egress].flatMap((seen) => seen.missing),
  }
}

/** What gets through at one bound: every unknown is read in the way that lets least, or most, through. */
function allowed(entries: readonly EntryLook[], part: PortRange, family: Family, bound: Bound): Ranges {
  const wide = bound === 'most' ? 'allow' : 'deny'
  const steps = entries.flatMap((entry) => {
    // An entry of unknown action is two: what it would deny and what it would allow, of which the bound keeps one.
    const action = entry.action.known ? entry.action.value : wide
    const isWide = action === wide
    const covered = cover(entry.ports, part)
    if (covered === 'no' || (entry.applies.known && !entry.applies.value)) return []
    if (!isWide && (covered === 'maybe' || !entry.applies.known)) return []
    const addresses = entry.block.known ? entry.block.value : isWide ? ALL[family] : []
    const number = entry.number.known ? entry.number.value : isWide ? -Infinity : Infinity
    return [{ action, addresses, number }]
  })
  steps.sort((a, b) => a.number - b.number || (a.action === b.action ? 0 : a.action === 'deny' ? -1 : 1))

  let open: Ranges = []
  let decided: Ranges = []
  for (const { action, addresses } of steps) {
    if (action === 'allow') open = union(open, subtract(addresses, decided))
    decided = union(decided, addresses)
  }
  return open
}
