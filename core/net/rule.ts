import { flag, group, integer, list, oneOf, orNull, text, type TypeOf } from '../schema.ts'

/**
 * One rule of a security group: a protocol, its ports and one source (a block, a prefix list or another group), as
 * `DescribeSecurityGroupRules` lists them. A permission of `DescribeSecurityGroups` with several sources is several rules.
 */
export const ruleSchema = () =>
  group({
    /** A name (`tcp`), an IANA number (`6`), or `-1` for all. */
    protocol: text(),
    /** Null where the protocol has no ports. */
    fromPort: orNull(integer()),
    toPort: orNull(integer()),
    cidrIpv4: orNull(text()),
    cidrIpv6: orNull(text()),
    prefixListId: orNull(text()),
    /** The security group that it names; never the internet. */
    groupId: orNull(text()),
  })
export type Rule = TypeOf<ReturnType<typeof ruleSchema>>

/** What of a managed prefix list matters to a rule: its id and the blocks that `GetManagedPrefixListEntries` gives. */
export const prefixListFields = () => ({
  prefixListId: text(),
  entries: list(group({ cidr: text() })).from('ec2:GetManagedPrefixListEntries'),
})
export interface PrefixList {
  readonly prefixListId: string
  readonly entries: readonly { readonly cidr: string }[]
}

/** One entry of a network ACL, as `DescribeNetworkAcls` lists them. */
export const aclEntrySchema = () =>
  group({
    ruleNumber: integer(),
    /** True for what leaves the subnet. */
    egress: flag(),
    action: oneOf('allow', 'deny'),
    /** An IANA number, or `-1` for all. */
    protocol: text(),
    /** Null where the protocol has no ports. */
    fromPort: orNull(integer()),
    toPort: orNull(integer()),
    cidrIpv4: orNull(text()),
    cidrIpv6: orNull(text()),
  })
export type AclEntry = TypeOf<ReturnType<typeof aclEntrySchema>>
