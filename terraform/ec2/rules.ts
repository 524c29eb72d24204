import type { Rule } from '#core/net/rule.ts'
import { isUnknown } from '#core/stored.ts'
import type { Attributes } from '../attributes.ts'
import type { CompanionType } from '../mapping.ts'
import { joined, membersOf, type Members, type MembersRule, type Parts, type Refer } from '../members.ts'
import { mapTold, unreadable, type Told } from '../told.ts'

type Source = Parts<Rule, 'cidrIpv4' | 'cidrIpv6' | 'prefixListId' | 'groupId'>

const NO_SOURCE: Source = { cidrIpv4: null, cidrIpv6: null, prefixListId: null, groupId: null }

export type Direction = 'ingress' | 'egress'

/** What brings rules into a group, in resources of their own. */
export const RULES: readonly CompanionType[] = [
  { type: 'aws_security_group_rule', by: 'security_group_id' },
  { type: 'aws_vpc_security_group_egress_rule', by: 'security_group_id' },
  { type: 'aws_vpc_security_group_ingress_rule', by: 'security_group_id' },
]

/** How those of one direction are read. `self`: the identity of the group that they belong to. */
export function ruleCompanions(direction: Direction, self: string): MembersRule<Rule>['companions'] {
  return [
    { type: 'aws_security_group_rule', read: rulesOf(direction, self) },
    { type: `aws_vpc_security_group_${direction}_rule`, read: singleRule },
  ]
}

/** What a group's own `ingress` or `egress` says; undefined: nothing. `self`: the group's identity. */
export function inlineRules(group: Attributes, direction: Direction, self: string): Members<Rule> | undefined {
  const blocks = group.blocks(direction)
  if (blocks === undefined) return undefined
  const rules = blocks.items.map((block) => listedRules(block, block.texts('security_groups'), self))
  return joined(...rules, { items: [], incomplete: blocks.incomplete })
}

/** What `aws_security_group_rule` says in one direction. `self`: the identity of the group that it belongs to. */
function rulesOf(direction: Direction, self: string): (rule: Attributes, refer: Refer) => Members<Rule> {
  return (rule, refer) => {
    const type = rule.text('type')
    if (type === undefined || isUnknown(type)) {
      return { items: [], incomplete: (type ?? unreadable('a rule without a type')).$unknown }
    }
    if (type.$value !== direction) return { items: [], incomplete: [] }
    const other = refer('source_security_group_id')
    return listedRules(rule, other === undefined ? undefined : [other], self)
  }
}

/** What `aws_vpc_security_group_ingress_rule` or its sister says: one source each. */
function singleRule(rule: Attributes, refer: Refer): Members<Rule> {
  const item = {
    ...portsOf(rule, 'ip_protocol'),
    cidrIpv4: rule.text('cidr_ipv4') ?? null,
    cidrIpv6: rule.text('cidr_ipv6') ?? null,
    prefixListId: refer('prefix_list_id') ?? null,
    groupId: refer('referenced_security_group_id') ?? null,
  }
  return { items: [item], incomplete: [] }
}

/** One set of ports with lists of sources: a rule for each source. */
function listedRules(rule: Attributes, groups: ReturnType<Attributes['texts']>, self: string): Members<Rule> {
  const ports = portsOf(rule, 'protocol')
  const isSelf = rule.flag('self')
  const each = (texts: ReturnType<Attributes['texts']>, source: (text: Told<string>) => Partial<Source>) =>
    membersOf<Rule>(texts, (text) => ({ ...ports, ...NO_SOURCE, ...source(text) }))
  return joined<Rule>(
    each(rule.texts('cidr_blocks'), (cidrIpv4) => ({ cidrIpv4 })),
    each(rule.texts('ipv6_cidr_blocks'), (cidrIpv6) => ({ cidrIpv6 })),
    each(rule.texts('prefix_list_ids'), (prefixListId) => ({ prefixListId })),
    each(groups, (groupId) => ({ groupId })),
    isSelf === undefined || isUnknown(isSelf)
      ? { items: [], incomplete: isSelf?.$unknown ?? [] }
      : {
          items: isSelf.$value ? [{ ...ports, ...NO_SOURCE, groupId: { ...isSelf, $value: self } }] : [],
          incomplete: [],
        },
  )
}

/** What AWS makes of a protocol that is written in another way. */
const NAMES: Readonly<Record<string, string>> = { all: '-1', '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'icmpv6' }

/** AWS takes ports for nothing where every protocol is meant, and answers without them. */
function portsOf(rule: Attributes, attribute: string): Parts<Rule, 'protocol' | 'fromPort' | 'toPort'> {
  const said = rule.text(attribute) ?? unreadable(`a rule without ${attribute}`)
  const protocol = mapTold(said, (name) => NAMES[name.toLowerCase()] ?? name.toLowerCase())
  const isEvery = !isUnknown(protocol) && protocol.$value === '-1'
  const port = (name: string): Told<number> | null => (isEvery ? null : (rule.number(name) ?? null))
  return { protocol, fromPort: port('from_port'), toPort: port('to_port') }
}
