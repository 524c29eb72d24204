import { EnableEbsEncryptionByDefaultCommand, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { beforeAll, expect, it } from 'vitest'
import { AccountRegion } from '#core/account.ts'
import type { Snapshot } from '#core/check.ts'
import { judge, type Verdict } from '#core/judge.ts'
import type { Resource } from '#core/resource.ts'
import { COLLECTORS } from '#resources/collectors.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { collected } from '#test/resources/collect.ts'
import { seedEc2, type Ec2Seed } from '#test/resources/ec2-seed.ts'
import { transportTo } from '#test/resources/transport.ts'
import { CHECKS } from '../registry.ts'

// What collectors store is what checks read: resources made through AWS's API, collected and judged.

const ACCOUNT = '111122223333'
const REGION = 'eu-west-1'
const cloud = useAws()
let seed: Ec2Seed
let region: readonly Resource[]

beforeAll(async () => {
  const credentials = cloud.aws.adminCredentials(ACCOUNT)
  const clients = clientsFor(cloud.aws.url, credentials, REGION)
  const { ec2 } = clients
  seed = await seedEc2(clients)
  await ec2.send(new EnableEbsEncryptionByDefaultCommand({}))
  const MetadataOptions = { HttpTokens: 'optional' as const, HttpEndpoint: 'enabled' as const }
  await ec2.send(new RunInstancesCommand({ ImageId: 'ami-12c6146b', MinCount: 1, MaxCount: 1, MetadataOptions }))
  region = await collectEc2(REGION)
})

async function collectEc2(where: string): Promise<readonly Resource[]> {
  const credentials = cloud.aws.adminCredentials(ACCOUNT)
  const aws = transportTo({ url: cloud.aws.url, credentials, accountId: ACCOUNT, region: where })
  const found: Resource[] = []
  for (const collector of COLLECTORS.filter(({ types }) => types.every(({ service }) => service === 'ec2'))) {
    found.push(...(await collected(collector, aws)).resources)
  }
  aws.destroy()
  return found
}

function snapshotOf(resources: readonly Resource[]): Snapshot {
  const value = (resource: Resource, key: string): unknown => Reflect.get(Object(resource.data), key)
  return {
    account: {},
    region: () => resources.find(({ type }) => type === AccountRegion.type)?.data,
    find: ({ type, key }, _, wanted) => ({
      members: resources.filter(
        (resource) => resource.type === type.type && (key === null || value(resource, key) === wanted),
      ),
      incomplete: [],
    }),
  }
}

/** Verdicts by resource id. */
function verdicts(checkId: string, resources: readonly Resource[] = region): Readonly<Record<string, Verdict>> {
  const check = CHECKS.find(({ id }) => id === checkId)
  if (check === undefined) throw new Error(`no check ${checkId}`)
  const around = { accountId: ACCOUNT, snapshot: snapshotOf(resources), params: check.defaults, now: new Date() }
  const judged = resources.filter(({ type }) => type === check.on.type)
  return Object.fromEntries(judged.map((resource) => [resource.id, judge(check, resource, around).verdict]))
}

it('says nothing unknown of what was collected whole', () => {
  const ids = CHECKS.filter(({ on }) => on.service === 'ec2').map(({ id }) => id)
  expect(ids.length).toBe(10)
  expect(ids.flatMap((id) => Object.values(verdicts(id)).filter((verdict) => verdict === 'unknown'))).toEqual([])
})

it('finds the open group, and not the closed ones', () => {
  for (const id of ['ec2-sg-remote-admin-ipv4', 'ec2-sg-remote-admin-ipv6']) {
    const { [seed.groupId]: web, ...others } = verdicts(id)
    expect(web).toBe('fail')
    expect(Object.values(others).length).toBeGreaterThan(1)
    expect(new Set(Object.values(others))).toEqual(new Set(['pass']))
  }
  expect(verdicts('ec2-sg-cifs-open')[seed.groupId]).toBe('pass')
  expect(verdicts('ec2-sg-open-all-ports')[seed.groupId]).toBe('pass')
})

it('judges default groups and network ACLs as AWS makes them', () => {
  const groups = verdicts('ec2-default-sg-closed')
  expect(groups[seed.groupId]).toBe('not_applicable')
  expect(new Set(Object.values(groups))).toEqual(new Set(['not_applicable', 'fail']))

  // The seed denies SSH before it allows it; nothing else is let in.
  const { [seed.aclId]: own, ...defaults } = verdicts('ec2-nacl-remote-admin')
  expect(own).toBe('pass')
  expect(new Set(Object.values(defaults))).toEqual(new Set(['fail']))
})

it('tells instances with IMDSv2 from those without', () => {
  const { [seed.instanceId]: required, ...others } = verdicts('ec2-instance-imdsv2')
  expect(required).toBe('pass')
  expect(Object.values(others)).toEqual(['fail'])
  expect(new Set(Object.values(verdicts('ec2-instance-iam-role')))).toEqual(new Set(['fail']))
})

it('finds the flow log of a VPC, and that of no other', () => {
  const { [seed.vpcId]: logged, ...others } = verdicts('ec2-vpc-flow-logs')
  expect(logged).toBe('pass')
  // The default VPC has none, and the third one's is not delivered.
  expect(Object.values(others)).toEqual(['fail', 'fail'])
})

it('reads the default encryption of each region by itself', async () => {
  expect(Object.values(verdicts('ec2-ebs-default-encryption'))).toEqual(['pass'])
  expect(Object.values(verdicts('ec2-ebs-default-encryption', await collectEc2('eu-central-1')))).toEqual(['fail'])
})
