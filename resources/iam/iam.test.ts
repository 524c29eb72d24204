import * as iam from '@aws-sdk/client-iam'
import { PutPublicAccessBlockCommand } from '@aws-sdk/client-s3-control'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '#core/clock.ts'
import type { Resource } from '#core/resource.ts'
import { splitVolatile } from '#core/schema.ts'
import { systemClock } from '#platform/system-clock.ts'
import { clientsFor, type Clients } from '#test/harness/aws/clients.ts'
import { EXPIRED_CERTIFICATE, NO_PRIVATE_KEY } from '#test/harness/aws/certificates.ts'
import { ROOT } from '#test/harness/aws/credential-report.ts'
import { assumeRole, createRole, policy, trustPolicy } from '#test/harness/aws/roles.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { collected, unknownsIn } from '#test/resources/collect.ts'
import { transportTo } from '#test/resources/transport.ts'
import { account } from '../account.collect.ts'
import type { Collector } from '../collector.ts'
import { COLLECTORS } from '../collectors.ts'
import { TYPES_BY_NAME } from '../registry.ts'
import { authorization } from './authorization.collect.ts'
import { serverCertificates } from './server-certificate.collect.ts'
import { virtualMfaDevices } from './virtual-mfa-device.collect.ts'

const ACCOUNT = '111122223333'
const FRESH = '444455556666'
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess'
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess'

const cloud = useAws()
const readers = new Map<string, Awaited<ReturnType<typeof assumeRole>>>()

beforeAll(async () => {
  const { aws } = cloud
  for (const id of [ACCOUNT, FRESH]) {
    const RoleArn = await createRole(aws, id, {
      name: 'Reader',
      trust: trustPolicy(aws.workerRoleArn()),
      policy: policy('Allow', [
        'iam:Get*',
        'iam:List*',
        'iam:GenerateCredentialReport',
        's3:GetAccountPublicAccessBlock',
      ]),
    })
    readers.set(id, await assumeRole(aws, { RoleArn }))
  }
  await seed(clientsFor(aws.url, aws.adminCredentials(ACCOUNT)))
  aws.account(ACCOUNT).credentialReport({
    ann: { password_last_used: '2026-05-30T10:00:00+00:00', password_last_changed: '2026-01-02T03:04:05+00:00' },
    [ROOT]: { password_last_used: '2026-04-01T00:00:00+00:00', access_key_1_last_used_date: 'N/A' },
  })
})
beforeEach(() => cloud.aws.clearCalls())
afterEach(() => {
  cloud.aws.faults.clear()
  cloud.aws.account(ACCOUNT).root({ mfa: 'none', accessKeys: 0, password: true })
})

const collect = (collector: Collector, accountId = ACCOUNT, clock?: Clock) =>
  collected(
    collector,
    transportTo({
      url: cloud.aws.url,
      credentials: readers.get(accountId) ?? expect.fail('no reader'),
      accountId,
      region: 'eu-central-1',
      ...(clock === undefined ? {} : { clock }),
    }),
  )

async function seed({ iam: client }: Clients): Promise<void> {
  const document = (action: string) => JSON.stringify(policy('Allow', [action]))
  await client.send(new iam.CreateUserCommand({ UserName: 'ann', Tags: [{ Key: 'team', Value: 'a b' }] }))
  await client.send(new iam.CreateLoginProfileCommand({ UserName: 'ann', Password: 'Only-for-tests-1' }))
  await client.send(new iam.CreateAccessKeyCommand({ UserName: 'ann' }))
  await client.send(
    new iam.PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'mine', PolicyDocument: document('s3:GetObject') }),
  )
  await client.send(new iam.CreateGroupCommand({ GroupName: 'ops' }))
  await client.send(new iam.AddUserToGroupCommand({ GroupName: 'ops', UserName: 'ann' }))
  await client.send(new iam.AttachGroupPolicyCommand({ GroupName: 'ops', PolicyArn: ADMIN }))
  await client.send(new iam.AttachGroupPolicyCommand({ GroupName: 'ops', PolicyArn: READ_ONLY }))
  const { Policy } = await client.send(
    new iam.CreatePolicyCommand({ PolicyName: 'deploy', PolicyDocument: document('*') }),
  )
  // The second version is the one that counts.
  await client.send(
    new iam.CreatePolicyVersionCommand({
      PolicyArn: Policy?.Arn,
      PolicyDocument: document('ec2:RunInstances'),
      SetAsDefault: true,
    }),
  )
  await client.send(new iam.AttachGroupPolicyCommand({ GroupName: 'ops', PolicyArn: Policy?.Arn }))
  await client.send(new iam.CreatePolicyCommand({ PolicyName: 'unused', PolicyDocument: document('*') }))
  await client.send(
    new iam.UploadServerCertificateCommand({
      ServerCertificateName: 'www',
      CertificateBody: EXPIRED_CERTIFICATE,
      PrivateKey: NO_PRIVATE_KEY,
    }),
  )
  const { VirtualMFADevice } = await client.send(new iam.CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'ann' }))
  const codes = { AuthenticationCode1: '123456', AuthenticationCode2: '654321' }
  const SerialNumber = VirtualMFADevice?.SerialNumber
  await client.send(new iam.EnableMFADeviceCommand({ UserName: 'ann', SerialNumber, ...codes }))
}

