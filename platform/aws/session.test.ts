import { DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { CreateUserCommand } from '@aws-sdk/client-iam'
import { GetBucketPolicyCommand, GetObjectCommand } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Operation } from '#core/aws-call.ts'
import { ACCOUNT, createReader, EXTERNAL_ID, openDoor, ROLE_ARN, sessionPolicyFor, type Door } from '#test/aws/door.ts'
import { policy, setTrust } from '#test/harness/aws/roles.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { askCallerArn, assumeRole, probeWithoutExternalId, proveIdentity, type RoleRequest } from './session.ts'
import { createHttpHandler } from './http-handler.ts'
import { createStsClient } from './sts-client.ts'
import { expectedTrustPolicy } from './trust-policy.ts'

const MINUTE = 60_000
const cloud = useAws()
let door: Door

beforeEach(async () => {
  await cloud.aws.reset()
  await createReader(cloud.aws)
  cloud.aws.clearCalls()
  door = openDoor(cloud.aws)
})
afterEach(() => door.close())

const REQUEST: RoleRequest = {
  roleArn: ROLE_ARN,
  externalId: EXTERNAL_ID,
  sessionName: 'vedette-5f1c',
  sessionPolicy: sessionPolicyFor(),
}
const assume = (request: Partial<RoleRequest> = {}) => assumeRole(door.deps, { ...REQUEST, ...request })

