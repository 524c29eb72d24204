import * as ec2 from '@aws-sdk/client-ec2'
import * as iam from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import * as s3control from '@aws-sdk/client-s3-control'
import { beforeAll, describe, expect, test } from 'vitest'
import { clientsFor } from './clients.ts'
import type { Clients } from './clients.ts'
import { assumeRole, createRole, policy, setRolePolicy, trustPolicy } from './roles.ts'
import { tier1Calls } from './tier1-calls.ts'
import { refusalOf } from './refusal-of.ts'
import { useAws } from './use-aws.ts'

const ACCOUNT = '111122223333'
const Bucket = 'vedette-listed'
const cloud = useAws()
let clients: Clients

beforeAll(async () => {
  clients = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
  const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const }
  await clients.s3.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration }))
  const PublicAccessBlockConfiguration = { BlockPublicAcls: true }
  await clients.s3control.send(
    new s3control.PutPublicAccessBlockCommand({ AccountId: ACCOUNT, PublicAccessBlockConfiguration }),
  )
})

describe('every listing of EC2, S3 and IAM is answered in a form the SDK reads', () => {
  test('each of them', async () => {
    for (const [name, call] of Object.entries(tier1Calls(clients, ACCOUNT, Bucket))) {
      await expect(call(), name).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } })
    }
  })
})

describe('what is not configured is said with AWS’s codes', () => {
  const absent = {
    NoSuchEntityException: () => clients.iam.send(new iam.GetAccountPasswordPolicyCommand()),
    NoSuchBucketPolicy: () => clients.s3.send(new s3.GetBucketPolicyCommand({ Bucket })),
    NoSuchLifecycleConfiguration: () => clients.s3.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })),
    NoSuchBucket: () => clients.s3.send(new s3.GetBucketAclCommand({ Bucket: 'vedette-no-such-bucket' })),
    NoSuchTagSet: () => clients.s3.send(new s3.GetBucketTaggingCommand({ Bucket })),
    NoSuchPublicAccessBlockConfiguration: () =>
      clientsFor(cloud.aws.url, cloud.aws.adminCredentials('444455556666')).s3control.send(
        new s3control.GetPublicAccessBlockCommand({ AccountId: '444455556666' }),
      ),
    'InvalidVpcID.NotFound': () => clients.ec2.send(new ec2.DescribeVpcsCommand({ VpcIds: ['vpc-0123456789abcdef0'] })),
  }
  test.each(Object.entries<() => Promise<object>>(absent))('%s', async (name, call) => {
    expect((await refusalOf(call())).name).toBe(name)
  })
})

describe('under a policy of exactly the actions that were used', () => {
  test('everything is allowed, also by moto itself; without one of them, exactly its calls are denied', async () => {
    const name = 'Reader'
    const RoleArn = await createRole(cloud.aws, ACCOUNT, {
      name,
      trust: trustPolicy(cloud.aws.workerRoleArn()),
      policy: policy('Allow', ['*']),
    })
    const calls = tier1Calls(clientsFor(cloud.aws.url, await assumeRole(cloud.aws, { RoleArn })), ACCOUNT, Bucket)
    const actionOf = new Map<string, string>()
    for (const [operation, call] of Object.entries(calls)) {
      await call()
      actionOf.set(operation, cloud.aws.calls().at(-1)?.action ?? '')
    }
    await cloud.aws.enforceIam(true)
    const denied = async () => {
      const names: string[] = []
      for (const [operation, call] of Object.entries(calls)) await call().catch(() => names.push(operation))
      return names
    }
    const actions = [...new Set(actionOf.values())]
    await setRolePolicy(cloud.aws, ACCOUNT, name, policy('Allow', actions))
    expect(await denied()).toEqual([])

    for (const removed of [
      'ec2:DescribeVpcs',
      's3:GetAccountPublicAccessBlock',
      's3:GetEncryptionConfiguration',
      'iam:GetAccountSummary',
    ]) {
      const rest = actions.filter((action) => action !== removed)
      await setRolePolicy(cloud.aws, ACCOUNT, name, policy('Allow', rest))
      expect(await denied()).toEqual([...actionOf].filter(([, action]) => action === removed).map(([one]) => one))
    }
  })
})
