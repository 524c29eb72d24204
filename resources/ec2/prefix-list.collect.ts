import {
  DescribeManagedPrefixListsCommand,
  GetManagedPrefixListEntriesCommand,
  type ManagedPrefixList,
} from '@aws-sdk/client-ec2'
import type { AwsCalls } from '#core/aws-call.ts'
import { awsDefault } from '#core/stored.ts'
import { allItems, collectPages, inOrder, resourceOf, type Collected, type Collector } from '../collector.ts'
import { ec2Arn } from './arn.ts'
import { PrefixList } from './prefix-list.ts'

/** How AWS names itself as the owner of a prefix list. */
const AWS_OWNED = 'AWS'

/**
 * Managed prefix lists. Calls: one per 100 lists, plus one per 100 entries of each list that is not AWS's own: there is
 * no call that gives the entries of several lists, and a rule that names a list cannot be judged without them.
 */
export const prefixLists: Collector = {
  types: [PrefixList],
  listed: 'region',
  operations: ['ec2:DescribeManagedPrefixLists', 'ec2:GetManagedPrefixListEntries'],
  collect: (aws) =>
    collectPages(aws, {
      operation: 'ec2:DescribeManagedPrefixLists',
      command: (NextToken) => new DescribeManagedPrefixListsCommand({ MaxResults: 100, NextToken }),
      nextToken: (page) => page.NextToken,
      resources: (page) => Promise.all((page.PrefixLists ?? []).map((list) => resourceFrom(aws, list))),
    }),
}

async function resourceFrom(aws: AwsCalls, list: ManagedPrefixList) {
  return resourceOf(PrefixList, {
    id: list.PrefixListId,
    arn: ec2Arn(aws, 'prefix-list', list.PrefixListId, list.OwnerId === AWS_OWNED ? 'aws' : list.OwnerId),
    name: list.PrefixListName,
    location: aws.region,
    ownerId: list.OwnerId,
    tags: list.Tags,
    data: {
      prefixListId: list.PrefixListId,
      owner: list.OwnerId,
      state: list.State ?? null,
      addressFamily: list.AddressFamily,
      entries: list.OwnerId === AWS_OWNED ? awsDefault([]) : await entriesOf(aws, list.PrefixListId),
    },
  })
}

async function entriesOf(aws: AwsCalls, PrefixListId: string | undefined): Promise<Collected<PrefixList['entries']>> {
  const { items, end } = await allItems(
    aws,
    {
      operation: 'ec2:GetManagedPrefixListEntries',
      command: (NextToken) => new GetManagedPrefixListEntriesCommand({ PrefixListId, MaxResults: 100, NextToken }),
      nextToken: (page) => page.NextToken,
    },
    (page) => page.Entries,
  )
  const entries = inOrder(items.map(({ Cidr }) => ({ cidr: Cidr })))
  return end.complete ? entries : { $items: entries, $incomplete: [end.failure.reason] }
}
