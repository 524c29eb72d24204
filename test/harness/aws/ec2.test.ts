import * as ec2 from '@aws-sdk/client-ec2'
import { ListUsersCommand } from '@aws-sdk/client-iam'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { ListQueuesCommand } from '@aws-sdk/client-sqs'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, test } from 'vitest'
import { clientsFor } from './clients.ts'
import type { Clients } from './clients.ts'
import { refusalOf } from './refusal-of.ts'
import { assumeRole, createRole, policy, trustPolicy } from './roles.ts'
import { useAws } from './use-aws.ts'

const ACCOUNT = '111122223333'
const cloud = useAws()
let clients: Clients

beforeEach(async () => {
  await cloud.aws.reset()
  clients = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
})

describe('regions', () => {
  const names = async (AllRegions: boolean) => {
    const { Regions } = await clients.ec2.send(new ec2.DescribeRegionsCommand({ AllRegions }))
    return Object.fromEntries((Regions ?? []).map(({ RegionName, OptInStatus }) => [RegionName, OptInStatus]))
  }

  test('an account has the regions it enabled, others are known but not opted in', async () => {
    expect(Object.keys(await names(false))).toEqual(['eu-central-1', 'eu-west-1', 'us-east-1'])
    cloud.aws.account(ACCOUNT).enableRegions(['eu-central-1', 'eu-south-1'])
    expect(await names(false)).toEqual({ 'eu-central-1': 'opt-in-not-required', 'eu-south-1': 'opted-in' })
    expect(await names(true)).toMatchObject({ 'eu-south-1': 'opted-in', 'af-south-1': 'not-opted-in' })
  })

  test('a region that is not enabled does not know the caller, in each service’s words', async () => {
    const elsewhere = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT), 'me-south-1')
    expect(await refusalOf(elsewhere.ec2.send(new ec2.DescribeVpcsCommand()))).toMatchObject({
      name: 'AuthFailure',
      status: 401,
    })
    expect((await refusalOf(elsewhere.sts.send(new GetCallerIdentityCommand()))).name).toBe('InvalidClientTokenId')
    expect((await refusalOf(elsewhere.s3.send(new ListBucketsCommand()))).name).toBe('InvalidAccessKeyId')
    expect((await refusalOf(elsewhere.sqs.send(new ListQueuesCommand()))).name).toBe('UnrecognizedClientException')
    await elsewhere.iam.send(new ListUsersCommand())
  })
})

describe('paging', () => {
  test('lists that moto answers whole come in pages, each item once', async () => {
    const { Vpcs } = await clients.ec2.send(new ec2.DescribeVpcsCommand())
    const VpcId = Vpcs?.[0]?.VpcId
    for (let index = 0; index < 6; index += 1) {
      await clients.ec2.send(new ec2.CreateSecurityGroupCommand({ GroupName: `g${index}`, Description: 'd', VpcId }))
    }
    const pages: (string | undefined)[][] = []
    for await (const page of ec2.paginateDescribeSecurityGroups({ client: clients.ec2, pageSize: 5 }, {})) {
      pages.push((page.SecurityGroups ?? []).map(({ GroupName }) => GroupName))
    }
    expect(pages.map((page) => page.length)).toEqual([5, 2])
    expect(new Set(pages.flat())).toEqual(new Set(['default', 'g0', 'g1', 'g2', 'g3', 'g4', 'g5']))
  })

  test('a page limit makes every list come in pages, whatever was asked for', async () => {
    cloud.aws.pageLimit(1)
    const { Subnets, NextToken } = await clients.ec2.send(new ec2.DescribeSubnetsCommand())
    expect(Subnets).toHaveLength(1)
    expect(NextToken).toEqual(expect.any(String))
    const all: unknown[] = []
    for await (const page of ec2.paginateDescribeSubnets({ client: clients.ec2 }, {})) all.push(...(page.Subnets ?? []))
    expect(all.length).toBeGreaterThan(2)
  })

  test('page sizes and tokens that AWS would refuse are refused', async () => {
    const small = clients.ec2.send(new ec2.DescribeVolumesCommand({ MaxResults: 1 }))
    expect((await refusalOf(small)).name).toBe('InvalidParameterValue')
    const stale = clients.ec2.send(new ec2.DescribeVolumesCommand({ NextToken: 'made-up' }))
    expect((await refusalOf(stale)).name).toBe('InvalidPaginationToken')
  })
})

