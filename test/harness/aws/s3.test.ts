import * as s3 from '@aws-sdk/client-s3'
import { GetPublicAccessBlockCommand, PutPublicAccessBlockCommand } from '@aws-sdk/client-s3-control'
import { beforeEach, describe, expect, test } from 'vitest'
import { clientsFor } from './clients.ts'
import type { Clients } from './clients.ts'
import { refusalOf } from './refusal-of.ts'
import { assumeRole, createRole, policy, trustPolicy } from './roles.ts'
import { useAws } from './use-aws.ts'

const ACCOUNT = '111122223333'
const cloud = useAws()
let clients: Clients

const inRegion = (region: string) => clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT), region)
const create = (Bucket: string, region: s3.BucketLocationConstraint = 'eu-central-1') =>
  inRegion(region).s3.send(
    new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
  )
const publicPolicy = (Bucket: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` }],
  })

beforeEach(async () => {
  await cloud.aws.reset()
  clients = inRegion('eu-central-1')
})

describe('a new bucket', () => {
  const Bucket = 'vedette-new'
  beforeEach(() => create(Bucket))

  test('is closed, without ACLs and encrypted, as since April 2023', async () => {
    const block = await clients.s3.send(new s3.GetPublicAccessBlockCommand({ Bucket }))
    expect(block.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    })
    const ownership = await clients.s3.send(new s3.GetBucketOwnershipControlsCommand({ Bucket }))
    expect(ownership.OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }])
    const encryption = await clients.s3.send(new s3.GetBucketEncryptionCommand({ Bucket }))
    const rule = encryption.ServerSideEncryptionConfiguration?.Rules?.[0]
    expect(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256')
  })

  test('stays encrypted when its encryption is deleted', async () => {
    await clients.s3.send(new s3.DeleteBucketEncryptionCommand({ Bucket }))
    const { ServerSideEncryptionConfiguration } = await clients.s3.send(new s3.GetBucketEncryptionCommand({ Bucket }))
    expect(ServerSideEncryptionConfiguration?.Rules).toHaveLength(1)
  })

  test('refuses a public policy and public ACLs until it is opened', async () => {
    const put = () => clients.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: publicPolicy(Bucket) }))
    const acl = () => clients.s3.send(new s3.PutBucketAclCommand({ Bucket, ACL: 'public-read' }))
    expect((await refusalOf(put())).message).toContain('BlockPublicPolicy')
    expect((await refusalOf(acl())).name).toBe('AccessControlListNotSupported')

    const OwnershipControls = { Rules: [{ ObjectOwnership: 'ObjectWriter' as const }] }
    await clients.s3.send(new s3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }))
    expect((await refusalOf(acl())).message).toContain('BlockPublicAcls')

    await clients.s3.send(new s3.DeletePublicAccessBlockCommand({ Bucket }))
    await put()
    await acl()
    const { PolicyStatus } = await clients.s3.send(new s3.GetBucketPolicyStatusCommand({ Bucket }))
    expect(PolicyStatus?.IsPublic).toBe(true)
    const absent = await refusalOf(clients.s3.send(new s3.GetPublicAccessBlockCommand({ Bucket })))
    expect(absent.name).toBe('NoSuchPublicAccessBlockConfiguration')
  })

  test('keeps MFA delete, which needs a code', async () => {
    const VersioningConfiguration = { Status: 'Enabled' as const, MFADelete: 'Enabled' as const }
    const without = clients.s3.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
    expect((await refusalOf(without)).name).toBe('AccessDenied')
    await clients.s3.send(
      new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration, MFA: 'arn:aws:iam::1:mfa/d 123456' }),
    )
    const kept = await clients.s3.send(new s3.GetBucketVersioningCommand({ Bucket }))
    expect([kept.Status, kept.MFADelete]).toEqual(['Enabled', 'Enabled'])
  })

  test('has no versioning at all at first', async () => {
    const { Status, MFADelete } = await clients.s3.send(new s3.GetBucketVersioningCommand({ Bucket }))
    expect([Status, MFADelete]).toEqual([undefined, undefined])
  })
})

describe('ListBuckets', () => {
  beforeEach(async () => {
    for (const name of ['b-1', 'b-2', 'b-3']) await create(`vedette-${name}`)
    await create('vedette-west', 'eu-west-1')
  })

  test('pages, and then tells each bucket’s region', async () => {
    const pages: (readonly (string | undefined)[])[][] = []
    for await (const { Buckets } of s3.paginateListBuckets({ client: clients.s3, pageSize: 3 }, {})) {
      pages.push((Buckets ?? []).map(({ Name, BucketRegion }) => [Name, BucketRegion]))
    }
    expect(pages).toEqual([
      ['vedette-b-1', 'vedette-b-2', 'vedette-b-3'].map((name) => [name, 'eu-central-1']),
      [['vedette-west', 'eu-west-1']],
    ])
  })

  test('without any parameter tells no region', async () => {
    const { Buckets } = await clients.s3.send(new s3.ListBucketsCommand())
    expect(Buckets).toHaveLength(4)
    expect(Buckets?.[0]?.BucketRegion).toBeUndefined()
  })

  test('lists one account’s buckets only', async () => {
    const other = clientsFor(cloud.aws.url, cloud.aws.adminCredentials('444455556666'))
    expect((await other.s3.send(new s3.ListBucketsCommand())).Buckets ?? []).toEqual([])
  })
})

describe('a bucket of another region', () => {
  const Bucket = 'vedette-west'
  beforeEach(() => create(Bucket, 'eu-west-1'))
  const get = (region: string) => inRegion(region).s3.send(new s3.GetBucketAclCommand({ Bucket }))

  test('redirects from a regional endpoint', async () => {
    expect(await refusalOf(get('eu-central-1'))).toMatchObject({ name: 'PermanentRedirect', status: 301 })
    await get('eu-west-1')
  })

  test('finds the signature’s region wrong at the global endpoint', async () => {
    expect(await refusalOf(get('us-east-1'))).toMatchObject({
      name: 'AuthorizationHeaderMalformed',
      status: 400,
      message: expect.stringContaining("expecting 'eu-west-1'"),
    })
  })

  test('tells its location from anywhere', async () => {
    const { LocationConstraint } = await clients.s3.send(new s3.GetBucketLocationCommand({ Bucket }))
    expect(LocationConstraint).toBe('eu-west-1')
  })
})

describe('permissions', () => {
  const Bucket = 'vedette-guarded'
  const session = async (actions: readonly string[]) => {
    const RoleArn = await createRole(cloud.aws, ACCOUNT, {
      name: 'Reader',
      trust: trustPolicy(cloud.aws.workerRoleArn()),
      policy: policy('Allow', actions),
    })
    return clientsFor(cloud.aws.url, await assumeRole(cloud.aws, { RoleArn }))
  }
  beforeEach(() => create(Bucket))

  test('go by S3’s action names, not by its operations’', async () => {
    const reader = await session([
      's3:GetEncryptionConfiguration',
      's3:GetBucketPublicAccessBlock',
      's3:ListAllMyBuckets',
    ])
    await reader.s3.send(new s3.GetBucketEncryptionCommand({ Bucket }))
    await reader.s3.send(new s3.GetPublicAccessBlockCommand({ Bucket }))
    await reader.s3.send(new s3.ListBucketsCommand())
    expect(await refusalOf(reader.s3.send(new s3.GetBucketVersioningCommand({ Bucket })))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/Reader/test is not authorized to perform: s3:GetBucketVersioning on resource: "arn:aws:s3:::${Bucket}" because no identity-based policy allows the s3:GetBucketVersioning action`,
    })
  })

  test('can be taken away by the bucket’s own policy', async () => {
    const reader = await session(['s3:*'])
    const deny = {
      ...policy('Deny', ['s3:GetBucketAcl']),
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:GetBucketAcl', Resource: `arn:aws:s3:::${Bucket}` }],
    }
    await clients.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(deny) }))
    const { message } = await refusalOf(reader.s3.send(new s3.GetBucketAclCommand({ Bucket })))
    expect(message).toContain('with an explicit deny in a resource-based policy')
    await clients.s3.send(new s3.DeleteBucketPolicyCommand({ Bucket }))
    await reader.s3.send(new s3.GetBucketAclCommand({ Bucket }))
  })

  test('a policy that denies what is not sent over TLS does not hit calls to this endpoint', async () => {
    const reader = await session(['s3:*'])
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    })
    await clients.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }))
    await reader.s3.send(new s3.GetBucketPolicyCommand({ Bucket }))
  })

  test('do not reach into another account’s bucket', async () => {
    const reader = await session(['s3:*'])
    const other = clientsFor(cloud.aws.url, cloud.aws.adminCredentials('444455556666'))
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const }
    await other.s3.send(new s3.CreateBucketCommand({ Bucket: 'vedette-foreign', CreateBucketConfiguration }))
    const foreign = reader.s3.send(new s3.GetBucketAclCommand({ Bucket: 'vedette-foreign' }))
    expect((await refusalOf(foreign)).name).toBe('AccessDenied')
  })
})

