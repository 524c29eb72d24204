import { Account, AccountRegion } from '#core/account.ts'
import { GLOBAL, type Resource, type ResourceType } from '#core/resource.ts'
import { storedPolicy } from '#core/iam/document.ts'
import { resourceOf, type Collected } from '#resources/collector.ts'
import { FlowLog } from '#resources/ec2/flow-log.ts'
import { Instance } from '#resources/ec2/instance.ts'
import { NetworkAcl } from '#resources/ec2/network-acl.ts'
import { PrefixList } from '#resources/ec2/prefix-list.ts'
import { SecurityGroup } from '#resources/ec2/security-group.ts'
import { Vpc } from '#resources/ec2/vpc.ts'
import { Policy } from '#resources/iam/policy.ts'
import { Role } from '#resources/iam/role.ts'
import { User } from '#resources/iam/user.ts'
import { VirtualMfaDevice } from '#resources/iam/virtual-mfa-device.ts'
import { Bucket } from '#resources/s3/bucket.ts'
import * as samples from '#test/checks/samples.ts'

/*
 * An account of about 100,000 resources as collectors hand them over, in the types that checks judge and look up (the
 * look-ups, which evaluate holds as a whole: prefix lists, flow logs, roles, MFA devices, at what quotas allow).
 * Of everything a part is wrong. Made from its numbers alone: the same account every time.
 */

export const REGION = 'eu-central-1'
const ACCOUNT = '111122223333'

interface Herd {
  readonly type: ResourceType
  readonly count: number
  page(from: number, size: number): readonly Resource[]
}

function herd<T>(type: ResourceType<T>, count: number, data: (index: number, id: string) => Collected<T>): Herd {
  const kind = type.type.split('::').at(-1)?.toLowerCase() ?? ''
  const make = (index: number): readonly Resource[] => {
    const id = `${kind}-${String(index).padStart(17, '0')}`
    const made = resourceOf(type, {
      id,
      arn: type.type === Policy.type ? null : `arn:aws:${type.service}:${REGION}:${ACCOUNT}:${kind}/${id}`,
      location: type.listed === 'global' ? GLOBAL : REGION,
      tags: [
        { Key: 'Name', Value: `${kind} ${index}` },
        { Key: 'team', Value: `team-${index % 23}` },
        { Key: 'environment', Value: index % 4 === 0 ? 'production' : 'staging' },
      ],
      data: data(index, id),
    })
    return made === undefined ? [] : [made]
  }
  return {
    type,
    count,
    page: (from, size) => Array.from({ length: Math.min(size, count - from) }, (_, n) => make(from + n)).flat(),
  }
}

