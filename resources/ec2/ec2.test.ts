import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Resource } from '#core/resource.ts'
import type { AwsTransport } from '#platform/aws/transport.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { assumeRole, createRole, policy, trustPolicy } from '#test/harness/aws/roles.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { collected, unknownsIn } from '#test/resources/collect.ts'
import { seedEc2, type Ec2Seed } from '#test/resources/ec2-seed.ts'
import { transportTo } from '#test/resources/transport.ts'
import { accountRegion } from '../account-region.collect.ts'
import { COLLECTORS } from '../collectors.ts'
import { instances } from './instance.collect.ts'
import { networkAcls } from './network-acl.collect.ts'
import { prefixLists } from './prefix-list.collect.ts'
import { securityGroups } from './security-group.collect.ts'
import { snapshots } from './snapshot.collect.ts'

const ACCOUNT = '111122223333'
const SEEDED = 'eu-west-1'
const EMPTY = 'eu-central-1'
const EC2 = COLLECTORS.filter(({ types }) => types.every(({ service }) => service === 'ec2'))

const cloud = useAws()
let seed: Ec2Seed
let callsIn: (region: typeof SEEDED | typeof EMPTY) => AwsTransport

beforeAll(async () => {
  const { aws } = cloud
  const RoleArn = await createRole(aws, ACCOUNT, {
    name: 'Reader',
    trust: trustPolicy(aws.workerRoleArn()),
    policy: policy('Allow', ['ec2:Describe*', 'ec2:Get*']),
  })
  const credentials = await assumeRole(aws, { RoleArn })
  const to = (region: string) => transportTo({ url: aws.url, credentials, accountId: ACCOUNT, region })
  const transports = { [SEEDED]: to(SEEDED), [EMPTY]: to(EMPTY) }
  callsIn = (region) => transports[region]
  seed = await seedEc2(clientsFor(aws.url, aws.adminCredentials(ACCOUNT), SEEDED))
})
afterAll(() => {
  callsIn(SEEDED).destroy()
  callsIn(EMPTY).destroy()
})
beforeEach(() => cloud.aws.clearCalls())
afterEach(() => cloud.aws.faults.clear())

async function collectAll(region: typeof SEEDED | typeof EMPTY): Promise<readonly Resource[]> {
  const found: Resource[] = []
  for (const collector of EC2) {
    const { resources, end } = await collected(collector, callsIn(region))
    expect(end).toEqual({ complete: true })
    found.push(...resources)
  }
  return found
}

async function find(collector: (typeof EC2)[number], id: string): Promise<Resource | undefined> {
  const { resources } = await collected(collector, callsIn(SEEDED))
  return resources.find((resource) => resource.id === id)
}

/** What one region costs: a listing per type, public snapshots, and two settings. */
const PER_REGION = {
  'ec2:DescribeAddresses': 1,
  'ec2:DescribeClientVpnEndpoints': 1,
  'ec2:DescribeFlowLogs': 1,
  'ec2:DescribeImages': 1,
  'ec2:DescribeInstances': 1,
  'ec2:DescribeInternetGateways': 1,
  'ec2:DescribeKeyPairs': 1,
  'ec2:DescribeLaunchTemplates': 1,
  'ec2:DescribeManagedPrefixLists': 1,
  'ec2:DescribeNatGateways': 1,
  'ec2:DescribeNetworkAcls': 1,
  'ec2:DescribeNetworkInterfaces': 1,
  'ec2:DescribeRouteTables': 1,
  'ec2:DescribeSecurityGroups': 1,
  'ec2:DescribeSnapshots': 2,
  'ec2:DescribeSubnets': 1,
  'ec2:DescribeTransitGateways': 1,
  'ec2:DescribeVolumes': 1,
  'ec2:DescribeVpcEndpoints': 1,
  'ec2:DescribeVpcPeeringConnections': 1,
  'ec2:DescribeVpcs': 1,
  'ec2:DescribeVpnConnections': 1,
  'ec2:GetEbsEncryptionByDefault': 1,
  'ec2:GetSnapshotBlockPublicAccessState': 1,
}

