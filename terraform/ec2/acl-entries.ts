import type { AclEntry } from '#core/net/rule.ts'
import { isUnknown, type Stored } from '#core/stored.ts'
import type { Attributes } from '../attributes.ts'
import type { CompanionType } from '../mapping.ts'
import { joined, type Members, type Parts } from '../members.ts'
import { mapTold, unreadable, type Told } from '../told.ts'

/** What a network ACL's own `ingress` and `egress` say; undefined: nothing. */
export function aclEntries(acl: Attributes): Members<AclEntry> | undefined {
  const lists = [inlineEntries(acl, 'ingress'), inlineEntries(acl, 'egress')].filter((list) => list !== undefined)
  return lists.length === 0 ? undefined : joined(...lists)
}

function inlineEntries(acl: Attributes, direction: 'ingress' | 'egress'): Members<AclEntry> | undefined {
  const blocks = acl.blocks(direction)
  if (blocks === undefined) return undefined
  const items = blocks.items.map((block) => ({
    ...sourceOf(block),
    ruleNumber: block.number('rule_no') ?? unreadable('an entry without rule_no'),
    egress: direction === 'egress',
    action: actionOf(block.text('action')),
  }))
  return { items, incomplete: blocks.incomplete }
}

/** Entries as resources of their own, and how they are read. */
export const ACL_RULES: { readonly companion: CompanionType; readonly read: (rule: Attributes) => Members<AclEntry> } =
  {
    companion: { type: 'aws_network_acl_rule', by: 'network_acl_id' },
    read: aclEntry,
  }

function aclEntry(rule: Attributes): Members<AclEntry> {
  const item = {
    ...sourceOf(rule),
    ruleNumber: rule.number('rule_number') ?? unreadable('an entry without rule_number'),
    egress: rule.flag('egress') ?? false,
    action: actionOf(rule.text('rule_action')),
  }
  return { items: [item], incomplete: [] }
}

/** AWS answers with numbers; the provider takes names too. */
const NUMBERS: Readonly<Record<string, string>> = { all: '-1', icmp: '1', tcp: '6', udp: '17' }

/** The provider takes `ALLOW` too. */
function actionOf(action: Told<string> | undefined): Stored<AclEntry['action']> {
  if (action === undefined) return unreadable('an entry without an action')
  return mapTold(action, (word) => (word.toLowerCase() === 'allow' ? 'allow' : 'deny'))
}

function sourceOf(entry: Attributes): Parts<AclEntry, 'protocol' | 'fromPort' | 'toPort' | 'cidrIpv4' | 'cidrIpv6'> {
  const said = entry.text('protocol') ?? unreadable('an entry without a protocol')
  const protocol = mapTold(said, (name) => NUMBERS[name.toLowerCase()] ?? name)
  const isEvery = !isUnknown(protocol) && protocol.$value === '-1'
  const port = (name: string): Told<number> | null => (isEvery ? null : (entry.number(name) ?? null))
  return {
    protocol,
    fromPort: port('from_port'),
    toPort: port('to_port'),
    cidrIpv4: blockOf(entry.text('cidr_block')),
    cidrIpv6: blockOf(entry.text('ipv6_cidr_block')),
  }
}

/** The provider writes nothing as an empty text. */
function blockOf(cidr: Told<string> | undefined): Stored<string | null> {
  return cidr === undefined ? null : mapTold(cidr, (text) => (text === '' ? null : text))
}
