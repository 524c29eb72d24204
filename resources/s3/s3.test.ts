import * as s3 from '@aws-sdk/client-s3'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clientsFor } from '#test/harness/aws/clients.ts'
import type { Credentials } from '#test/harness/aws/identity.ts'
import { assumeRole, createRole, policy, trustPolicy } from '#test/harness/aws/roles.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { collected, unknownsIn } from '#test/resources/collect.ts'
import { transportTo } from '#test/resources/transport.ts'
import { COLLECTORS } from '../collectors.ts'
import { buckets } from './bucket.collect.ts'

const ACCOUNT = '111122223333'
const HOME = 'eu-central-1'
const FLAGS = ['blockPublicAcls', 'ignorePublicAcls', 'blockPublicPolicy', 'restrictPublicBuckets'] as const
const all = (value: boolean) => Object.fromEntries(FLAGS.map((flag) => [flag, value]))
const PUBLIC = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::t-open/*' }],
}

const cloud = useAws()
let reader: Credentials

beforeAll(async () => {
  const { aws } = cloud
  aws.account(ACCOUNT).enableRegions(['eu-central-1', 'eu-west-1', 'us-east-1', 'us-west-2'])
  const RoleArn = await createRole(aws, ACCOUNT, {
    name: 'Reader',
    trust: trustPolicy(aws.workerRoleArn()),
    policy: policy('Allow', ['s3:Get*', 's3:List*']),
  })
  reader = await assumeRole(aws, { RoleArn })
  await seed()
})
beforeEach(() => cloud.aws.clearCalls())
afterEach(() => {
  cloud.aws.faults.clear()
  cloud.aws.pageLimit(1000)
})

async function seed(): Promise<void> {
  const { aws } = cloud
  const { s3: home } = clientsFor(aws.url, aws.adminCredentials(ACCOUNT), HOME)
  const { s3: ireland } = clientsFor(aws.url, aws.adminCredentials(ACCOUNT), 'eu-west-1')
  const { s3: virginia } = clientsFor(aws.url, aws.adminCredentials(ACCOUNT), 'us-east-1')
  const inRegion = (LocationConstraint: s3.BucketLocationConstraint) => ({
    CreateBucketConfiguration: { LocationConstraint },
  })
  // As AWS makes it today.
  await virginia.send(new s3.CreateBucketCommand({ Bucket: 't-new' }))
  // As wide open as it gets.
  await home.send(new s3.CreateBucketCommand({ Bucket: 't-open', ...inRegion('eu-central-1') }))
  await home.send(new s3.DeletePublicAccessBlockCommand({ Bucket: 't-open' }))
  await home.send(new s3.DeleteBucketOwnershipControlsCommand({ Bucket: 't-open' }))
  await home.send(new s3.PutBucketAclCommand({ Bucket: 't-open', ACL: 'public-read' }))
  await home.send(new s3.PutBucketPolicyCommand({ Bucket: 't-open', Policy: JSON.stringify(PUBLIC) }))
  // Looked after.
  await ireland.send(new s3.CreateBucketCommand({ Bucket: 't-tended', ...inRegion('eu-west-1') }))
  await ireland.send(
    new s3.PutBucketEncryptionCommand({
      Bucket: 't-tended',
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'key-1' } }],
      },
    }),
  )
  await ireland.send(
    new s3.PutBucketVersioningCommand({
      Bucket: 't-tended',
      MFA: 'serial 123456',
      VersioningConfiguration: { Status: 'Enabled', MFADelete: 'Enabled' },
    }),
  )
}

const collect = (collector = buckets, region = HOME, signal?: AbortSignal) =>
  collected(
    collector,
    transportTo({
      url: cloud.aws.url,
      credentials: reader,
      accountId: ACCOUNT,
      region,
      ...(signal === undefined ? {} : { signal }),
    }),
  )
const find = async (id: string) => (await collect()).resources.find((bucket) => bucket.id === id) ?? expect.fail(id)

describe('buckets', () => {
  it('cost one call per page, 5 per bucket, and one more where ACLs count', async () => {
    const { resources, end } = await collect()
    expect(end).toEqual({ complete: true })
    expect(resources.flatMap(({ id, data }) => unknownsIn(data, id))).toEqual([])
    expect(cloud.aws.counts()).toEqual({
      's3:ListBuckets': 1,
      's3:GetBucketOwnershipControls': 3,
      's3:GetBucketAcl': 1,
      's3:GetPublicAccessBlock': 3,
      's3:GetBucketPolicy': 3,
      's3:GetBucketEncryption': 3,
      's3:GetBucketVersioning': 3,
    })
  })

  it('are listed in pages, so that AWS says where each is, and asked there', async () => {
    cloud.aws.pageLimit(1)
    const { pages, resources } = await collect()
    expect(pages.map((page) => page.length)).toEqual([1, 1, 1])
    expect(resources.map(({ id, location }) => [id, location])).toEqual([
      ['t-new', 'us-east-1'],
      ['t-open', 'eu-central-1'],
      ['t-tended', 'eu-west-1'],
    ])
    for (const { bucket, region, status } of cloud.aws.calls({ service: 's3' })) {
      if (bucket !== undefined) expect([bucket, region]).toEqual([bucket, regionOf(resources, bucket)])
      // Absent settings answer 404; nothing was asked in the wrong place.
      expect([200, 404]).toContain(status)
    }
  })

  it('made today are closed, as AWS makes them', async () => {
    expect(await find('t-new')).toMatchObject({
      arn: 'arn:aws:s3:::t-new',
      data: {
        name: 't-new',
        publicAccessBlock: all(true),
        policy: null,
        acl: [],
        objectOwnership: 'BucketOwnerEnforced',
        encryption: { hasDefault: true, algorithm: 'AES256', kmsKeyId: null },
        versioning: { status: 'Off', mfaDelete: false },
      },
    })
  })

  it('with nothing configured have what AWS documents for that', async () => {
    const { data } = await find('t-open')
    expect(data).toMatchObject({
      publicAccessBlock: { $value: all(false), $basis: 'aws_default' },
      objectOwnership: { $value: 'ObjectWriter', $basis: 'aws_default' },
      policy: PUBLIC,
    })
    expect(data).toHaveProperty('acl', expect.arrayContaining([{ grantee: 'AllUsers', permission: 'READ' }]))
    expect(data).toHaveProperty(
      'acl',
      expect.arrayContaining([{ grantee: expect.stringMatching(/^\w{64}$/), permission: 'FULL_CONTROL' }]),
    )
  })

  it('have the settings that somebody made', async () => {
    expect((await find('t-tended')).data).toMatchObject({
      encryption: { hasDefault: true, algorithm: 'aws:kms', kmsKeyId: 'key-1' },
      versioning: { status: 'Enabled', mfaDelete: true },
    })
  })

  it.each([
    ['GetBucketPolicy', 'policy', 's3:GetBucketPolicy'],
    ['GetBucketAcl', 'acl', 's3:GetBucketAcl'],
    ['GetBucketOwnershipControls', 'objectOwnership', 's3:GetBucketOwnershipControls'],
    ['GetPublicAccessBlock', 'publicAccessBlock', 's3:GetBucketPublicAccessBlock'],
    ['GetBucketEncryption', 'encryption', 's3:GetEncryptionConfiguration'],
    ['GetBucketVersioning', 'versioning', 's3:GetBucketVersioning'],
  ])('lose only what %s feeds when that is denied, in that bucket alone', async (operation, field, action) => {
    cloud.aws.faults.add({ operation, bucket: 't-open', fault: { kind: 'denied' } })
    const { resources, end } = await collect()
    expect(end).toEqual({ complete: true })
    const unknowns = resources.flatMap(({ id, data }) => unknownsIn(data, id))
    expect(unknowns.map((line) => line.split(':')[0])).toEqual([`t-open.${field}`])
    expect(unknowns[0]).toContain(`"action":"${action}"`)
  })

  it('are asked for their ACL where whether it counts was not learnt', async () => {
    cloud.aws.faults.add({ operation: 'GetBucketOwnershipControls', bucket: 't-new', fault: { kind: 'denied' } })
    await collect()
    expect(cloud.aws.counts({ bucket: 't-new' })).toMatchObject({ 's3:GetBucketAcl': 1 })
  })

  it('that are gone when they are asked are unknown, not left out', async () => {
    const { s3: virginia } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT), 'us-east-1')
    await virginia.send(new s3.CreateBucketCommand({ Bucket: 't-gone' }))
    cloud.aws.faults.add({
      bucket: 't-gone',
      fault: { kind: 'error', status: 404, code: 'NoSuchBucket', message: 'The specified bucket does not exist' },
    })
    const { resources, end } = await collect()
    await virginia.send(new s3.DeleteBucketCommand({ Bucket: 't-gone' }))
    expect(end).toEqual({ complete: true })
    const gone = resources.find(({ id }) => id === 't-gone')
    expect(unknownsIn(gone?.data)).toHaveLength(6)
    expect(gone?.data).toMatchObject({ policy: { $unknown: [{ kind: 'gone', operation: 's3:GetBucketPolicy' }] } })
  })

  it('of pages before a failure stand, and the listing says that it is not complete', async () => {
    cloud.aws.pageLimit(1)
    cloud.aws.faults.add({ operation: 'ListBuckets', nth: 2, fault: { kind: 'denied' } })
    const { resources, end } = await collect()
    expect(resources.map(({ id }) => id)).toEqual(['t-new'])
    expect(end).toMatchObject({
      complete: false,
      failure: { reason: { kind: 'denied', action: 's3:ListAllMyBuckets' } },
    })
  })

  it('whose policy is not JSON keep the rest', async () => {
    cloud.aws.faults.add({
      operation: 'GetBucketPolicy',
      bucket: 't-open',
      fault: { kind: 'malformed', body: '<html>', contentType: 'text/html' },
    })
    const { resources, end } = await collect()
    expect(end).toEqual({ complete: true })
    expect(resources.find(({ id }) => id === 't-open')?.data).toMatchObject({
      policy: { $unknown: [{ kind: 'fault', operation: 's3:GetBucketPolicy' }] },
    })
  })

  it('are not asked any further once the job is aborted', async () => {
    const job = new AbortController()
    cloud.aws.faults.add({ operation: 'GetBucketPolicy', fault: { kind: 'hang' } })
    const collecting = collect(buckets, HOME, job.signal)
    const refused = expect(collecting).rejects.toThrow('the job was lost')
    while (cloud.aws.counts()['s3:GetPublicAccessBlock'] !== 3) await new Promise((resolve) => setTimeout(resolve, 5))
    job.abort(new Error('the job was lost'))
    await refused
    expect(cloud.aws.counts()['s3:GetBucketVersioning']).toBeUndefined()
  })
})

function regionOf(resources: readonly { readonly id: string; readonly location: string }[], id: string): string {
  return resources.find((bucket) => bucket.id === id)?.location ?? expect.fail(id)
}

describe('access points', () => {
  const of = (type: string) => COLLECTORS.find(({ types }) => types[0]?.type === type) ?? expect.fail(type)

  /** What moto cannot make is answered in its place. */
  const answer = (operation: string, body: string) =>
    cloud.aws.faults.add({ operation, times: 1, fault: { kind: 'malformed', body, contentType: 'text/xml' } })

  it('are in the inventory of their region', async () => {
    answer(
      'ListAccessPoints',
      '<ListAccessPointsResult><AccessPointList><AccessPoint><Name>reports</Name><NetworkOrigin>VPC</NetworkOrigin>' +
        '<VpcConfiguration><VpcId>vpc-1</VpcId></VpcConfiguration><Bucket>t-open</Bucket>' +
        `<AccessPointArn>arn:aws:s3:${HOME}:${ACCOUNT}:accesspoint/reports</AccessPointArn><Alias>reports-s3alias</Alias>` +
        `<BucketAccountId>${ACCOUNT}</BucketAccountId></AccessPoint></AccessPointList></ListAccessPointsResult>`,
    )
    const { resources, end } = await collect(of('AWS::S3::AccessPoint'))
    expect(end).toEqual({ complete: true })
    expect(resources).toMatchObject([
      {
        id: 'reports',
        arn: `arn:aws:s3:${HOME}:${ACCOUNT}:accesspoint/reports`,
        location: HOME,
        data: { bucket: 't-open', bucketAccountId: ACCOUNT, networkOrigin: 'VPC', vpcId: 'vpc-1' },
      },
    ])
  })

  it('of several regions are asked for in the one that knows them', async () => {
    answer(
      'ListMultiRegionAccessPoints',
      '<ListMultiRegionAccessPointsResult><AccessPoints><AccessPoint><Name>world</Name><Alias>mfzwi23gnjvgw.mrap</Alias>' +
        '<CreatedAt>2026-01-02T03:04:05Z</CreatedAt><PublicAccessBlock><BlockPublicAcls>true</BlockPublicAcls>' +
        '</PublicAccessBlock><Status>READY</Status><Regions><Region><Bucket>t-open</Bucket><Region>eu-central-1</Region>' +
        '</Region></Regions></AccessPoint></AccessPoints></ListMultiRegionAccessPointsResult>',
    )
    const { resources, end } = await collect(of('AWS::S3::MultiRegionAccessPoint'))
    expect(end).toEqual({ complete: true })
    expect(cloud.aws.calls({ operation: 'ListMultiRegionAccessPoints' }).map(({ region }) => region)).toEqual([
      'us-west-2',
    ])
    expect(resources).toMatchObject([
      {
        id: 'mfzwi23gnjvgw.mrap',
        arn: `arn:aws:s3::${ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap`,
        name: 'world',
        location: 'global',
        data: {
          status: 'READY',
          createdAt: '2026-01-02T03:04:05.000Z',
          publicAccessBlock: { ...all(false), blockPublicAcls: true },
          buckets: [{ bucket: 't-open', region: 'eu-central-1' }],
        },
      },
    ])
  })
})
