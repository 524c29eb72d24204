import { ListField, type Field, type Fields } from '../field.ts'
import { Truth, type Evidence, type Missing } from '../truth.ts'
import { ALL, union, type Family, type Ranges } from './cidr.ts'
import { isInternet } from './internet.ts'
import { look, lookAtBlock, type Look } from './look.ts'
import { cover, lookAtPorts, segments, wanted, type Ports, type PortsLook } from './ports.ts'
import { openPrefixLists } from './prefix-lists.ts'
import type { PrefixList, Rule } from './rule.ts'

export interface Opening {
  readonly family: Family
  /** Some port of these, or every usable port of TCP or of UDP. */
  readonly ports: Ports
  /** Looks up the prefix list that a rule names, by its id; without it such a rule is unknown. */
  readonly prefixLists?: PrefixLists
}

type PrefixLists = (id: Field<string | null>) => ListField<PrefixList>

/**
 * Whether the rules of a security group, taken together, let the internet in.
 *
 * "The internet" is a set (`isInternet`): per transport and port, the blocks and prefix lists of all rules are united
 * before they are measured, so `0.0.0.0/1` with `128.0.0.0/1` is open in two rules as in one. What could not be learnt
 * of a rule matters only where that rule could decide. Cost: rules × distinct port boundaries, and the entries of the
 * prefix lists that the rules name.
 */
export function isOpenToInternet(rules: ListField<Rule>, { family, ports, prefixLists }: Opening): Truth {
  const { made: seen, missing, count } = ListField.collect(rules, (rule) => lookAtRule(rule, family, prefixLists))

  const answers = wanted(ports).map((choice) => {
    const parts = segments(
      choice,
      seen.map((rule) => rule.ports),
    )
    return {
      certain: parts.every((part) => isInternet(family, union(...seen.map((rule) => certainly(rule, part))))),
      possible:
        missing.length > 0 ||
        parts.every((part) => isInternet(family, union(...seen.map((rule) => possibly(rule, part, family))))),
      parts,
    }
  })

  const open = answers.find(({ certain }) => certain)
  if (open !== undefined) return Truth.known(true, evidenceOf(seen, open.parts, family))
  const perhaps = answers.filter(({ possible }) => possible)
  if (perhaps.length === 0) return Truth.known(false, [count])
  const inTheWay = perhaps.flatMap(({ parts }) => seen.filter((rule) => parts.some((part) => isUnsure(rule, part))))
  return Truth.unknown([...new Set(inTheWay)].flatMap((rule) => rule.missing).concat(missing))
}

interface RuleLook {
  readonly ports: PortsLook
  /** Each source apart: an unknown one says nothing of the others. */
  readonly sources: readonly Look<Ranges>[]
  readonly evidence: readonly Evidence[]
  readonly missing: readonly Missing[]
}

function lookAtRule(rule: Fields<Rule>, family: Family, prefixLists: PrefixLists | undefined): RuleLook {
  const ports = lookAtPorts(rule)
  const block = lookAtBlock(family === 'ipv4' ? rule.cidrIpv4 : rule.cidrIpv6, family)
  const listed = lookAtList(rule.prefixListId, family, prefixLists)
  const looks = [ports.protocol, ports.from, ports.to, block, listed]
  return {
    ports,
    sources: [block, listed],
    evidence: looks.flatMap(({ evidence }) => evidence).filter(({ value }) => value !== null),
    missing: looks.flatMap((seen) => seen.missing),
  }
}

function lookAtList(field: Field<string | null>, family: Family, prefixLists: PrefixLists | undefined): Look<Ranges> {
  const id = look(field)
  // Looked up whatever the id is: while a check is recorded, none is known.
  const listed = prefixLists === undefined ? undefined : openPrefixLists(prefixLists(field), family)
  if (!id.known) return id
  if (id.value === null) return { ...id, value: [] }
  if (listed !== undefined) return listed.known ? { ...listed, evidence: [...id.evidence, ...listed.evidence] } : listed
  const detail = `the entries of prefix list ${id.value}`
  const missing = id.evidence.map(({ field: path }) => ({
    field: path,
    reasons: [{ kind: 'not_collected', detail } as const],
  }))
  return { known: false, evidence: [], missing }
}

type Part = Parameters<typeof cover>[1]

function certainly(rule: RuleLook, part: Part): Ranges {
  if (cover(rule.ports, part) !== 'yes') return []
  return union(...rule.sources.map((source) => (source.known ? source.value : [])))
}

function possibly(rule: RuleLook, part: Part, family: Family): Ranges {
  if (cover(rule.ports, part) === 'no') return []
  return union(...rule.sources.map((source) => (source.known ? source.value : ALL[family])))
}

function isUnsure(rule: RuleLook, part: Part): boolean {
  const covered = cover(rule.ports, part)
  return covered === 'maybe' || (covered === 'yes' && rule.sources.some((source) => !source.known))
}

/** One rule that is enough, or all that are needed together. */
function evidenceOf(seen: readonly RuleLook[], parts: readonly Part[], family: Family): readonly Evidence[] {
  const alone = seen.find((rule) => parts.every((part) => isInternet(family, certainly(rule, part))))
  const together = seen.filter((rule) => parts.some((part) => certainly(rule, part).length > 0))
  return (alone === undefined ? together : [alone]).flatMap((rule) => rule.evidence)
}
