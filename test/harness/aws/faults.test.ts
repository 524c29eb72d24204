import { DescribeVpcsCommand, DescribeRegionsCommand } from '@aws-sdk/client-ec2'
import { ListUsersCommand } from '@aws-sdk/client-iam'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { CreateQueueCommand, ListQueuesCommand } from '@aws-sdk/client-sqs'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, test } from 'vitest'
import { clientsFor } from './clients.ts'
import type { Clients } from './clients.ts'
import { seededRandom } from './faults.ts'
import { refusalOf } from './refusal-of.ts'
import { assumeRole, createRole, policy, trustPolicy } from './roles.ts'
import { throttle } from './throttle.ts'
import { useAws } from './use-aws.ts'

const ACCOUNT = '111122223333'
const cloud = useAws()
let clients: Clients
let elsewhere: Clients

beforeEach(async () => {
  await cloud.aws.reset()
  const RoleArn = await createRole(cloud.aws, ACCOUNT, {
    name: 'Reader',
    trust: trustPolicy(cloud.aws.workerRoleArn()),
    policy: policy('Allow', ['*']),
  })
  const session = await assumeRole(cloud.aws, { RoleArn })
  clients = clientsFor(cloud.aws.url, session)
  elsewhere = clientsFor(cloud.aws.url, session, 'eu-west-1')
  cloud.aws.clearCalls()
})

const vpcs = (from = clients) => from.ec2.send(new DescribeVpcsCommand())
const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: Error) => error.name,
  )

describe('faults', () => {
  test('an error comes in the service’s own format, with its code and status', async () => {
    cloud.aws.faults.add({ fault: { kind: 'error', status: 500, code: 'InternalError', message: 'try later' } })
    for (const call of [
      () => vpcs(),
      () => clients.iam.send(new ListUsersCommand()),
      () => clients.s3.send(new ListBucketsCommand()),
      () => clients.sqs.send(new CreateQueueCommand({ QueueName: 'q' })),
    ]) {
      expect(await refusalOf(call())).toMatchObject({ name: 'InternalError', status: 500, message: 'try later' })
    }
  })

  test('hit the nth call, in one region, of one operation', async () => {
    const fault = cloud.aws.faults.add({
      service: 'ec2',
      operation: 'DescribeVpcs',
      region: 'eu-central-1',
      account: ACCOUNT,
      nth: 2,
      fault: { kind: 'throttle' },
    })
    const seen = []
    for (let call = 0; call < 3; call += 1) seen.push([await outcome(vpcs()), await outcome(vpcs(elsewhere))])
    expect(seen).toEqual([
      ['ok', 'ok'],
      ['RequestLimitExceeded', 'ok'],
      ['ok', 'ok'],
    ])
    expect(fault.hits()).toBe(1)
  })

  test('hit a share of calls, the same ones for the same seed', async () => {
    const run = async (seed: number) => {
      const fault = cloud.aws.faults.add({ probability: 0.5, seed, fault: { kind: 'throttle' } })
      const seen = []
      for (let call = 0; call < 12; call += 1) seen.push(await outcome(vpcs()))
      fault.remove()
      return seen.join(' ')
    }
    const first = await run(7)
    expect(first).toContain('ok')
    expect(first).toContain('RequestLimitExceeded')
    expect(await run(7)).toBe(first)
    expect(await run(8)).not.toBe(first)
  })

  test('stop after so many times, and when they are removed', async () => {
    cloud.aws.faults.add({ times: 1, fault: { kind: 'throttle' } })
    expect([await outcome(vpcs()), await outcome(vpcs())]).toEqual(['RequestLimitExceeded', 'ok'])
    cloud.aws.faults.add({ fault: { kind: 'throttle' } })
    cloud.aws.faults.clear()
    expect(await outcome(vpcs())).toBe('ok')
  })

  test('a denial names the policy that is said to deny', async () => {
    cloud.aws.faults.add({ fault: { kind: 'denied', reason: 'with an explicit deny in a resource control policy' } })
    expect(await refusalOf(vpcs())).toMatchObject({
      name: 'UnauthorizedOperation',
      message: expect.stringContaining('ec2:DescribeVpcs with an explicit deny in a resource control policy'),
    })
  })

  test('a reset, a cut-off and a page that is not AWS’s reach the client as such', async () => {
    const reset = cloud.aws.faults.add({ fault: { kind: 'reset' } })
    expect((await refusalOf(vpcs())).message).toMatch(/ECONNRESET|socket hang up|aborted/)
    reset.remove()
    const truncated = cloud.aws.faults.add({ fault: { kind: 'truncate' } })
    expect((await refusalOf(vpcs())).message).toMatch(/ECONNRESET|socket hang up|aborted/)
    truncated.remove()
    const malformed = cloud.aws.faults.add({
      fault: { kind: 'malformed', body: '<DescribeVpcsResponse><vpcSet><item>' },
    })
    expect((await refusalOf(vpcs())).status).toBe(200)
    malformed.remove()
    expect(await outcome(vpcs())).toBe('ok')
  })

  test('a call that hangs is given up by its caller only; one that is delayed comes late', async () => {
    const hang = cloud.aws.faults.add({ fault: { kind: 'hang' } })
    const given = clients.ec2.send(new DescribeVpcsCommand(), { abortSignal: AbortSignal.timeout(100) })
    expect(await outcome(given)).toBe('AbortError')
    hang.remove()
    cloud.aws.faults.add({ fault: { kind: 'delay', ms: 150 } })
    const before = performance.now()
    expect(await outcome(vpcs())).toBe('ok')
    expect(performance.now() - before).toBeGreaterThanOrEqual(149)
  })

  test('never hit administrators', async () => {
    cloud.aws.faults.add({ fault: { kind: 'throttle' } })
    cloud.aws.throttle({ capacity: 1, refillPerSecond: 0 })
    const admin = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
    await vpcs(admin)
    await vpcs(admin)
  })
})