describe('a region is collected', () => {
  it('empty but for its default VPC, in 25 calls', async () => {
    const found = await collectAll(EMPTY)
    expect(cloud.aws.counts()).toEqual(PER_REGION)
    expect(found.flatMap(({ id, data }) => unknownsIn(data, id))).toEqual([])
  })

  it('seeded, in one call more: the entries of its own prefix list', async () => {
    const found = await collectAll(SEEDED)
    expect(cloud.aws.counts()).toEqual({ ...PER_REGION, 'ec2:GetManagedPrefixListEntries': 1 })
    expect(found.flatMap(({ id, data }) => unknownsIn(data, id))).toEqual([])

    const types = new Set(found.map(({ type }) => type))
    const missing = EC2.flatMap((collector) => collector.types).filter(({ type }) => !types.has(type))
    // Moto cannot make one.
    expect(missing.map(({ type }) => type)).toEqual(['AWS::EC2::ClientVpnEndpoint'])
  })

  it('by the operations that its collectors declare, and no other', async () => {
    for (const collector of EC2) {
      cloud.aws.clearCalls()
      await collected(collector, callsIn(SEEDED))
      expect(Object.keys(cloud.aws.counts())).toEqual([...collector.operations].sort())
    }
  })

  it('the same each time when nothing changed', async () => {
    expect(await collectAll(SEEDED)).toEqual(await collectAll(SEEDED))
  })

  it('with ids and ARNs that tell every resource from every other', async () => {
    const found = await collectAll(SEEDED)
    const keys = found.map(({ type, id }) => `${type} ${id}`)
    const arns = found.flatMap(({ arn }) => arn ?? [])
    expect(new Set(keys).size).toBe(found.length)
    expect(new Set(arns).size).toBe(arns.length)
    for (const arn of arns) expect(arn).toMatch(/^arn:aws:ec2:eu-west-1:(\d{12}|aws)?:[a-z-]+\/[\w-]+$/)
  })
})

describe('pages', () => {
  afterEach(() => cloud.aws.pageLimit(1000))

  it('are followed to the end', async () => {
    const whole = await collected(securityGroups, callsIn(SEEDED))
    cloud.aws.pageLimit(1)
    cloud.aws.clearCalls()
    const paged = await collected(securityGroups, callsIn(SEEDED))
    expect(paged.pages.map((page) => page.length)).toEqual(whole.resources.map(() => 1))
    expect(paged.resources).toEqual(whole.resources)
    expect(cloud.aws.counts()).toEqual({ 'ec2:DescribeSecurityGroups': whole.resources.length })
  })

  it('that came before a failure stand, and the listing says it is not complete', async () => {
    cloud.aws.pageLimit(1)
    cloud.aws.faults.add({ operation: 'DescribeSecurityGroups', nth: 2, fault: { kind: 'denied' } })
    const { resources, end } = await collected(securityGroups, callsIn(SEEDED))
    expect(resources).toHaveLength(1)
    expect(end).toMatchObject({
      complete: false,
      failure: { operation: 'ec2:DescribeSecurityGroups', reason: { kind: 'denied' } },
    })
  })
})

describe('an instance', () => {
  it('comes with its metadata options and without a role where it has none', async () => {
    expect(await find(instances, seed.instanceId)).toMatchObject({
      name: 'web',
      location: SEEDED,
      ownerId: ACCOUNT,
      tags: { Name: 'web' },
      data: {
        state: 'running',
        vpcId: seed.vpcId,
        instanceProfileArn: null,
        metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required' },
      },
    })
  })
})

describe('a security group', () => {
  it('has one rule per source, each with the ports of its permission', async () => {
    const none = { cidrIpv4: null, cidrIpv6: null, prefixListId: null, groupId: null }
    const ssh = { protocol: 'tcp', fromPort: 22, toPort: 22, ...none }
    const group = await find(securityGroups, seed.groupId)
    expect(group).toMatchObject({ name: 'web', data: { ingress: { length: 5 } } })
    expect(group).toHaveProperty(
      'data.ingress',
      expect.arrayContaining([
        { ...ssh, cidrIpv4: '203.0.113.0/24' },
        { ...ssh, cidrIpv4: '0.0.0.0/0' },
        { ...ssh, cidrIpv6: '::/0' },
        { ...none, protocol: '-1', fromPort: null, toPort: null, groupId: seed.groupId },
        { ...none, protocol: 'icmp', fromPort: -1, toPort: -1, cidrIpv4: '10.0.0.0/8' },
      ]),
    )
  })
})