const find = (resources: readonly Resource[], type: string, id: string) =>
  resources.find((resource) => resource.type === type && resource.id === id) ??
  expect.fail(`no ${type} ${id} among ${resources.map((resource) => resource.id).join(', ')}`)

/** Without what moves by itself: our own calls use the role. */
const stable = (resource: Resource): Resource => {
  const type = TYPES_BY_NAME.get(resource.type) ?? expect.fail(resource.type)
  return { ...resource, data: splitVolatile(type.schema, resource.data).stable }
}

describe('an account’s identities', () => {
  it('come whole, in one bulk call and the credential report', async () => {
    const first = await collect(authorization)
    expect(cloud.aws.counts()).toEqual({
      'iam:GenerateCredentialReport': 2,
      'iam:GetAccountAuthorizationDetails': 1,
      'iam:GetCredentialReport': 2,
    })
    expect(first.end).toEqual({ complete: true, observedAt: expect.any(Date) })
    expect(first.resources.flatMap(({ id, data }) => unknownsIn(data, id))).toEqual([])

    cloud.aws.clearCalls()
    const second = await collect(authorization)
    expect(cloud.aws.counts()).toEqual({ 'iam:GetAccountAuthorizationDetails': 1, 'iam:GetCredentialReport': 1 })
    expect(second.resources.map(stable)).toEqual(first.resources.map(stable))
  })

  it('have ids and ARNs that tell each from every other', async () => {
    const { resources } = await collect(authorization)
    expect(new Set(resources.map(({ type, id }) => `${type} ${id}`)).size).toBe(resources.length)
    const arns = resources.flatMap(({ arn }) => arn ?? [])
    expect(new Set(arns).size).toBe(arns.length)
  })

  it('are followed page by page', async () => {
    const whole = await collect(authorization)
    cloud.aws.pageLimit(1)
    const paged = await collect(authorization)
    cloud.aws.pageLimit(1000)
    expect(paged.pages.length).toBeGreaterThan(whole.pages.length)
    const byId = (a: Resource, b: Resource) => (`${a.type} ${a.id}` < `${b.type} ${b.id}` ? -1 : 1)
    expect(paged.resources.map(stable).toSorted(byId)).toEqual(whole.resources.map(stable).toSorted(byId))
  })

  it('include a user with its row of the credential report', async () => {
    const { resources, end } = await collect(authorization)
    const observedAt = end.complete ? end.observedAt?.toISOString() : undefined
    expect(find(resources, 'AWS::IAM::User', 'ann')).toMatchObject({
      arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
      location: 'global',
      tags: { team: 'a b' },
      data: {
        groups: ['ops'],
        attachedPolicies: [],
        inlinePolicies: ['mine'],
        permissionsBoundary: null,
        report: {
          observedAt,
          passwordEnabled: true,
          passwordLastUsed: '2026-05-30T10:00:00.000Z',
          passwordLastChanged: '2026-01-02T03:04:05.000Z',
          mfaActive: true,
          accessKey1: { active: true, lastUsed: null },
          accessKey2: { active: false, lastRotated: null, lastUsed: null },
        },
      },
    })
  })

  it('include a group and a role, with what is attached', async () => {
    const { resources } = await collect(authorization)
    expect(find(resources, 'AWS::IAM::Group', 'ops').data).toMatchObject({
      inlinePolicies: [],
      attachedPolicies: expect.arrayContaining([
        { arn: ADMIN, name: 'AdministratorAccess' },
        { arn: `arn:aws:iam::${ACCOUNT}:policy/deploy`, name: 'deploy' },
      ]),
    })
    expect(find(resources, 'AWS::IAM::Role', 'Reader').data).toMatchObject({
      inlinePolicies: ['inline'],
      trustPolicy: { Statement: [{ Action: 'sts:AssumeRole' }] },
    })
  })

  it('have every set of permissions that counts: default versions, inline ones, AdministratorAccess per attachment', async () => {
    const { resources } = await collect(authorization)
    const policies = resources.filter(({ type }) => type === 'AWS::IAM::ManagedPolicy')
    expect(policies.map(({ id }) => id).sort()).toEqual([
      'deploy',
      `group/ops/${ADMIN}`,
      'role/Reader/inline',
      'unused',
      'user/ann/mine',
    ])
    expect(find(policies, 'AWS::IAM::ManagedPolicy', 'deploy')).toMatchObject({
      arn: `arn:aws:iam::${ACCOUNT}:policy/deploy`,
      data: {
        kind: 'customer',
        principal: null,
        attachmentCount: 1,
        document: { Statement: [{ Action: ['ec2:RunInstances'] }] },
      },
    })
    expect(find(policies, 'AWS::IAM::ManagedPolicy', 'unused').data).toMatchObject({ attachmentCount: 0 })
    expect(find(policies, 'AWS::IAM::ManagedPolicy', `group/ops/${ADMIN}`)).toMatchObject({
      arn: null,
      data: {
        kind: 'aws_attachment',
        principal: `arn:aws:iam::${ACCOUNT}:group/ops`,
        document: { $value: { Statement: [{ Action: '*', Resource: '*' }] }, $basis: 'aws_default' },
      },
    })
    expect(find(policies, 'AWS::IAM::ManagedPolicy', 'user/ann/mine').data).toMatchObject({
      kind: 'inline',
      principal: `arn:aws:iam::${ACCOUNT}:user/ann`,
      document: { Statement: [{ Action: ['s3:GetObject'] }] },
    })
  })

  it('keep a user whom the report does not know yet, with nothing known of its credentials', async () => {
    const { iam: client } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
    await client.send(new iam.CreateUserCommand({ UserName: 'new' }))
    const row = Object.fromEntries([['user', 'somebody-else']])
    cloud.aws.account(ACCOUNT).credentialReport({ new: row })
    const { resources } = await collect(authorization)
    await client.send(new iam.DeleteUserCommand({ UserName: 'new' }))
    expect(find(resources, 'AWS::IAM::User', 'new').data).toMatchObject({
      inlinePolicies: [],
      report: { $unknown: [{ kind: 'not_collected' }] },
    })
  })

  it('are incomplete when the bulk call is denied', async () => {
    cloud.aws.faults.add({ operation: 'GetAccountAuthorizationDetails', fault: { kind: 'denied' } })
    expect(await collect(authorization)).toMatchObject({
      resources: [],
      end: { complete: false, failure: { reason: { kind: 'denied', by: 'service_control_policy', explicit: true } } },
    })
  })
})