describe('token buckets', () => {
  test('are kept per account, region and operation, and refill with AWS’s clock', async () => {
    cloud.aws.throttle({ service: 'ec2', capacity: 2, refillPerSecond: 0.001 })
    expect([await outcome(vpcs()), await outcome(vpcs()), await outcome(vpcs())]).toEqual([
      'ok',
      'ok',
      'RequestLimitExceeded',
    ])
    expect(await outcome(vpcs(elsewhere))).toBe('ok')
    expect(await outcome(clients.ec2.send(new DescribeRegionsCommand()))).toBe('ok')
    expect(await outcome(clients.iam.send(new ListUsersCommand()))).toBe('ok')
    cloud.aws.advance(1_000_000)
    expect([await outcome(vpcs()), await outcome(vpcs())]).toEqual(['ok', 'RequestLimitExceeded'])
    cloud.aws.unthrottle()
    expect(await outcome(vpcs())).toBe('ok')
  })

  test('hold 100 calls and give back 20 a second by default', () => {
    const bucket = throttle()
    bucket.set({})
    const call = { service: 'ec2', operation: 'DescribeInstances', region: 'eu-central-1' }
    const admitted = (calls: number, at: number) =>
      Array.from({ length: calls }, () => bucket.admit(call, ACCOUNT, at)).filter(Boolean).length
    expect([admitted(120, 0), admitted(50, 1_000), admitted(200, 60_000)]).toEqual([100, 20, 100])
  })
})

describe('faults that lie', () => {
  test('an error may come after the effect', async () => {
    cloud.aws.faults.add({ operation: 'CreateQueue', times: 1, fault: { kind: 'late-error', code: 'InternalError' } })
    expect(await refusalOf(clients.sqs.send(new CreateQueueCommand({ QueueName: 'there' })))).toMatchObject({
      name: 'InternalError',
      status: 500,
    })
    const { QueueUrls = [] } = await clients.sqs.send(new ListQueuesCommand({}))
    expect(QueueUrls).toEqual([expect.stringMatching(/there$/)])
  })

  test('STS may say that a caller is of another account, and open the role of the same name there', async () => {
    const other = '444455556666'
    await createRole(cloud.aws, other, { name: 'Reader', trust: trustPolicy(cloud.aws.workerRoleArn()) })
    const fault = { kind: 'identity', account: other } as const
    const mistaken = cloud.aws.faults.add({ operation: 'GetCallerIdentity', fault })
    expect(await clients.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: other,
      Arn: `arn:aws:sts::${other}:assumed-role/Reader/test`,
    })
    mistaken.remove()
    expect((await clients.sts.send(new GetCallerIdentityCommand({}))).Account).toBe(ACCOUNT)
    cloud.aws.faults.add({ operation: 'AssumeRole', fault })
    const session = await assumeRole(cloud.aws, { RoleArn: `arn:aws:iam::${ACCOUNT}:role/Reader` })
    const { sts } = clientsFor(cloud.aws.url, session)
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(other)
  })
})

describe('the log of calls', () => {
  test('tells who called what, where and with which end, administrators left out', async () => {
    await vpcs()
    await vpcs(elsewhere)
    cloud.aws.faults.add({ service: 'iam', fault: { kind: 'throttle' } })
    await outcome(clients.iam.send(new ListUsersCommand()))
    await vpcs(clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT)))

    expect(cloud.aws.counts()).toEqual({ 'ec2:DescribeVpcs': 2, 'iam:ListUsers': 1 })
    expect(cloud.aws.calls({ region: 'eu-west-1' })).toMatchObject([{ operation: 'DescribeVpcs', status: 200 }])
    expect(cloud.aws.calls({ service: 'iam' })).toMatchObject([
      { account: ACCOUNT, region: 'us-east-1', status: 400, error: 'Throttling', caller: 'Reader' },
    ])
    cloud.aws.clearCalls()
    expect(cloud.aws.calls()).toEqual([])
  })
})

describe('the control endpoint', () => {
  const control = (path: string, method: string, body?: object) =>
    fetch(`${cloud.aws.url}/_vedette/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  test('lets other processes set faults and read the calls', async () => {
    await control('faults', 'POST', { operation: 'DescribeVpcs', fault: { kind: 'throttle' } })
    expect(await outcome(vpcs())).toBe('RequestLimitExceeded')
    expect(await (await control('calls', 'GET')).json()).toMatchObject({ counts: { 'ec2:DescribeVpcs': 1 } })
    await control('faults', 'DELETE')
    expect(await outcome(vpcs())).toBe('ok')
    await control('throttle', 'POST', { capacity: 1, refillPerSecond: 0 })
    expect([await outcome(vpcs()), await outcome(vpcs())]).toEqual(['ok', 'RequestLimitExceeded'])
    await control('throttle', 'DELETE')
    await control('clock', 'POST', { advanceMs: 3_700_000 })
    expect(await outcome(vpcs())).toBe('RequestExpired')
  })

  test('says what is wrong with what it was told', async () => {
    const bad = await control('faults', 'POST', { fault: { kind: 'flood' } })
    expect([bad.status, await bad.text()]).toEqual([400, expect.stringContaining('kind')])
    const lost = await control('nothing', 'GET')
    expect([lost.status, await lost.text()]).toEqual([404, expect.stringContaining('GET /calls')])
  })
})

test('the generator of shares is spread evenly', () => {
  const random = seededRandom(3)
  const low = Array.from({ length: 1_000 }, random).filter((value) => value < 0.5).length
  expect(low).toBeGreaterThan(450)
  expect(low).toBeLessThan(550)
})
