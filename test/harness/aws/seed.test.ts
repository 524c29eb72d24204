import {
  DescribeFlowLogsCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  GetEbsEncryptionByDefaultCommand,
} from '@aws-sdk/client-ec2'
import {
  GenerateCredentialReportCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
} from '@aws-sdk/client-iam'
import { GetBucketPolicyStatusCommand, GetBucketVersioningCommand, ListBucketsCommand } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, test } from 'vitest'
import { clientsFor } from './clients.ts'
import { refusalOf } from './refusal-of.ts'
import { assumeRole, policy, trustPolicy } from './roles.ts'
import { seedAccount } from './seed.ts'
import { useAws } from './use-aws.ts'

const ACCOUNT = '111122223333'
const cloud = useAws()
beforeEach(() => cloud.aws.reset())

const clients = (region?: string) => clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT), region)
const groupIds = async () => {
  const { SecurityGroups } = await clients().ec2.send(new DescribeSecurityGroupsCommand())
  return SecurityGroups?.map(({ GroupId, GroupName }) => `${GroupName} ${GroupId}`)
}

describe('a neglected account', () => {
  test('has something wrong of every kind, in every region', async () => {
    const seeded = await seedAccount(cloud.aws, ACCOUNT)
    expect(seeded.regions).toEqual(['eu-central-1', 'eu-west-1', 'us-east-1'])
    for (const region of seeded.regions) {
      const { Reservations } = await clients(region).ec2.send(new DescribeInstancesCommand())
      const tokens = Reservations?.flatMap(({ Instances }) => Instances?.map((one) => one.MetadataOptions?.HttpTokens))
      expect(tokens).toContain('optional')
    }
    const { FlowLogs } = await clients().ec2.send(new DescribeFlowLogsCommand())
    expect(FlowLogs).toHaveLength(1)
    const encrypted = async (region: string) =>
      (await clients(region).ec2.send(new GetEbsEncryptionByDefaultCommand())).EbsEncryptionByDefault
    expect([await encrypted('eu-central-1'), await encrypted('eu-west-1')]).toEqual([true, false])

    const { s3 } = clients()
    const { Buckets } = await s3.send(new ListBucketsCommand({ MaxBuckets: 100 }))
    expect(new Set(Buckets?.map(({ BucketRegion }) => BucketRegion)).size).toBe(3)
    const Bucket = seeded.buckets['assets']?.name
    expect((await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic).toBe(true)
    const logs = await s3.send(new GetBucketVersioningCommand({ Bucket: seeded.buckets['logs']?.name }))
    expect(logs.MFADelete).toBe('Enabled')
    const { SummaryMap } = await clients().iam.send(new GetAccountSummaryCommand())
    expect(SummaryMap).toMatchObject({ Users: 7, AccountAccessKeysPresent: 1, AccountMFAEnabled: 1 })
  })

  test('has credentials whose ages are counted from the given day', async () => {
    await seedAccount(cloud.aws, ACCOUNT, { now: new Date('2026-06-01T00:00:00Z') })
    const { iam } = clients()
    await iam.send(new GenerateCredentialReportCommand())
    await iam.send(new GenerateCredentialReportCommand())
    const csv = Buffer.from((await iam.send(new GetCredentialReportCommand())).Content ?? []).toString()
    const carol = csv.split('\n').find((line) => line.startsWith('carol,')) ?? ''
    expect(carol).toContain('2026-05-12T00:00:00+00:00') // 20 days
    expect(carol).toContain('2025-04-27T00:00:00+00:00') // 400 days
  })
})

test('the same account gets the same ids every time, and another account others', async () => {
  await seedAccount(cloud.aws, ACCOUNT)
  const first = await groupIds()
  await cloud.aws.reset()
  await seedAccount(cloud.aws, ACCOUNT)
  expect(await groupIds()).toEqual(first)
  await seedAccount(cloud.aws, '444455556666')
  const other = clientsFor(cloud.aws.url, cloud.aws.adminCredentials('444455556666'))
  const { SecurityGroups } = await other.ec2.send(new DescribeSecurityGroupsCommand())
  expect(SecurityGroups?.map(({ GroupName, GroupId }) => `${GroupName} ${GroupId}`)).not.toEqual(first)
})

test('a tended account is closed where the neglected one is open', async () => {
  await seedAccount(cloud.aws, ACCOUNT, { upkeep: 'tended', regions: ['eu-central-1', 'eu-west-1'] })
  expect((await groupIds())?.map((group) => group.split(' ')[0]).sort((a = '', b = '') => a.localeCompare(b))).toEqual([
    'default',
    'default',
    'office',
    'web',
  ])
  const { Buckets } = await clients().s3.send(new ListBucketsCommand())
  expect(Buckets).toHaveLength(3)
})

test('the scanner’s role opens to the worker with its ExternalId only, and does what its policy says', async () => {
  const { scannerRoleArn = '' } = await seedAccount(cloud.aws, ACCOUNT, {
    regions: ['eu-central-1'],
    scannerRole: {
      name: 'VedetteReadOnly',
      path: '/vedette/',
      trust: trustPolicy(cloud.aws.workerRoleArn(), 'the-external-id'),
      policy: policy('Allow', ['ec2:DescribeInstances']),
    },
  })
  expect(scannerRoleArn).toBe(`arn:aws:iam::${ACCOUNT}:role/vedette/VedetteReadOnly`)
  expect((await refusalOf(assumeRole(cloud.aws, { RoleArn: scannerRoleArn }))).name).toBe('AccessDenied')
  const session = await assumeRole(cloud.aws, { RoleArn: scannerRoleArn, ExternalId: 'the-external-id' })
  const { ec2, sts } = clientsFor(cloud.aws.url, session)
  expect((await sts.send(new GetCallerIdentityCommand())).Account).toBe(ACCOUNT)
  await ec2.send(new DescribeInstancesCommand())
  expect((await refusalOf(ec2.send(new DescribeSecurityGroupsCommand()))).name).toBe('UnauthorizedOperation')
})