describe('the credential report', () => {
  const sleeps: number[] = []
  const hurried: Clock = {
    ...systemClock,
    sleep: async (ms, signal) => {
      signal.throwIfAborted()
      sleeps.push(ms)
    },
  }
  beforeEach(() => void sleeps.splice(0))

  it('is waited for while AWS makes it', async () => {
    cloud.aws.account(FRESH).credentialReport({}, { polls: 3 })
    const { resources, end } = await collect(authorization, FRESH, hurried)
    expect(end).toMatchObject({ complete: true, observedAt: expect.any(Date) })
    expect(resources.flatMap(({ id, data }) => unknownsIn(data, id))).toEqual([])
    expect(cloud.aws.counts()).toMatchObject({ 'iam:GenerateCredentialReport': 4, 'iam:GetCredentialReport': 2 })
    expect(sleeps).toEqual([2_000, 2_000, 2_000])
  })

  it('is made anew when it is older than 4 hours', async () => {
    cloud.aws.account(FRESH).credentialReport({}, { polls: 0 })
    cloud.aws.advance(5 * 3_600_000)
    // The sessions are over too.
    const { aws } = cloud
    readers.set(FRESH, await assumeRole(aws, { RoleArn: `arn:aws:iam::${FRESH}:role/Reader` }))
    readers.set(ACCOUNT, await assumeRole(aws, { RoleArn: `arn:aws:iam::${ACCOUNT}:role/Reader` }))
    cloud.aws.clearCalls()
    await collect(authorization, FRESH, hurried)
    expect(cloud.aws.counts()).toMatchObject({ 'iam:GenerateCredentialReport': 1, 'iam:GetCredentialReport': 2 })
  })

  it('that AWS never finishes costs a minute and is unknown, not absent', async () => {
    cloud.aws.advance(5 * 3_600_000)
    const { aws } = cloud
    for (const id of [ACCOUNT, FRESH])
      readers.set(id, await assumeRole(aws, { RoleArn: `arn:aws:iam::${id}:role/Reader` }))
    cloud.aws.account(FRESH).credentialReport({}, { polls: 1_000 })
    const { resources, end } = await collect(account, FRESH, hurried)
    expect(end).toEqual({ complete: true })
    expect(resources[0]?.data).toMatchObject({
      rootUse: { $unknown: [{ kind: 'fault', detail: 'AWS is still making the report after 60 s' }] },
      rootMfaEnabled: false,
    })
    expect(sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(58_000)
    cloud.aws.account(FRESH).credentialReport({}, { polls: 0 })
  })

  it('is fetched once in a job, for the account and for its users, and anew in the next', async () => {
    const credentials = readers.get(ACCOUNT) ?? expect.fail('no reader')
    const inJob = async () => {
      const aws = transportTo({ url: cloud.aws.url, credentials, accountId: ACCOUNT, region: 'eu-central-1' })
      return Promise.all([account, authorization].map((collector) => collected(collector, aws)))
    }
    await inJob()
    cloud.aws.clearCalls()
    const [settings, identities] = await inJob()
    expect(cloud.aws.counts()).toMatchObject({ 'iam:GetCredentialReport': 1, 'iam:GetAccountSummary': 1 })
    expect(settings?.end).toEqual(identities?.end)
    await inJob()
    expect(cloud.aws.counts()).toMatchObject({ 'iam:GetCredentialReport': 2, 'iam:GetAccountSummary': 2 })
  })

  it('that may not be made leaves users with what else is known of them', async () => {
    cloud.aws.faults.add({ operation: 'GenerateCredentialReport', fault: { kind: 'denied' } })
    cloud.aws.faults.add({
      operation: 'GetCredentialReport',
      fault: { kind: 'error', status: 410, code: 'ReportExpired' },
    })
    const { resources, end } = await collect(authorization)
    expect(end).toEqual({ complete: true })
    expect(find(resources, 'AWS::IAM::User', 'ann').data).toMatchObject({
      groups: ['ops'],
      report: { $unknown: [{ kind: 'denied', action: 'iam:GenerateCredentialReport' }] },
    })
  })
})

describe('the account', () => {
  const settings = async () => {
    const { resources, end } = await collect(account)
    expect(end).toMatchObject({ complete: true })
    expect(resources).toHaveLength(1)
    expect(resources[0]).toMatchObject({ id: ACCOUNT, arn: null, location: 'global' })
    return resources[0]?.data
  }

  it('without settings of its own has AWS’s defaults', async () => {
    expect(await settings()).toEqual({
      s3PublicAccessBlock: {
        $value: {
          blockPublicAcls: false,
          ignorePublicAcls: false,
          blockPublicPolicy: false,
          restrictPublicBuckets: false,
        },
        $basis: 'aws_default',
      },
      rootAccessKeysPresent: 0,
      rootMfaEnabled: false,
      rootPasswordPresent: 1,
      rootSigningCertificatesPresent: 0,
      passwordPolicy: { $value: { present: false, minimumLength: 8, reusePrevention: null }, $basis: 'aws_default' },
      rootUse: {
        observedAt: expect.any(String),
        passwordLastUsed: '2026-04-01T00:00:00.000Z',
        accessKey1LastUsed: null,
        accessKey2LastUsed: null,
      },
    })
  })

  it('has the settings that somebody made', async () => {
    const { iam: client, s3control } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
    await client.send(
      new iam.UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 20, PasswordReusePrevention: 24 }),
    )
    await s3control.send(
      new PutPublicAccessBlockCommand({
        AccountId: ACCOUNT,
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true },
      }),
    )
    cloud.aws.account(ACCOUNT).root({ mfa: 'hardware', accessKeys: 1 })
    expect(await settings()).toMatchObject({
      s3PublicAccessBlock: {
        blockPublicAcls: true,
        ignorePublicAcls: true,
        blockPublicPolicy: false,
        restrictPublicBuckets: false,
      },
      rootAccessKeysPresent: 1,
      rootMfaEnabled: true,
      passwordPolicy: { present: true, minimumLength: 20, reusePrevention: 24 },
    })
  })

  it.each([
    [
      'GetAccountSummary',
      ['.rootAccessKeysPresent', '.rootMfaEnabled', '.rootPasswordPresent', '.rootSigningCertificatesPresent'],
    ],
    ['GetAccountPasswordPolicy', ['.passwordPolicy']],
    ['GetPublicAccessBlock', ['.s3PublicAccessBlock']],
    ['GetCredentialReport', ['.rootUse']],
  ])('loses only what %s feeds when that is denied', async (operation, lost) => {
    cloud.aws.faults.add({ operation, fault: { kind: 'denied' } })
    const unknowns = unknownsIn(await settings())
    expect(unknowns.map((line) => line.split(':')[0])).toEqual(lost)
    expect(unknowns.every((line) => line.includes('"kind":"denied"'))).toBe(true)
  })
})

