import { DescribeInstancesCommand, DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { GetAccountPasswordPolicyCommand, GetCredentialReportCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3'
import {
  GetPublicAccessBlockCommand,
  ListAccessPointsCommand,
  ListMultiRegionAccessPointsCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3-control'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ACCOUNT, createReader, EXTERNAL_ID, openDoor, type Door } from '#test/aws/door.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { createRole, policy, setRolePolicy, trustPolicy } from '#test/harness/aws/roles.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { createRateLimits } from './rate-limit.ts'
import type { AwsTransport } from './transport.ts'
import { systemClock } from '../system-clock.ts'

const cloud = useAws()
let door: Door
let aws: AwsTransport

beforeEach(async () => {
  await cloud.aws.reset()
  await createReader(cloud.aws)
  door = openDoor(cloud.aws)
  aws = (await door.enter()).aws
  cloud.aws.clearCalls()
})
afterEach(() => door.close())

const vpcs = (region?: string) =>
  aws.call('ec2:DescribeVpcs', new DescribeVpcsCommand({ MaxResults: 5 }), region === undefined ? {} : { region })
const admin = (region = 'eu-central-1') => clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT), region)
const createBucket = async (Bucket: string, LocationConstraint: 'eu-west-1' | 'eu-central-1') =>
  admin(LocationConstraint).s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }),
  )

test('a call of every service is made again when its connection breaks', async () => {
  cloud.aws.faults.add({ service: 'ec2', times: 1, fault: { kind: 'reset' } })
  cloud.aws.faults.add({ service: 'iam', times: 1, fault: { kind: 'reset' } })
  cloud.aws.faults.add({ service: 's3', times: 1, fault: { kind: 'reset' } })
  cloud.aws.faults.add({ service: 's3control', times: 2, fault: { kind: 'reset' } })
  const answers = [
    await vpcs(),
    await aws.call('iam:ListUsers', new ListUsersCommand({})),
    await aws.call('s3:ListBuckets', new ListBucketsCommand({ MaxBuckets: 100 })),
    await aws.call('s3:ListAccessPoints', new ListAccessPointsCommand({ AccountId: ACCOUNT })),
  ]
  expect(answers).toMatchObject(answers.map(() => ({ ok: true })))
  expect(cloud.aws.calls().map(({ service }) => service)).toEqual([
    'ec2',
    'ec2',
    'iam',
    'iam',
    's3',
    's3',
    's3control',
    's3control',
    's3control',
  ])
})

describe('where calls go', () => {
  test('each service by its own client, in the job’s region unless another is asked for', async () => {
    await vpcs()
    await vpcs('eu-west-1')
    await aws.call('iam:ListUsers', new ListUsersCommand({}))
    await aws.call('s3:ListBuckets', new ListBucketsCommand({ MaxBuckets: 100 }))
    expect(cloud.aws.calls().map(({ service, operation, region }) => `${service}:${operation} ${region}`)).toEqual([
      'ec2:DescribeVpcs eu-central-1',
      'ec2:DescribeVpcs eu-west-1',
      'iam:ListUsers us-east-1',
      's3:ListBuckets eu-central-1',
    ])
  })

  test('S3 Control by the account’s id in a header, at an address that cannot have it in its name', async () => {
    const block = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    }
    const ask = () =>
      aws.call('s3:GetAccountPublicAccessBlock', new GetPublicAccessBlockCommand({ AccountId: ACCOUNT }))
    expect(await ask()).toMatchObject({ ok: false, failure: { category: 'absent_config' } })
    await admin().s3control.send(
      new PutPublicAccessBlockCommand({ AccountId: ACCOUNT, PublicAccessBlockConfiguration: block }),
    )
    expect(await ask()).toMatchObject({ ok: true, value: { PublicAccessBlockConfiguration: block } })
    expect(await aws.call('s3:ListAccessPoints', new ListAccessPointsCommand({ AccountId: ACCOUNT }))).toMatchObject({
      ok: true,
    })
    const list = new ListMultiRegionAccessPointsCommand({ AccountId: ACCOUNT })
    cloud.aws.account(ACCOUNT).enableRegions(['eu-central-1', 'us-west-2'])
    await aws.call('s3:ListMultiRegionAccessPoints', list)
    expect(cloud.aws.calls({ operation: 'ListMultiRegionAccessPoints' })[0]?.region).toBe('us-west-2')
  })

  test.each(['eu-west-1', 'eu-central-1'] as const)(
    'a bucket in %s is found, asked from the other region',
    async (home) => {
      await createBucket('logs', home)
      const region = home === 'eu-west-1' ? 'eu-central-1' : 'eu-west-1'
      const answer = await aws.call('s3:GetBucketVersioning', new GetBucketVersioningCommand({ Bucket: 'logs' }), {
        region,
      })
      expect(answer).toMatchObject({ ok: true })
      expect(door.counts).toMatchObject({ 's3:GetBucketVersioning retried': 1, 's3:GetBucketVersioning ok': 1 })
    },
  )

  test('a bucket in eu-west-1 asked through us-east-1, whose error names the region', async () => {
    await createBucket('logs', 'eu-west-1')
    const answer = await aws.call('s3:GetBucketVersioning', new GetBucketVersioningCommand({ Bucket: 'logs' }), {
      region: 'us-east-1',
    })
    expect(answer).toMatchObject({ ok: true })
  })

  test('a region of another partition is not called', async () => {
    expect(await vpcs('cn-north-1')).toMatchObject({
      ok: false,
      failure: { category: 'region_unavailable', message: 'cn-north-1 is not a region of partition aws' },
    })
    expect(cloud.aws.calls()).toEqual([])
  })
})