describe('what moto lacks', () => {
  test('settings are kept per account and region', async () => {
    const elsewhere = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT), 'eu-west-1')
    const read = async ({ ec2: client }: Clients) =>
      (await client.send(new ec2.GetSnapshotBlockPublicAccessStateCommand())).State
    expect(await read(clients)).toBe('unblocked')
    await clients.ec2.send(new ec2.EnableSnapshotBlockPublicAccessCommand({ State: 'block-all-sharing' }))
    expect([await read(clients), await read(elsewhere)]).toEqual(['block-all-sharing', 'unblocked'])
    await clients.ec2.send(new ec2.DisableSnapshotBlockPublicAccessCommand())
    expect(await read(clients)).toBe('unblocked')
  })

  test('images, serial console, default key and metadata defaults can be read and changed', async () => {
    await clients.ec2.send(
      new ec2.EnableImageBlockPublicAccessCommand({ ImageBlockPublicAccessState: 'block-new-sharing' }),
    )
    await clients.ec2.send(new ec2.EnableSerialConsoleAccessCommand())
    await clients.ec2.send(new ec2.ModifyInstanceMetadataDefaultsCommand({ HttpTokens: 'required' }))
    const images = await clients.ec2.send(new ec2.GetImageBlockPublicAccessStateCommand())
    const serial = await clients.ec2.send(new ec2.GetSerialConsoleAccessStatusCommand())
    const metadata = await clients.ec2.send(new ec2.GetInstanceMetadataDefaultsCommand())
    const key = await clients.ec2.send(new ec2.GetEbsDefaultKmsKeyIdCommand())
    expect(images.ImageBlockPublicAccessState).toBe('block-new-sharing')
    expect(serial.SerialConsoleAccessEnabled).toBe(true)
    expect(metadata.AccountLevel).toEqual({ HttpTokens: 'required' })
    expect(key.KmsKeyId).toBe('alias/aws/ebs')
  })

  test('snapshots restorable by all are those that are shared with all', async () => {
    const snapshot = async () => {
      const volume = await clients.ec2.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'eu-central-1a', Size: 1 }))
      return (await clients.ec2.send(new ec2.CreateSnapshotCommand({ VolumeId: volume.VolumeId }))).SnapshotId
    }
    const [open] = [await snapshot(), await snapshot()]
    await clients.ec2.send(
      new ec2.ModifySnapshotAttributeCommand({
        SnapshotId: open,
        Attribute: 'createVolumePermission',
        OperationType: 'add',
        GroupNames: ['all'],
      }),
    )
    const own = { OwnerIds: ['self'] }
    const { Snapshots } = await clients.ec2.send(
      new ec2.DescribeSnapshotsCommand({ ...own, RestorableByUserIds: ['all'] }),
    )
    expect(Snapshots?.map(({ SnapshotId }) => SnapshotId)).toEqual([open])
    expect((await clients.ec2.send(new ec2.DescribeSnapshotsCommand(own))).Snapshots).toHaveLength(2)
  })

  test('the default group of a VPC lets its own members in, of the first VPC and of later ones', async () => {
    await clients.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }))
    const { SecurityGroups = [] } = await clients.ec2.send(new ec2.DescribeSecurityGroupsCommand())
    const peers = SecurityGroups.map(({ GroupId, IpPermissions = [] }) => [
      GroupId,
      IpPermissions.flatMap(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.map((pair) => pair.GroupId)),
    ])
    expect(peers).toHaveLength(2)
    for (const [group, members] of peers) expect(members).toEqual([group])
  })

  test('an operation that nobody implements is an error that can be read, not a page of HTML', async () => {
    const refusal = await refusalOf(clients.ec2.send(new ec2.DescribeIpamsCommand()))
    expect(refusal).toMatchObject({ name: 'InvalidAction', message: expect.stringContaining('ec2:DescribeIpams') })
  })
})

test('a region that an SCP denies is refused with AWS’s words', async () => {
  await createRole(cloud.aws, ACCOUNT, {
    name: 'Reader',
    trust: trustPolicy(cloud.aws.workerRoleArn()),
    policy: policy('Allow', ['ec2:*']),
  })
  cloud.aws
    .account(ACCOUNT)
    .serviceControlPolicies([
      policy('Deny', ['ec2:*'], { Condition: { StringNotEquals: { 'aws:RequestedRegion': ['eu-central-1'] } } }),
    ])
  const session = await assumeRole(cloud.aws, { RoleArn: `arn:aws:iam::${ACCOUNT}:role/Reader` })
  await clientsFor(cloud.aws.url, session).ec2.send(new ec2.DescribeVpcsCommand())
  const denied = clientsFor(cloud.aws.url, session, 'eu-west-1').ec2.send(new ec2.DescribeVpcsCommand())
  expect(await refusalOf(denied)).toMatchObject({
    name: 'UnauthorizedOperation',
    message: expect.stringContaining('with an explicit deny in a service control policy'),
  })
})