describe('virtual MFA devices', () => {
  it('say whose they are, the root user’s too', async () => {
    cloud.aws.account(ACCOUNT).root({ mfa: 'virtual' })
    const { resources } = await collect(virtualMfaDevices)
    expect(resources.map(({ name, data }) => [name, (data as { userArn: unknown }).userArn])).toEqual([
      ['root-account-mfa-device', `arn:aws:iam::${ACCOUNT}:root`],
      ['ann', `arn:aws:iam::${ACCOUNT}:user/ann`],
    ])
  })
})

describe('server certificates', () => {
  it('say when they expire', async () => {
    const { resources, end } = await collect(serverCertificates)
    expect(end).toEqual({ complete: true })
    expect(resources).toMatchObject([
      { id: 'www', arn: `arn:aws:iam::${ACCOUNT}:server-certificate/www`, data: { expires: expect.any(String) } },
    ])
    // A complete listing's data is an object.
    const { expires } = (resources[0] ?? expect.fail()).data as { expires: string }
    expect(Date.parse(expires)).toBeLessThan(Date.now())
  })
})

describe('identity providers', () => {
  it('are in the inventory', async () => {
    const { iam: client } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
    await client.send(
      new iam.CreateSAMLProviderCommand({ Name: 'corp', SAMLMetadataDocument: `<x>${'a'.repeat(1000)}</x>` }),
    )
    const Url = 'https://token.actions.githubusercontent.com/enterprise'
    await client.send(new iam.CreateOpenIDConnectProviderCommand({ Url, ThumbprintList: ['a'.repeat(40)] }))
    const of = async (type: string) =>
      (await collect(COLLECTORS.find(({ types }) => types[0]?.type === type) ?? expect.fail(type))).resources
    expect(await of('AWS::IAM::SAMLProvider')).toMatchObject([
      { id: 'corp', arn: `arn:aws:iam::${ACCOUNT}:saml-provider/corp`, location: 'global' },
    ])
    expect(await of('AWS::IAM::OIDCProvider')).toMatchObject([
      {
        id: 'token.actions.githubusercontent.com/enterprise',
        data: { issuer: 'token.actions.githubusercontent.com/enterprise' },
      },
    ])
  })
})