describe('the account’s own block', () => {
  const get = (AccountId: string) => clients.s3control.send(new GetPublicAccessBlockCommand({ AccountId }))

  test('is absent at first, kept once set, and seen in that account only', async () => {
    expect((await refusalOf(get(ACCOUNT))).name).toBe('NoSuchPublicAccessBlockConfiguration')
    const flags = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: false,
    }
    await clients.s3control.send(
      new PutPublicAccessBlockCommand({ AccountId: ACCOUNT, PublicAccessBlockConfiguration: flags }),
    )
    expect((await get(ACCOUNT)).PublicAccessBlockConfiguration).toEqual(flags)
    expect((await refusalOf(get('444455556666'))).name).toBe('AccessDenied')
  })
})

test('objects go through as they are', async () => {
  await create('vedette-objects')
  const where = { Bucket: 'vedette-objects', Key: 'a/b.txt' }
  await clients.s3.send(new s3.PutObjectCommand({ ...where, Body: 'sehr gut: ✓' }))
  const { Body } = await clients.s3.send(new s3.GetObjectCommand(where))
  expect(await Body?.transformToString()).toBe('sehr gut: ✓')
  const { ContentLength } = await clients.s3.send(new s3.HeadObjectCommand(where))
  expect(ContentLength).toBe(Buffer.byteLength('sehr gut: ✓'))
  const missing = clients.s3.send(new s3.HeadBucketCommand({ Bucket: 'vedette-missing' }))
  expect(await refusalOf(missing)).toMatchObject({ name: 'NotFound', status: 404 })
})