describe('answers are values', () => {
  test('a denial names the action and the policy that refused', async () => {
    await setRolePolicy(cloud.aws, ACCOUNT, 'Reader', policy('Allow', ['s3:*']))
    expect(await vpcs()).toMatchObject({
      ok: false,
      failure: {
        category: 'access_denied',
        operation: 'ec2:DescribeVpcs',
        code: 'UnauthorizedOperation',
        httpStatus: 403,
        reason: { kind: 'denied', action: 'ec2:DescribeVpcs', by: 'identity_policy', explicit: false },
      },
    })
    cloud.aws.account(ACCOUNT).serviceControlPolicies([policy('Deny', ['iam:ListUsers'])])
    expect(await aws.call('iam:ListUsers', new ListUsersCommand({}))).toMatchObject({
      failure: { reason: { kind: 'denied', action: 'iam:ListUsers', by: 'service_control_policy', explicit: true } },
    })
    expect(door.counts).toMatchObject({ 'ec2:DescribeVpcs denied': 1, 'iam:ListUsers denied': 1 })
  })

  test('a denial that names no action gets the operation’s', async () => {
    await createBucket('logs', 'eu-central-1')
    cloud.aws.faults.add({
      service: 's3',
      fault: { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' },
    })
    const { aws: other } = await openDoorAgain({ actionOf: () => 's3:ListBucket' })
    const answer = await other.call('s3:HeadBucket', new HeadBucketCommand({ Bucket: 'logs' }))
    expect(answer).toMatchObject({ failure: { reason: { kind: 'denied', action: 's3:ListBucket', by: 'unnamed' } } })
  })

  test('“nothing is configured” and “gone” are told apart', async () => {
    await createBucket('logs', 'eu-central-1')
    const ask = (Bucket: string) => aws.call('s3:GetBucketPolicy', new GetBucketPolicyCommand({ Bucket }))
    expect(await ask('logs')).toMatchObject({ failure: { category: 'absent_config', code: 'NoSuchBucketPolicy' } })
    expect(await ask('gone')).toMatchObject({ failure: { category: 'resource_gone', reason: { kind: 'gone' } } })
    const passwords = await aws.call('iam:GetAccountPasswordPolicy', new GetAccountPasswordPolicyCommand({}))
    expect(passwords).toMatchObject({ failure: { category: 'absent_config', code: 'NoSuchEntity' } })
    expect(door.counts).toMatchObject({ 's3:GetBucketPolicy ok': 1, 's3:GetBucketPolicy failed': 1 })
  })

  test('the code is the wire’s, where the SDK’s class has another name', async () => {
    expect(await aws.call('iam:GetCredentialReport', new GetCredentialReportCommand({}))).toMatchObject({
      failure: { category: 'absent_config', code: 'ReportNotPresent', httpStatus: 410 },
    })
  })

  test('a bucket policy, which is JSON, passes', async () => {
    await createBucket('logs', 'eu-central-1')
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::logs/*' }],
    })
    await admin().s3.send(new PutBucketPolicyCommand({ Bucket: 'logs', Policy }))
    expect(await aws.call('s3:GetBucketPolicy', new GetBucketPolicyCommand({ Bucket: 'logs' }))).toMatchObject({
      ok: true,
      value: { Policy },
    })
  })
})

describe('an answer that is not one is never an empty listing', () => {
  test.each([
    ['a web page that does not parse', '<html><body>It works!</html>'],
    ['a web page that does', '<html><body>Please log in</body></html>'],
    ['nothing', ''],
    ['other XML', '<?xml version="1.0"?><Something><vpcSet/></Something>'],
    ['half of the answer', '<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1'],
    ['JSON', '{"vpcs":[]}'],
  ])('%s', async (_, body) => {
    cloud.aws.faults.add({ fault: { kind: 'malformed', body } })
    const answers = {
      ec2: await vpcs(),
      iam: await aws.call('iam:ListUsers', new ListUsersCommand({})),
      s3: await aws.call('s3:ListBuckets', new ListBucketsCommand({ MaxBuckets: 100 })),
      s3control: await aws.call('s3:ListAccessPoints', new ListAccessPointsCommand({ AccountId: ACCOUNT })),
    }
    for (const [service, answer] of Object.entries(answers)) {
      expect(answer, service).toMatchObject({ ok: false, failure: { category: 'malformed' } })
    }
    expect(answers.ec2).toMatchObject({
      failure: { operation: 'ec2:DescribeVpcs', reason: { kind: 'fault', operation: 'ec2:DescribeVpcs' } },
    })
  })

  test('a bucket policy that is a web page is not a policy', async () => {
    cloud.aws.faults.add({ fault: { kind: 'malformed' } })
    expect(await aws.call('s3:GetBucketPolicy', new GetBucketPolicyCommand({ Bucket: 'logs' }))).toMatchObject({
      ok: false,
      failure: { category: 'malformed' },
    })
  })
})

describe('transport faults are tried again, three times', () => {
  test.each(['reset', 'truncate'] as const)('%s', async (kind) => {
    cloud.aws.faults.add({ operation: 'DescribeVpcs', times: 3, fault: { kind } })
    expect(await vpcs()).toMatchObject({ ok: true })
    expect(door.counts).toMatchObject({ 'ec2:DescribeVpcs retried': 3, 'ec2:DescribeVpcs ok': 1 })
  })

  test('then the call is lost, and says why', async () => {
    cloud.aws.faults.add({ operation: 'DescribeVpcs', fault: { kind: 'reset' } })
    expect(await vpcs()).toMatchObject({
      ok: false,
      failure: { category: 'transient', reason: { kind: 'fault', detail: expect.stringContaining('ECONNRESET') } },
    })
    expect(cloud.aws.calls({ operation: 'DescribeVpcs' })).toHaveLength(4)
    expect(door.counts).toMatchObject({ 'ec2:DescribeVpcs retried': 3, 'ec2:DescribeVpcs lost': 1 })
  })

  test('5xx is one, what AWS refuses is not', async () => {
    cloud.aws.faults.add({
      operation: 'DescribeVpcs',
      times: 1,
      fault: { kind: 'error', status: 500, code: 'InternalError' },
    })
    expect(await vpcs()).toMatchObject({ ok: true })
    cloud.aws.faults.add({
      operation: 'DescribeSubnets',
      fault: { kind: 'error', status: 400, code: 'InvalidParameterValue' },
    })
    expect(await aws.call('ec2:DescribeSubnets', new DescribeSubnetsCommand({}))).toMatchObject({
      failure: { category: 'validation' },
    })
    expect(cloud.aws.counts()).toEqual({ 'ec2:DescribeVpcs': 2, 'ec2:DescribeSubnets': 1 })
  })

  test('silence is one: no call waits for ever', async () => {
    cloud.aws.faults.add({ operation: 'DescribeVpcs', times: 1, fault: { kind: 'hang' } })
    const { aws: impatient } = await openDoorAgain({ answerMs: 200 })
    expect(await impatient.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))).toMatchObject({ ok: true })
  })

  test('silence in the middle of an answer is one, too', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-length': 1_000 })
      response.write('<DescribeVpcsResponse><vpcSet>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // A server that listens on TCP has an address with a port.
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { aws: impatient } = await openDoorAgain({ answerMs: 200, endpoint })
    expect(await impatient.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))).toMatchObject({
      ok: false,
      failure: { category: 'transient', code: 'TimeoutError' },
    })
    server.closeAllConnections()
    server.close()
  })

  test('a host that does not exist is an error, not a service that a region lacks', async () => {
    const { aws: lost } = await openDoorAgain({ endpoint: 'http://no-such-host.invalid' })
    const answer = await lost.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))
    // A resolver that is away says EAI_AGAIN.
    expect(answer).toMatchObject({
      ok: false,
      failure: { category: expect.stringMatching(/^(unclassified|transient)$/) },
    })
  })
})

describe('throttling delays and loses nothing', () => {
  test('a throttled call is made again, at a lower rate', async () => {
    cloud.aws.faults.add({ operation: 'DescribeVpcs', times: 2, fault: { kind: 'throttle' } })
    expect(await vpcs()).toMatchObject({ ok: true })
    expect(door.counts).toMatchObject({ 'ec2:DescribeVpcs throttled': 2, 'ec2:DescribeVpcs ok': 1 })
  })

  test('S3’s SlowDown is throttling, although it is a 503', async () => {
    cloud.aws.faults.add({ operation: 'ListBuckets', times: 1, fault: { kind: 'throttle' } })
    await aws.call('s3:ListBuckets', new ListBucketsCommand({ MaxBuckets: 100 }))
    expect(door.counts).toMatchObject({ 's3:ListBuckets throttled': 1, 's3:ListBuckets ok': 1 })
  })

  test('when its time is up the failure says throttled, and the call counts as lost', async () => {
    cloud.aws.faults.add({ operation: 'DescribeVpcs', fault: { kind: 'throttle' } })
    const limits = createRateLimits({
      clock: systemClock,
      seedOf: () => ({ burst: 1, perSecond: 10_000, ceiling: 10_000 }),
    })
    const { aws: hasty } = await openDoorAgain({ throttleBudgetMs: 100, limits })
    expect(await hasty.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))).toMatchObject({
      ok: false,
      failure: { category: 'throttled', reason: { kind: 'throttled', operation: 'ec2:DescribeVpcs' } },
    })
    expect(door.counts).toMatchObject({ 'ec2:DescribeVpcs lost': 1 })
  })

  test('60 calls against a bucket of 20 and 40 a second: none throttled, none lost', async () => {
    cloud.aws.throttle({ service: 'ec2', capacity: 20, refillPerSecond: 40 })
    const limits = createRateLimits({
      clock: systemClock,
      // Well below the limit: calls that set out evenly arrive in bunches on a busy machine. How close it may go is for
      // the bench, and for the unit tests of the bucket with their own clock.
      seedOf: () => ({ burst: 14, perSecond: 30, ceiling: 30 }),
    })
    const { aws: limited } = await openDoorAgain({ limits })
    const answers = await Promise.all(
      Array.from({ length: 60 }, () =>
        limited.call('ec2:DescribeInstances', new DescribeInstancesCommand({ MaxResults: 5 })),
      ),
    )
    expect(answers.filter(({ ok }) => !ok)).toEqual([])
    expect(door.counts).toMatchObject({ 'ec2:DescribeInstances ok': 60 })
    expect(door.counts['ec2:DescribeInstances throttled']).toBeUndefined()
  })

  test('where AWS allows far less than thought: all are answered in the end', async () => {
    cloud.aws.throttle({ service: 'ec2', capacity: 3, refillPerSecond: 20 })
    const answers = await Promise.all(Array.from({ length: 30 }, () => vpcs()))
    expect(answers.filter(({ ok }) => !ok)).toEqual([])
    expect(door.counts).toMatchObject({ 'ec2:DescribeVpcs ok': 30, 'ec2:DescribeVpcs throttled': expect.any(Number) })
  })
})

describe('credentials', () => {
  test('that end in the middle of a job are renewed, once for all calls that find out', async () => {
    await vpcs()
    cloud.aws.advance(3_601_000)
    const answers = await Promise.all([
      vpcs(),
      vpcs('eu-west-1'),
      aws.call('iam:ListUsers', new ListUsersCommand({})),
      aws.call('s3:ListBuckets', new ListBucketsCommand({ MaxBuckets: 100 })),
    ])
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true])
    expect(cloud.aws.counts({ operation: 'AssumeRole' })).toEqual({ 'sts:AssumeRole': 1 })
  })

  test('that end and cannot be renewed fail the call, and name the refused action', async () => {
    cloud.aws.advance(3_601_000)
    cloud.aws.faults.add({ operation: 'AssumeRole', fault: { kind: 'denied' } })
    expect(await vpcs()).toMatchObject({
      ok: false,
      failure: { category: 'access_denied', reason: { kind: 'denied', action: 'sts:AssumeRole' } },
    })
  })

  test('that STS renews for another account are never used: the call fails and says whose they were', async () => {
    const other = '444455556666'
    await createRole(cloud.aws, other, {
      name: 'Reader',
      trust: trustPolicy(cloud.aws.workerRoleArn(), EXTERNAL_ID),
      policy: policy('Allow', ['*']),
    })
    cloud.aws.advance(3_601_000)
    const mistaken = cloud.aws.faults.add({ operation: 'AssumeRole', fault: { kind: 'identity', account: other } })
    expect(await vpcs()).toMatchObject({
      ok: false,
      failure: { category: 'credentials', code: 'AccountMismatch', message: expect.stringContaining(other) },
    })
    expect(cloud.aws.counts({ account: other })).toEqual({ 'sts:GetCallerIdentity': 1 })
    mistaken.remove()
    expect(await vpcs()).toMatchObject({ ok: true })
  })

  test('that one region does not know are not renewed', async () => {
    expect(await vpcs('ap-south-1')).toMatchObject({ failure: { category: 'credentials', code: 'AuthFailure' } })
    expect(cloud.aws.counts({ operation: 'AssumeRole' })).toEqual({})
  })
})

describe('an abort throws', () => {
  test('before a call, and while it waits for its turn', async () => {
    const job = new AbortController()
    const limits = createRateLimits({ clock: systemClock, seedOf: () => ({ burst: 1, perSecond: 0.001, ceiling: 1 }) })
    const { aws: stopped } = await openDoorAgain({ signal: job.signal, limits })
    await stopped.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))
    const waiting = stopped.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))
    job.abort(new Error('lease lost'))
    await expect(waiting).rejects.toThrow('lease lost')
    await expect(stopped.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))).rejects.toThrow('lease lost')
  })

  test('while it is under way', async () => {
    cloud.aws.faults.add({ operation: 'DescribeVpcs', fault: { kind: 'hang' } })
    await abortWhen(() => cloud.aws.calls({ operation: 'DescribeVpcs' }).length > 0)
    expect(door.counts['ec2:DescribeVpcs aborted']).toBe(1)
  })

  test('between two attempts', async () => {
    cloud.aws.faults.add({ operation: 'DescribeVpcs', fault: { kind: 'throttle' } })
    await abortWhen(() => (door.counts['ec2:DescribeVpcs throttled'] ?? 0) > 0)
    expect(cloud.aws.calls({ operation: 'DescribeVpcs' })).toHaveLength(1)
  })

  async function abortWhen(ready: () => boolean): Promise<void> {
    const job = new AbortController()
    const { aws: stopped } = await openDoorAgain({ signal: job.signal })
    const ended = expect(stopped.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))).rejects.toThrow('lease lost')
    while (!ready()) await new Promise(setImmediate)
    job.abort(new Error('lease lost'))
    await ended
  }
})

test('an operation of a service without a client is a mistake, not an answer', async () => {
  await expect(aws.call('glue:GetJobs', new DescribeVpcsCommand({}))).rejects.toThrow(
    'No AWS client makes glue:GetJobs',
  )
})

function openDoorAgain(calls: NonNullable<Parameters<Door['enter']>[0]>['calls']) {
  return door.enter({ calls: calls ?? {} })
}
