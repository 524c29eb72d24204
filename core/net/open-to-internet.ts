import { ListField, type Fields } from '../field.ts'
import { Truth, type Evidence, type Missing } from '../truth.ts'
import { ALL, union, type Family, type Ranges } from './cidr.ts'
import { isInternet } from './internet.ts'
import { look, lookAtBlock, type Look } from './look.ts'
import { cover, lookAtPorts, segments, wanted, type Ports, type PortsLook } from './ports.ts'
import { lookUpPrefixList, type PrefixLists } from './prefix-lists.ts'
import type { PrefixList, Rule } from './rule.ts'

export interface Opening {
  readonly family: Family
  /** Some port of these, or every usable port of TCP or of UDP. */
  readonly ports: Ports
  /** What rules may refer to; without it a rule that names a prefix list is unknown. */
  readonly prefixLists?: ListField<PrefixList>
}

/**
 * Whether the rules of a security group, taken together, let the internet in.
 *
 * "The internet" is a set (`isInternet`): per transport and port, the blocks and prefix lists of all rules are united
 * before they are measured, so `0.0.0.0/1` with `128.0.0.0/1` is open in two rules as in one. What could not be learnt
 * of a rule matters only where that rule could decide. Cost: rules × distinct port boundaries.
 */
export function isOpenToInternet(rules: ListField<Rule>, { family, ports, prefixLists }: Opening): Truth {
  const lists = prefixLists === undefined ? undefined : lookUpPrefixList(prefixLists, family)
  const { made: seen, missing, count } = ListField.collect(rules, (rule) => lookAtRule(rule, family, lists))

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

function lookAtRule(rule: Fields<Rule>, family: Family, lists: PrefixLists | undefined): RuleLook {
  const ports = lookAtPorts(rule)
  const block = lookAtBlock(family === 'ipv4' ? rule.cidrIpv4 : rule.cidrIpv6, family)
  const listed = fromList(look(rule.prefixListId), lists)
  const looks = [ports.protocol, ports.from, ports.to, block, listed]
  return {
    ports,
    sources: [block, listed],
    evidence: looks.flatMap(({ evidence }) => evidence).filter(({ value }) => value !== null),
    missing: looks.flatMap((seen) => seen.missing),
  }
}

function fromList(id: Look<string | null>, lists: PrefixLists | undefined): Look<Ranges> {
  if (!id.known) return id
  if (id.value === null) return { ...id, value: [] }
  const fields = id.evidence.map(({ field }) => field)
  const listed = lists?.(id.value) ?? {
    known: false,
    evidence: [],
    missing: fields.map((field) => ({
      field,
      reasons: [{ kind: 'not_collected', detail: `the entries of prefix list ${id.value}` }],
    })),
  }
  return listed.known ? { ...listed, evidence: [...id.evidence, ...listed.evidence] } : listed
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