describe('a network ACL', () => {
  it('has its entries in the order in which they count', async () => {
    const ssh = { protocol: '6', fromPort: 22, toPort: 22, cidrIpv4: '0.0.0.0/0', cidrIpv6: null }
    expect(await find(networkAcls, seed.aclId)).toMatchObject({
      data: {
        vpcId: seed.vpcId,
        isDefault: false,
        entries: [
          { egress: false, ruleNumber: 9, action: 'deny', ...ssh },
          { egress: false, ruleNumber: 100, action: 'allow', ...ssh },
          { egress: true, ruleNumber: 1, action: 'allow', ...ssh },
        ],
      },
    })
  })
})

describe('a prefix list', () => {
  it('has its entries; of AWS’s own lists they are not asked for', async () => {
    const { resources } = await collected(prefixLists, callsIn(SEEDED))
    const own = resources.find(({ id }) => id === seed.prefixListId)
    expect(own?.data).toMatchObject({ entries: [{ cidr: '198.51.100.0/24' }, { cidr: '203.0.113.0/24' }] })
    const others = resources.filter(({ ownerId }) => ownerId === 'AWS')
    expect(others.length).toBeGreaterThan(0)
    for (const { data } of others) expect(data).toMatchObject({ entries: { $value: [], $basis: 'aws_default' } })
  })

  it('whose entries are refused is listed, its entries unknown', async () => {
    cloud.aws.faults.add({ operation: 'GetManagedPrefixListEntries', fault: { kind: 'denied' } })
    const { resources, end } = await collected(prefixLists, callsIn(SEEDED))
    expect(end).toEqual({ complete: true })
    expect(resources.find(({ id }) => id === seed.prefixListId)?.data).toMatchObject({
      entries: { $items: [], $incomplete: [{ kind: 'denied', action: 'ec2:GetManagedPrefixListEntries' }] },
    })
  })
})

describe('snapshots', () => {
  const shared = async () =>
    new Map(
      (await collected(snapshots, callsIn(SEEDED))).resources.map(({ id, data }) => [
        id,
        (data as { isRestorableByAll: unknown }).isRestorableByAll,
      ]),
    )

  it('are public or not, without a call for each', async () => {
    const seen = await shared()
    expect(seen.get(seed.publicSnapshotId)).toBe(true)
    expect(seen.get(seed.privateSnapshotId)).toBe(false)
    expect(cloud.aws.counts()).toEqual({ 'ec2:DescribeSnapshots': 2 })
  })

  it('are neither when the public ones could not be listed', async () => {
    cloud.aws.faults.add({ operation: 'DescribeSnapshots', nth: 1, fault: { kind: 'denied' } })
    const seen = await shared()
    expect(seen.get(seed.publicSnapshotId)).toMatchObject({ $unknown: [{ kind: 'denied' }] })
    expect(seen.get(seed.privateSnapshotId)).toMatchObject({ $unknown: [{ kind: 'denied' }] })
  })
})

describe('the settings of a region', () => {
  it('cost one field when one is refused', async () => {
    cloud.aws.faults.add({ operation: 'GetEbsEncryptionByDefault', fault: { kind: 'denied' } })
    const { resources, end } = await collected(accountRegion, callsIn(SEEDED))
    expect(end).toEqual({ complete: true })
    expect(resources.map(({ data }) => data)).toMatchObject([
      {
        region: SEEDED,
        ebsEncryptionByDefault: { $unknown: [{ kind: 'denied', action: 'ec2:GetEbsEncryptionByDefault' }] },
        snapshotBlockPublicAccess: 'unblocked',
      },
    ])
  })
})