describe('assuming a role', () => {
  test('with the right ExternalId: a session by the scan’s name, and proof of whose it is', async () => {
    const { aws, session } = await door.enter({ request: { sessionName: 'vedette-5f1c' } })
    expect(session.arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/Reader/vedette-5f1c`)
    expect(session.packedPolicyPercent).toBeGreaterThan(0)
    expect(session.packedPolicyPercent).toBeLessThanOrEqual(100)
    expect(await proveIdentity(aws)).toEqual({ kind: 'proven', accountId: ACCOUNT, arn: session.arn })
    expect(cloud.aws.counts()).toEqual({ 'sts:AssumeRole': 1, 'sts:GetCallerIdentity': 1 })
    expect(door.counts).toEqual({ 'sts:AssumeRole ok': 1, 'sts:GetCallerIdentity ok': 1 })
  })

  test.each<[string, Partial<RoleRequest>]>([
    ['a wrong ExternalId', { externalId: 'another-one' }],
    ['a role that does not exist', { roleArn: `arn:aws:iam::${ACCOUNT}:role/Missing` }],
  ])('%s: refused once, with the action, the hop, who asked and what AWS said', async (_, request) => {
    expect(await assume(request)).toMatchObject({
      kind: 'refused',
      refusal: {
        action: 'sts:AssumeRole',
        hop: 1,
        roleArn: request.roleArn ?? ROLE_ARN,
        callerArn: 'arn:aws:sts::999999999999:assumed-role/vedette-worker/pod',
        code: 'AccessDenied',
        message: expect.stringContaining('is not authorized to perform: sts:AssumeRole on resource'),
      },
    })
    expect(door.counts).toEqual({ 'sts:AssumeRole denied': 1 })
  })

  test('the trust policy that people are told to use works', async () => {
    const callerArn = await askCallerArn(door.deps)
    if (!callerArn.ok) throw new Error(callerArn.failure.message)
    await setTrust(cloud.aws, ACCOUNT, 'Reader', expectedTrustPolicy({ callerArn: callerArn.value, externalId: 'e-2' }))
    expect((await assume()).kind).toBe('refused')
    expect(await assume({ externalId: 'e-2' })).toMatchObject({ kind: 'ok' })
  })

  test('what is not a refusal is a failure: too large a session policy, STS away', async () => {
    cloud.aws.packedPolicyLimit(50)
    expect(await assume()).toMatchObject({
      kind: 'failed',
      failure: { category: 'validation', code: 'PackedPolicyTooLarge' },
    })
    cloud.aws.faults.add({ operation: 'AssumeRole', fault: { kind: 'reset' } })
    expect(await assume()).toMatchObject({ kind: 'failed', failure: { category: 'transient' } })
    expect(door.counts).toMatchObject({ 'sts:AssumeRole retried': 3, 'sts:AssumeRole lost': 1 })
  })

  test('a process without credentials of its own fails, and says so', async () => {
    const nobody = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    })
    door = openDoor(cloud.aws, { baseCredentials: () => Promise.reject(nobody) })
    expect(await assume()).toMatchObject({
      kind: 'failed',
      failure: { category: 'credentials', message: expect.stringContaining('Could not load credentials') },
    })
  })

  test('a clock that is 20 minutes slow is corrected, and does not fail a scan', async () => {
    // Stands for AWS's check of x-amz-date: the first call is refused as its error page words it, with AWS's time.
    cloud.aws.faults.add({
      operation: 'AssumeRole',
      times: 1,
      fault: { kind: 'error', status: 403, code: 'SignatureDoesNotMatch', message: 'Signature expired' },
    })
    const behind = openDoor(cloud.aws)
    const realNow = Date.now
    try {
      Date.now = () => realNow() - 20 * 60_000
      const { aws } = await behind.enter()
      expect((await proveIdentity(aws)).kind).toBe('proven')
    } finally {
      Date.now = realNow
      behind.close()
    }
    expect(behind.counts).toEqual({
      'sts:AssumeRole retried': 1,
      'sts:AssumeRole ok': 1,
      'sts:GetCallerIdentity ok': 1,
    })
  })
})

describe('a clock that is set while a session is open', () => {
  // A jump to a wrong time, and one to the right time: the SDK marks only the first as corrected. Here AWS's clock jumps.
  test.each([
    ['wrong', [0, 20, -20]],
    ['right', [20, -20, 20]],
  ])('%s: costs a client one more attempt, and loses no call', async (_, [before = 0, then = 0, again = 0]) => {
    cloud.aws.checkClocks(true)
    cloud.aws.advance(before * MINUTE)
    const { aws, session } = await door.enter()
    const askAll = async () =>
      Promise.all([
        proveIdentity(aws),
        ...Array.from({ length: 4 }, () => aws.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))),
      ])
    await askAll()
    cloud.aws.advance(then * MINUTE)
    const [identity, ...answers] = await askAll()
    expect(identity).toMatchObject({ kind: 'proven' })
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ ok: true })))
    cloud.aws.advance(again * MINUTE)
    session.credentials.expire((await session.credentials.provide()).accessKeyId)
    expect(await session.credentials.provide()).toMatchObject({ accessKeyId: expect.any(String) })
    expect(Object.keys(door.counts).filter((name) => / (failed|lost|denied)$/.test(name))).toEqual([])
  })
})

describe('whose account it is', () => {
  test('another account than the target’s is a mismatch', async () => {
    const { aws } = await door.enter({ calls: { accountId: '444455556666' } })
    expect(await proveIdentity(aws)).toEqual({ kind: 'mismatch', expected: '444455556666', actual: ACCOUNT })
  })

  test('no answer is a failure, never a proof', async () => {
    const { aws } = await door.enter()
    cloud.aws.faults.add({ operation: 'GetCallerIdentity', fault: { kind: 'malformed' } })
    expect(await proveIdentity(aws)).toMatchObject({ kind: 'failed', failure: { category: 'malformed' } })
  })
})

describe('the ExternalId is enforced', () => {
  const probe = () => probeWithoutExternalId(door.deps, { roleArn: ROLE_ARN, sessionName: 'vedette-5f1c' })

  test('a role that asks for it refuses', async () => {
    expect(await probe()).toEqual({ kind: 'refuses' })
  })

  test('a role that does not, opens', async () => {
    await setTrust(cloud.aws, ACCOUNT, 'Reader', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: cloud.aws.workerRoleArn() }, Action: 'sts:AssumeRole' }],
    })
    expect(await probe()).toEqual({ kind: 'opens' })
  })

  test('an answer that says nothing proves nothing', async () => {
    cloud.aws.faults.add({ operation: 'AssumeRole', fault: { kind: 'error', status: 500, code: 'InternalFailure' } })
    expect(await probe()).toMatchObject({ kind: 'unknown', failure: { category: 'transient' } })
  })
})

describe('a session only reads', () => {
  const denied = (operation: Operation, action: string, explicit: boolean) => ({
    ok: false,
    failure: {
      category: 'access_denied',
      reason: { kind: 'denied', operation, action, by: 'session_policy', explicit },
    },
  })

  test('whatever the role may do, writing and reading data are denied; what the managed policies lack is not', async () => {
    const { aws } = await door.enter({ request: { sessionPolicy: sessionPolicyFor(['ec2:GetFutureSetting']) } })
    expect(await aws.call('ec2:DescribeVpcs', new DescribeVpcsCommand({}))).toMatchObject({ ok: true })
    expect(await aws.call('iam:CreateUser', new CreateUserCommand({ UserName: 'eve' }))).toMatchObject(
      denied('iam:CreateUser', 'iam:CreateUser', false),
    )
    expect(await aws.call('s3:GetObject', new GetObjectCommand({ Bucket: 'b', Key: 'k' }))).toMatchObject(
      denied('s3:GetObject', 's3:GetObject', true),
    )
  })

  test('a denial by our own session policy is logged as our mistake', async () => {
    const { aws } = await door.enter({
      request: { sessionPolicy: { policyArns: [], inline: JSON.stringify(policy('Allow', ['ec2:*'])) } },
    })
    await aws.call('s3:GetBucketPolicy', new GetBucketPolicyCommand({ Bucket: 'b' }))
    expect(door.log()).toContain('our own session policy denies an action')
    expect(door.log()).toContain('s3:GetBucketPolicy')
  })
})

test('the ExternalId is in no log line', async () => {
  await assume({ externalId: 'a-very-wrong-external-id' })
  await door.enter()
  expect(door.log()).not.toContain('a-very-wrong-external-id')
  expect(door.log()).not.toContain(EXTERNAL_ID)
})

test('STS is asked at its regional endpoint', async () => {
  const credentials = () => Promise.resolve(cloud.aws.workerCredentials())
  const client = createStsClient({ region: 'eu-south-2', credentials, requestHandler: createHttpHandler() })
  const hosts: unknown[] = []
  client.middlewareStack.add(
    () =>
      async ({ request }) => {
        hosts.push(typeof request === 'object' && request !== null && Reflect.get(request, 'hostname'))
        throw new Error('not sent')
      },
    { step: 'finalizeRequest', priority: 'low' },
  )
  await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toThrow('not sent')
  expect(hosts).toEqual(['sts.eu-south-2.amazonaws.com'])
})