/** One herd per type; the types that are not here have no resources. */
export const LARGE_ACCOUNT: readonly Herd[] = [
  herd(Account, 1, () => samples.account()),
  herd(AccountRegion, 1, () => ({
    region: REGION,
    ebsEncryptionByDefault: true,
    snapshotBlockPublicAccess: 'block-all-sharing',
  })),
  // With everything else: 100,000.
  herd(Instance, 52_898, (index) => ({
    state: 'running',
    instanceType: 'm6i.large',
    imageId: `ami-${index % 7}`,
    launchedAt: samples.daysAgo(index % 300),
    vpcId: `vpc-${index % 1_000}`,
    subnetId: `subnet-${index % 3_000}`,
    publicIp: index % 9 === 0 ? '198.51.100.7' : null,
    instanceProfileArn: index % 5 === 0 ? null : `arn:aws:iam::${ACCOUNT}:instance-profile/web-server`,
    metadataOptions: { httpEndpoint: 'enabled', httpTokens: index % 10 === 0 ? 'optional' : 'required' },
  })),
  herd(SecurityGroup, 20_000, (index) => ({
    groupName: index % 20 === 0 ? 'default' : `group-${index}`,
    description: 'made up for a measurement',
    vpcId: `vpc-${index % 1_000}`,
    ingress: [
      rule(443, { cidrIpv4: '0.0.0.0/0' }),
      rule(index % 5 === 0 ? 22 : 8_443, { cidrIpv4: '0.0.0.0/0' }),
      rule(5_432, { groupId: `sg-${index + 1}` }),
      index % 10 === 0
        ? rule(3_389, { prefixListId: `pl-${index % 100}` })
        : rule(3_389, { cidrIpv4: '203.0.113.0/24' }),
    ],
    egress: [{ ...rule(null, { cidrIpv4: '0.0.0.0/0' }), protocol: '-1' }],
  })),
  herd(PrefixList, 100, (index) => ({
    prefixListId: `pl-${index}`,
    owner: ACCOUNT,
    state: 'create-complete',
    addressFamily: 'IPv4',
    entries: Array.from({ length: 20 }, (_, entry) => ({ cidr: `10.${index}.${entry}.0/24` })),
  })),
  herd(NetworkAcl, 1_000, (index) => ({
    vpcId: `vpc-${index}`,
    isDefault: true,
    entries: [
      aclEntry(100, 'allow', index % 2 === 0 ? '0.0.0.0/0' : '10.0.0.0/8'),
      aclEntry(32_767, 'deny', '0.0.0.0/0'),
    ],
    subnetIds: [`subnet-${index}`],
  })),
  herd(Vpc, 1_000, (index) => ({
    vpcId: `vpc-${index}`,
    state: 'available',
    isDefault: false,
    cidrs: ['10.0.0.0/16'],
    ipv6Cidrs: [],
  })),
  herd(FlowLog, 5_000, (index) => ({
    resourceId: `vpc-${index % 1_100}`,
    status: 'ACTIVE',
    deliverLogsStatus: 'SUCCESS',
    deliverLogsError: null,
    trafficType: 'ALL',
    destinationType: 's3',
    destination: 'arn:aws:s3:::flow-logs',
  })),
  herd(Bucket, 5_000, (index, id) => ({
    ...samples.bucket({ policy: index % 3 === 0 ? null : policyOf(id, 'arn:aws:iam::444455556666:role/reader') }),
    name: id,
  })),
  herd(Role, 5_000, (index, id) => ({
    created: samples.daysAgo(400),
    trustPolicy: document({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
    attachedPolicies: [{ arn: `arn:aws:iam::${ACCOUNT}:policy/${id}`, name: id }],
    inlinePolicies: ['inline'],
    permissionsBoundary: null,
    lastUsed: samples.daysAgo(index % 90),
  })),
  herd(Policy, 6_000, (index, id) => ({
    kind: 'inline',
    principal: `arn:aws:iam::${ACCOUNT}:role/${index}`,
    attachmentCount: 1,
    document: index % 50 === 0 ? document({ Effect: 'Allow', Action: '*', Resource: '*' }) : policyOf(id),
  })),
  herd(User, 2_000, (index) => samples.user({ report: { accessKey1: samples.key(index % 200, index % 100) } })),
  herd(VirtualMfaDevice, 2_000, (index) => ({
    userArn: `arn:aws:iam::${ACCOUNT}:user/user-${index}`,
    enabled: samples.daysAgo(300),
  })),
]

function rule(port: number | null, source: object) {
  const nowhere = { cidrIpv4: null, cidrIpv6: null, prefixListId: null, groupId: null }
  return { protocol: 'tcp', fromPort: port, toPort: port, ...nowhere, ...source }
}

function aclEntry(ruleNumber: number, action: 'allow' | 'deny', cidrIpv4: string) {
  return { ruleNumber, egress: false, action, protocol: '-1', fromPort: null, toPort: null, cidrIpv4, cidrIpv6: null }
}

function document(...statements: readonly object[]) {
  return storedPolicy(samples.policy(...statements), 'iam:GetAccountAuthorizationDetails')
}

/** About 1 KB, as policies that people write are. */
function policyOf(name: string, principal?: string) {
  const services = ['s3', 'sqs', 'sns', 'dynamodb', 'kms', 'logs']
  return document(
    ...services.map((service) => ({
      Sid: `Use${service}`,
      Effect: 'Allow',
      ...(principal === undefined ? {} : { Principal: { AWS: principal } }),
      Action: [`${service}:Get*`, `${service}:List*`, `${service}:Put*`],
      Resource: [
        `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`,
        `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}/*`,
      ],
    })),
  )
}
