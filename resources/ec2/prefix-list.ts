import { prefixListFields } from '#core/net/rule.ts'
import { defineResource, type ResourceOf } from '#core/resource.ts'
import { oneOf, orNull, text } from '#core/schema.ts'

/**
 * A named set of address blocks that rules and routes refer to: own ones, those that other accounts share, and AWS's
 * (owner `AWS`), whose entries are not read: they hold addresses of AWS services, which no rule takes for the internet.
 */
export const PrefixList = defineResource({
  type: 'AWS::EC2::PrefixList',
  service: 'ec2',
  listed: 'region',
  operation: 'ec2:DescribeManagedPrefixLists',
  fields: {
    ...prefixListFields(),
    /** An account's id, or `AWS`. */
    owner: text(),
    /** Null where AWS gives none, as for lists of its own. */
    state: orNull(text()),
    addressFamily: oneOf('IPv4', 'IPv6'),
  },
})
export type PrefixList = ResourceOf<typeof PrefixList>
