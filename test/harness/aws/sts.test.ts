import { DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, test } from 'vitest'
import { clientsFor } from './clients.ts'
import { refusalOf } from './refusal-of.ts'
import { assumeRole, createRole, policy, setRolePolicy, setTrust, trustPolicy } from './roles.ts'
import { useAws } from './use-aws.ts'

const ACCOUNT = '111122223333'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Reader`
const EXTERNAL_ID = '7b0d6c1e-5d0a-4b1e-9f57-000000000001'
const EVERYTHING = policy('Allow', ['*'])

const cloud = useAws()

beforeEach(async () => {
  await cloud.aws.reset()
  await createRole(cloud.aws, ACCOUNT, {
    name: 'Reader',
    trust: trustPolicy(cloud.aws.workerRoleArn(), EXTERNAL_ID),
    policy: EVERYTHING,
  })
})

const assume = (input: object = {}) => assumeRole(cloud.aws, { RoleArn: ROLE, ExternalId: EXTERNAL_ID, ...input })
const refused = (input: object = {}) => refusalOf(assume(input))

describe('AssumeRole obeys the trust policy', () => {
  test('the right worker with the right ExternalId becomes a session of the role', async () => {
    const credentials = await assume({ RoleSessionName: 'vedette-1' })
    const { Account, Arn, UserId } = await clientsFor(cloud.aws.url, credentials).sts.send(
      new GetCallerIdentityCommand(),
    )
    expect(Account).toBe(ACCOUNT)
    expect(Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/Reader/vedette-1`)
    expect(UserId).toMatch(/^AROA\w+:vedette-1$/)
  })

  test.each([
    ['a wrong ExternalId', { RoleArn: ROLE, ExternalId: 'wrong-one' }],
    ['no ExternalId', { RoleArn: ROLE, ExternalId: undefined }],
    ['a role that does not exist', { RoleArn: `arn:aws:iam::${ACCOUNT}:role/Missing` }],
    ['a path that is not the role’s', { RoleArn: `arn:aws:iam::${ACCOUNT}:role/path/Reader` }],
  ])('%s is refused in the same words', async (_, input) => {
    expect(await refused(input)).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:sts::999999999999:assumed-role/vedette-worker/pod is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
    })
  })

  test('a caller whose own policies do not allow sts:AssumeRole is refused, and an SCP refuses too', async () => {
    cloud.aws.account('999999999999').serviceControlPolicies([policy('Deny', ['sts:AssumeRole'])])
    expect((await refused()).name).toBe('AccessDenied')
    cloud.aws.account('999999999999').serviceControlPolicies([])
    await assume()
    cloud.aws.workerPolicy(policy('Allow', ['sqs:*']))
    expect((await refused()).name).toBe('AccessDenied')
  })

  test.each([
    ['the account', { AWS: '999999999999' }, true],
    ['the account’s root', { AWS: 'arn:aws:iam::999999999999:root' }, true],
    ['everybody', '*', true],
    ['the session itself', { AWS: 'arn:aws:sts::999999999999:assumed-role/vedette-worker/pod' }, true],
    ['another role', { AWS: 'arn:aws:iam::999999999999:role/other' }, false],
    ['another account', { AWS: ['arn:aws:iam::444455556666:root'] }, false],
    ['a service', { Service: 'ec2.amazonaws.com' }, false],
  ])('a trust policy that names %s', async (_, Principal, opens) => {
    await setTrust(cloud.aws, ACCOUNT, 'Reader', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
    })
    if (opens) await assume()
    else expect((await refused()).name).toBe('AccessDenied')
  })

  test('session tags need sts:TagSession in the trust policy', async () => {
    const Tags = [{ Key: 'scan', Value: '1' }]
    expect((await refused({ Tags })).name).toBe('AccessDenied')
    await setTrust(cloud.aws, ACCOUNT, 'Reader', {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: cloud.aws.workerRoleArn() },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
        },
      ],
    })
    await assume({ Tags })
  })
})

describe('AssumeRole obeys its limits', () => {
  test('a role assumed by a role lasts an hour at most', async () => {
    expect(await refused({ DurationSeconds: 3601 })).toMatchObject({
      name: 'ValidationError',
      status: 400,
      message: expect.stringContaining('1 hour session limit for roles assumed by role chaining'),
    })
    await assume({ DurationSeconds: 3600 })
  })

  test('no longer than the role’s MaxSessionDuration', async () => {
    const { iam } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
    await iam.send(new CreateUserCommand({ UserName: 'ann' }))
    await iam.send(
      new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'p', PolicyDocument: JSON.stringify(EVERYTHING) }),
    )
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
    const ann = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
    await setTrust(cloud.aws, ACCOUNT, 'Reader', trustPolicy(`arn:aws:iam::${ACCOUNT}:user/ann`))

    await assumeRole(cloud.aws, { RoleArn: ROLE, DurationSeconds: 3600 }, ann)
    const tooLong = assumeRole(cloud.aws, { RoleArn: ROLE, DurationSeconds: 7200 }, ann)
    expect((await refusalOf(tooLong)).message).toContain('MaxSessionDuration')
  })

  test.each([
    ['RoleSessionName', { RoleSessionName: 'with space' }],
    ['RoleSessionName', { RoleSessionName: 'x'.repeat(65) }],
    ['durationSeconds', { DurationSeconds: 899 }],
    ['policy', { Policy: JSON.stringify({ Statement: [], Pad: 'x'.repeat(2048) }) }],
  ])('a bad %s is a validation error', async (name, input) => {
    const refusal = await refused(input)
    expect(refusal.name).toBe('ValidationError')
    expect(refusal.message.toLowerCase()).toContain(name.toLowerCase())
  })

  test('a session policy that is too large when packed is refused, and its size is told', async () => {
    const Policy = JSON.stringify(policy('Allow', ['ec2:Describe*']))
    const { sts } = clientsFor(cloud.aws.url, cloud.aws.workerCredentials())
    const input = { RoleArn: ROLE, RoleSessionName: 'test', ExternalId: EXTERNAL_ID, Policy }
    const { PackedPolicySize } = await sts.send(new AssumeRoleCommand(input))
    expect(PackedPolicySize).toBeGreaterThan(0)
    cloud.aws.packedPolicyLimit(50)
    expect((await refused({ Policy })).name).toBe('PackedPolicyTooLargeException')
  })

  test('a session policy that is not JSON, and a managed policy that does not exist, are refused', async () => {
    expect((await refused({ Policy: '{"Statement":' })).name).toBe('MalformedPolicyDocumentException')
    const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/NoSuchPolicy' }]
    expect((await refused({ PolicyArns })).message).toContain('NoSuchPolicy')
  })
})

