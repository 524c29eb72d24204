import * as ec2 from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import type { AwsCalls } from '#core/aws-call.ts'
import { typesRead } from '#core/evaluation.ts'
import { actionsOfCheck, leastPrivilege, type LeastPrivilege } from '#core/least-privilege.ts'
import { evaluateInMemory, type ListedResources } from '#core/memory-snapshot.ts'
import { GLOBAL } from '#core/resource.ts'
import { COLLECTORS } from '#resources/collectors.ts'
import { actionsOf } from '#resources/operations.ts'
import { TYPES_BY_NAME } from '#resources/registry.ts'
import { clientsFor } from './harness/aws/clients.ts'
import { assumeRole, createRole, setRolePolicy, trustPolicy } from './harness/aws/roles.ts'
import { seedAccount } from './harness/aws/seed.ts'
import { useAws } from './harness/aws/use-aws.ts'
import { collected } from './resources/collect.ts'
import { transportTo } from './resources/transport.ts'

// One region, collected and judged in process under exactly the generated policy, with moto's IAM enforcement on too.

const ACCOUNT = '111122223333'
const REGION = 'eu-central-1'
const ROLE = 'Scanner'
const POLICY = leastPrivilege({ checks: CHECKS, types: TYPES_BY_NAME, actionsOf })
const ACTIONS = POLICY.Statement.flatMap(({ Action }) => Action)

const cloud = useAws()
let roleArn: string

beforeAll(async () => {
  const { aws } = cloud
  await seedAccount(aws, ACCOUNT, { regions: [REGION] })
  // With a virtual device or none, the root user's check fails whatever the list of devices says.
  aws.account(ACCOUNT).root({ mfa: 'hardware' })
  aws.account(ACCOUNT).credentialReport({}, { polls: 0 })
  await seedPrefixLists()
  roleArn = await createRole(aws, ACCOUNT, { name: ROLE, trust: trustPolicy(aws.workerRoleArn()), policy: POLICY })
  await aws.enforceIam(true)
})
afterAll(() => cloud.aws.enforceIam(false))

/** A group that is as open as two prefix lists are, one per address family: what is in them decides. */
async function seedPrefixLists(): Promise<void> {
  const client = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT), REGION).ec2
  const listOf = async (AddressFamily: string, Cidr: string): Promise<ec2.PrefixListId> => {
    const list = { PrefixListName: `offices-${AddressFamily}`, AddressFamily, MaxEntries: 5, Entries: [{ Cidr }] }
    const { PrefixList } = await client.send(new ec2.CreateManagedPrefixListCommand(list))
    return { PrefixListId: PrefixList?.PrefixListId }
  }
  const { GroupId } = await client.send(
    new ec2.CreateSecurityGroupCommand({ GroupName: 'lists', Description: 'lists' }),
  )
  const PrefixListIds = [await listOf('IPv4', '203.0.113.0/24'), await listOf('IPv6', '2001:db8::/32')]
  const IpPermissions = [{ IpProtocol: '-1', PrefixListIds }]
  await client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
}

async function collectAll(aws: AwsCalls): Promise<readonly ListedResources[]> {
  const wanted = typesRead(CHECKS)
  const collectors = COLLECTORS.filter(({ types }) => types.some(({ type }) => wanted.has(type)))
  const listings = await Promise.all(
    collectors.map(async (collector) => {
      const { resources, end } = await collected(collector, aws)
      return collector.types.map(({ type }) => ({
        type,
        location: collector.listed === 'global' ? GLOBAL : REGION,
        complete: end.complete,
        reasons: end.complete ? [] : [end.failure.reason],
        observedAt: (end.complete ? end.observedAt : undefined) ?? new Date(),
        resources: resources.filter((resource) => resource.type === type),
      }))
    }),
  )
  return listings.flat()
}

/** The checks of which something is unknown, in a scan under a policy. */
async function unknownUnder(policy: LeastPrivilege): Promise<readonly string[]> {
  const { aws } = cloud
  await setRolePolicy(aws, ACCOUNT, ROLE, policy)
  const credentials = await assumeRole(aws, { RoleArn: roleArn })
  const calls = transportTo({ url: aws.url, credentials, accountId: ACCOUNT, region: REGION })
  const { results, counts } = evaluateInMemory(
    {
      partition: 'aws',
      accountId: ACCOUNT,
      checks: CHECKS.map((check) => ({ check, params: check.defaults })),
      regions: [REGION],
      wantedRegions: null,
    },
    await collectAll(calls),
  )
  calls.destroy()
  expect(counts).toHaveLength(CHECKS.length)
  // Every unknown says why.
  for (const { verdict, missing } of results) {
    if (verdict === 'unknown') expect(missing.flatMap(({ reasons }) => reasons)).not.toEqual([])
  }
  return counts.filter(({ counts: of }) => of.unknown > 0).map(({ checkId }) => checkId)
}

const without = (action: string): LeastPrivilege => ({
  ...POLICY,
  Statement: POLICY.Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((allowed) => allowed !== action),
  })).filter(({ Action }) => Action.length > 0),
})
const needing = (action: string): readonly string[] =>
  CHECKS.filter((check) => actionsOfCheck(check, { types: TYPES_BY_NAME, actionsOf }).includes(action)).map(
    ({ id }) => id,
  )

describe('the generated policy', () => {
  it('is what the checks need, and no more', () => {
    expect(ACTIONS.filter((action) => needing(action).length === 0)).toEqual([])
    // Written out, so that a change of what Vedette asks its users for is seen in review.
    expect(ACTIONS).toMatchInlineSnapshot(`
      [
        "ec2:DescribeFlowLogs",
        "ec2:DescribeInstances",
        "ec2:DescribeManagedPrefixLists",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeVpcs",
        "ec2:GetEbsEncryptionByDefault",
        "ec2:GetManagedPrefixListEntries",
        "iam:GenerateCredentialReport",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetAccountPasswordPolicy",
        "iam:GetAccountSummary",
        "iam:GetCredentialReport",
        "iam:ListServerCertificates",
        "iam:ListVirtualMFADevices",
        "s3:GetAccountPublicAccessBlock",
        "s3:GetBucketAcl",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:ListAllMyBuckets",
      ]
    `)
  })

  // First, while AWS has no report: one that is there is read without making it.
  it('lacking iam:GenerateCredentialReport leaves unknown precisely the checks that need it', async () => {
    expect(await unknownUnder(without('iam:GenerateCredentialReport'))).toEqual(needing('iam:GenerateCredentialReport'))
  })

  it('reaches full coverage', async () => {
    expect(await unknownUnder(POLICY)).toEqual([])
  })

  it.each(ACTIONS.filter((action) => action !== 'iam:GenerateCredentialReport'))(
    'lacking %s leaves unknown precisely the checks that need it',
    async (action) => {
      expect(await unknownUnder(without(action))).toEqual(needing(action))
    },
  )
})
