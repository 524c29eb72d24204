import * as ec2 from '@aws-sdk/client-ec2'
import * as iam from '@aws-sdk/client-iam'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { GetPublicAccessBlockCommand } from '@aws-sdk/client-s3-control'
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterEach, expect, test } from 'vitest'
import { clientsFor } from './clients.ts'
import { workerCredentials } from './identity.ts'
import { refusalOf } from './refusal-of.ts'
import { startReplay, startReplayProcess } from './replay.ts'
import type { Replay } from './replay.ts'
import type { ReplayOptions } from './replay/model.ts'
import { useAws } from './use-aws.ts'

const cloud = useAws()
const running: Replay[] = []
afterEach(async () => {
  for (const replay of running.splice(0)) await replay.stop()
})
const start = async (options: ReplayOptions) => {
  const replay = await startReplay(options)
  running.push(replay)
  return { replay, clients: clientsFor(replay.url, workerCredentials('999999999999')) }
}

const instanceIds = async (client: ec2.EC2Client, pageSize: number) => {
  const ids: (string | undefined)[] = []
  for await (const { Reservations } of ec2.paginateDescribeInstances({ client, pageSize }, {})) {
    ids.push(...(Reservations ?? []).flatMap(({ Instances }) => (Instances ?? []).map(({ InstanceId }) => InstanceId)))
  }
  return ids
}

test('instances come in pages, each once, the same ones every time', async () => {
  const { replay, clients } = await start({ instancesPerRegion: 1_234 })
  const ids = await instanceIds(clients.ec2, 500)
  expect(new Set(ids).size).toBe(1_234)
  expect(await instanceIds(clients.ec2, 1_000)).toEqual(ids)
  const { operations } = await replay.counts()
  expect(operations['ec2:DescribeInstances']).toEqual({
    calls: 3 + 2,
    throttled: 0,
    refused: 0,
    spanMs: expect.any(Number),
  })
})

test('a page limit turns few items into many calls', async () => {
  const { replay, clients } = await start({ instancesPerRegion: 30, pageLimit: 3 })
  expect(await instanceIds(clients.ec2, 1_000)).toHaveLength(30)
  expect((await replay.counts()).operations['ec2:DescribeInstances']?.calls).toBe(10)
})

test('of ten instances one allows IMDSv1 and two have no profile', async () => {
  const { clients } = await start({ instancesPerRegion: 100 })
  const { Reservations = [] } = await clients.ec2.send(new ec2.DescribeInstancesCommand())
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  expect(instances.filter(({ MetadataOptions }) => MetadataOptions?.HttpTokens === 'optional')).toHaveLength(10)
  expect(instances.filter(({ IamInstanceProfile }) => IamInstanceProfile === undefined)).toHaveLength(20)
})

test('a role opens with an ExternalId only, and its session belongs to its account', async () => {
  const { replay, clients } = await start({})
  const input = { RoleArn: 'arn:aws:iam::111122223333:role/vedette/Reader', RoleSessionName: 's' }
  expect((await refusalOf(clients.sts.send(new AssumeRoleCommand(input)))).name).toBe('AccessDenied')
  const { Credentials } = await clients.sts.send(new AssumeRoleCommand({ ...input, ExternalId: 'x1' }))
  const session = clientsFor(replay.url, {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  })
  expect(await session.sts.send(new GetCallerIdentityCommand())).toMatchObject({
    Account: '111122223333',
    Arn: 'arn:aws:sts::111122223333:assumed-role/Reader/replay',
  })
})

test('what it has no model of is empty, and read by the SDK', async () => {
  const { clients } = await start({ regions: ['eu-central-1', 'eu-west-1'] })
  const { Regions } = await clients.ec2.send(new ec2.DescribeRegionsCommand())
  expect(Regions?.map(({ RegionName }) => RegionName)).toEqual(['eu-central-1', 'eu-west-1'])
  expect((await clients.ec2.send(new ec2.DescribeVolumesCommand())).Volumes ?? []).toEqual([])
  expect((await clients.iam.send(new iam.GetAccountAuthorizationDetailsCommand())).IsTruncated).toBe(false)
  expect((await clients.iam.send(new iam.ListServerCertificatesCommand())).IsTruncated).toBe(false)
  expect((await clients.iam.send(new iam.GetCredentialReportCommand())).ReportFormat).toBe('text/csv')
  expect((await clients.s3.send(new ListBucketsCommand({ MaxBuckets: 10 }))).Buckets ?? []).toEqual([])
  const block = await clients.s3control.send(new GetPublicAccessBlockCommand({ AccountId: '999999999999' }))
  expect(block.PublicAccessBlockConfiguration?.BlockPublicAcls).toBe(true)
})