describe('a session can do what role and session policies both allow', () => {
  test('a session policy narrows a role, and the denial says so', async () => {
    const clients = clientsFor(
      cloud.aws.url,
      await assume({ Policy: JSON.stringify(policy('Allow', ['s3:ListAllMyBuckets'])) }),
    )
    await clients.s3.send(new ListBucketsCommand())
    expect(await refusalOf(clients.ec2.send(new DescribeVpcsCommand()))).toEqual({
      name: 'UnauthorizedOperation',
      status: 403,
      message: `You are not authorized to perform this operation. User: arn:aws:sts::${ACCOUNT}:assumed-role/Reader/test is not authorized to perform: ec2:DescribeVpcs because no session policy allows the ec2:DescribeVpcs action`,
    })
  })

  test('a session policy does not widen a role', async () => {
    await setRolePolicy(cloud.aws, ACCOUNT, 'Reader', policy('Allow', ['s3:ListAllMyBuckets']))
    const clients = clientsFor(cloud.aws.url, await assume({ Policy: JSON.stringify(EVERYTHING) }))
    await clients.s3.send(new ListBucketsCommand())
    expect(await refusalOf(clients.iam.send(new ListUsersCommand()))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('because no identity-based policy allows the iam:ListUsers action'),
    })
  })

  test('the managed policies of a session count, as AWS has written them', async () => {
    const PolicyArns = [
      { arn: 'arn:aws:iam::aws:policy/SecurityAudit' },
      { arn: 'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess' },
    ]
    const clients = clientsFor(cloud.aws.url, await assume({ PolicyArns }))
    await clients.ec2.send(new DescribeVpcsCommand())
    await clients.iam.send(new ListUsersCommand())
    const write = await refusalOf(clients.iam.send(new CreateUserCommand({ UserName: 'eve' })))
    expect(write.message).toContain('because no session policy allows the iam:CreateUser action')
  })

  test('a permissions boundary narrows a role too', async () => {
    const { iam } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
    const PolicyDocument = JSON.stringify(policy('Allow', ['ec2:*']))
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument }))
    const RoleArn = await createRole(cloud.aws, ACCOUNT, {
      name: 'Bounded',
      trust: trustPolicy(cloud.aws.workerRoleArn()),
      policy: EVERYTHING,
      permissionsBoundary: Policy?.Arn ?? '',
    })
    const clients = clientsFor(cloud.aws.url, await assumeRole(cloud.aws, { RoleArn }))
    await clients.ec2.send(new DescribeVpcsCommand())
    const { message } = await refusalOf(clients.iam.send(new ListUsersCommand()))
    expect(message).toContain('because no permissions boundary allows the iam:ListUsers action')
  })

  test('a changed role policy holds for sessions that are already open', async () => {
    const { ec2 } = clientsFor(cloud.aws.url, await assume())
    await ec2.send(new DescribeVpcsCommand())
    await setRolePolicy(cloud.aws, ACCOUNT, 'Reader', policy('Deny', ['ec2:*']))
    const { message } = await refusalOf(ec2.send(new DescribeVpcsCommand()))
    expect(message).toContain('with an explicit deny in an identity-based policy')
  })

  test('a session ends, and each service says so in its own words', async () => {
    const clients = clientsFor(cloud.aws.url, await assume({ DurationSeconds: 900 }))
    cloud.aws.advance(899_000)
    await clients.ec2.send(new DescribeVpcsCommand())
    cloud.aws.advance(1_000)
    const names = [
      (await refusalOf(clients.ec2.send(new DescribeVpcsCommand()))).name,
      (await refusalOf(clients.iam.send(new ListUsersCommand()))).name,
      (await refusalOf(clients.s3.send(new ListBucketsCommand()))).name,
      (await refusalOf(clients.sts.send(new GetCallerIdentityCommand()))).name,
    ]
    expect(names).toEqual(
      ['RequestExpired', 'ExpiredToken', 'ExpiredToken', 'ExpiredToken'].map((name) => expect.stringContaining(name)),
    )
  })

  test('keys that nobody made, and a session without its token, are unknown', async () => {
    const stranger = clientsFor(cloud.aws.url, { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' })
    expect((await refusalOf(stranger.ec2.send(new DescribeVpcsCommand()))).name).toBe('AuthFailure')
    expect((await refusalOf(stranger.iam.send(new ListUsersCommand()))).name).toBe('InvalidClientTokenId')
    expect((await refusalOf(stranger.s3.send(new ListBucketsCommand()))).name).toBe('InvalidAccessKeyId')
    const { accessKeyId, secretAccessKey } = await assume()
    const half = clientsFor(cloud.aws.url, { accessKeyId, secretAccessKey })
    expect((await refusalOf(half.sts.send(new GetCallerIdentityCommand()))).name).toBe('InvalidClientTokenId')
  })
})
