import type { AclEntry, Rule } from '#core/net/rule.ts'

/** A rule of a security group from one source; SSH over TCP unless said. */
export function rule(source: Partial<Rule>, ports: Partial<Rule> = { protocol: 'tcp', fromPort: 22, toPort: 22 }) {
  return {
    protocol: '-1',
    fromPort: null,
    toPort: null,
    cidrIpv4: null,
    cidrIpv6: null,
    prefixListId: null,
    groupId: null,
    ...ports,
    ...source,
  }
}

/** All protocols and ports, as AWS writes them. */
export const ALL_TRAFFIC = { protocol: '-1', fromPort: null, toPort: null }

/** A group as it is stored, with these inbound rules and the outbound rule that AWS adds. */
export function groupWith(ingress: unknown, groupName = 'web') {
  return {
    groupName,
    description: 'a group',
    vpcId: 'vpc-1',
    ingress,
    egress: [rule({ cidrIpv4: '0.0.0.0/0' }, ALL_TRAFFIC)],
  }
}

/** A prefix list as it is stored. */
export function prefixListOf(prefixListId: string, ...cidrs: readonly string[]) {
  return {
    prefixListId,
    entries: cidrs.map((cidr) => ({ cidr })),
    owner: '111122223333',
    state: 'create-complete',
    addressFamily: 'IPv4',
  }
}

/** An inbound entry of a network ACL; all traffic unless said. */
export function entry(ruleNumber: number, action: AclEntry['action'], rest: Partial<AclEntry>) {
  return {
    ruleNumber,
    egress: false,
    action,
    protocol: '-1',
    fromPort: null,
    toPort: null,
    cidrIpv4: null,
    cidrIpv6: null,
    ...rest,
  }
}