test('its token buckets are per operation, and count what they refuse', async () => {
  const { replay, clients } = await start({ bucket: { capacity: 3, refillPerSecond: 0 } })
  const call = () => clients.ec2.send(new ec2.DescribeVpcsCommand())
  for (let index = 0; index < 3; index += 1) await call()
  expect(await refusalOf(call())).toMatchObject({ name: 'RequestLimitExceeded', status: 503 })
  await clients.ec2.send(new ec2.DescribeSubnetsCommand())
  expect((await replay.counts()).operations['ec2:DescribeVpcs']).toEqual({
    calls: 4,
    throttled: 1,
    refused: 0,
    spanMs: expect.any(Number),
  })
  await replay.clear()
  await call()
  const count = { calls: 1, throttled: 0, refused: 0, spanMs: 0 }
  expect((await replay.counts()).operations).toEqual({ 'ec2:DescribeVpcs': count })
})

test('answers wait for the latency, side by side', async () => {
  const { replay, clients } = await start({ latencyMs: 60 })
  const before = performance.now()
  await Promise.all(Array.from({ length: 10 }, () => clients.ec2.send(new ec2.DescribeVpcsCommand())))
  const took = performance.now() - before
  expect(took).toBeGreaterThanOrEqual(59)
  expect((await replay.counts()).maxInFlight).toBeGreaterThan(5)
})

test('counts the time from the first call of an operation to its last', async () => {
  const { replay, clients } = await start({ latencyMs: 60 })
  for (let index = 0; index < 3; index += 1) await clients.ec2.send(new ec2.DescribeVpcsCommand())
  // The answers to the first two, and nothing of the third.
  expect((await replay.counts()).operations['ec2:DescribeVpcs']?.spanMs).toBeGreaterThanOrEqual(119)
})

test('leaves SQS to another API, long polls and all', async () => {
  const { replay } = await start({ sqsUrl: cloud.aws.url })
  const { sqs } = clientsFor(replay.url, cloud.aws.workerCredentials())
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }))
  const receive = async (WaitTimeSeconds: number, abortSignal = new AbortController().signal) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }), { abortSignal })).Messages ?? []
  const polled = receive(20)
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a job' }))
  expect((await polled).map(({ Body }) => Body)).toEqual(['a job'])
  expect((await replay.counts()).operations).toEqual({})

  // A caller that dies while it waits takes no message with it.
  const dying = new AbortController()
  const poll = receive(20, dying.signal).catch((error: Error) => error.name)
  await receive(0)
  dying.abort()
  expect(await poll).toBe('AbortError')
  await receive(0)
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'for the living' }))
  expect((await receive(2)).map(({ Body }) => Body)).toEqual(['for the living'])
})

test('calls that fit a fault meet it until it is healed, and the accounts move on when told', async () => {
  const { replay, clients } = await start({ instancesPerRegion: 5 })
  const before = await instanceIds(clients.ec2, 1_000)
  await replay.fault({ operation: 'DescribeInstances', times: 1, fault: { kind: 'denied' } })
  expect(await refusalOf(instanceIds(clients.ec2, 1_000))).toMatchObject({ name: 'UnauthorizedOperation' })
  await replay.fault({ operation: 'DescribeInstances', fault: { kind: 'error', status: 503, code: 'Unavailable' } })
  expect(await refusalOf(instanceIds(clients.ec2, 1_000))).toMatchObject({ name: 'Unavailable' })
  await replay.heal()
  await replay.fault({ operation: 'DescribeInstances', fault: { kind: 'truncate' } })
  expect(await refusalOf(instanceIds(clients.ec2, 1_000))).toMatchObject({
    message: expect.stringContaining('aborted'),
  })
  await replay.heal()
  await replay.fault({ operation: 'DescribeInstances', fault: { kind: 'reset' } })
  expect(await refusalOf(instanceIds(clients.ec2, 1_000))).toMatchObject({
    message: expect.stringMatching(/ECONNRESET|hang up/),
  })
  await replay.heal()

  await replay.drift(2)
  const after = await instanceIds(clients.ec2, 1_000)
  expect(after).toHaveLength(5)
  expect(after.filter((id) => before.includes(id))).toHaveLength(3)
})

test('runs in a process of its own', async () => {
  const replay = await startReplayProcess({ instancesPerRegion: 5 })
  running.push(replay)
  const { ec2: client } = clientsFor(replay.url, workerCredentials('999999999999'))
  expect(await instanceIds(client, 1_000)).toHaveLength(5)
  expect((await replay.counts()).operations).toHaveProperty('ec2:DescribeInstances')
})
