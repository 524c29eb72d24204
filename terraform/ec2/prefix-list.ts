import { awsDefault, type Stored } from '#core/stored.ts'
import { PrefixList } from '#resources/ec2/prefix-list.ts'
import type { Attributes } from '../attributes.ts'
import type { Mapping, Planned } from '../mapping.ts'
import { members, type Members } from '../members.ts'
import { unreadable, type Told } from '../told.ts'

type Entry = PrefixList['entries'][number]

/** A named set of address blocks of the account's own. */
export const prefixList: Mapping<PrefixList> = {
  from: 'aws_ec2_managed_prefix_list',
  to: PrefixList,
  lives: 'region',
  names: ['id', 'arn'],
  companions: [{ type: 'aws_ec2_managed_prefix_list_entry', by: 'prefix_list_id' }],
  says: ['prefixListId', 'entries', 'addressFamily'],
  resources: (planned) => [
    {
      name: planned.attributes.text('name'),
      arn: planned.attributes.text('arn'),
      tags: planned.attributes.textMap('tags'),
      data: dataOf(planned),
    },
  ],
}

function dataOf(planned: Planned): Stored<PrefixList> {
  const { attributes, scope } = planned
  return {
    prefixListId: planned.identity,
    owner: attributes.text('owner_id') ?? awsDefault(scope.accountId ?? 'the account itself'),
    state: awsDefault('create-complete'),
    // Terraform's schema refuses any other word when it plans.
    addressFamily: (attributes.text('address_family') as Told<'IPv4' | 'IPv6'> | undefined) ?? unreadable('no family'),
    entries: members(planned, {
      of: PrefixList,
      field: 'entries',
      inline: { attribute: 'entry', read: inlineEntries },
      companions: [
        { type: 'aws_ec2_managed_prefix_list_entry', read: (entry) => ({ items: [entryOf(entry)], incomplete: [] }) },
      ],
      created: [],
    }),
  }
}

function inlineEntries(list: Attributes): Members<Entry> | undefined {
  const blocks = list.blocks('entry')
  return blocks === undefined ? undefined : { items: blocks.items.map(entryOf), incomplete: blocks.incomplete }
}

function entryOf(entry: Attributes): Stored<Entry> {
  return { cidr: entry.text('cidr') ?? unreadable('an entry without a block') }
}
