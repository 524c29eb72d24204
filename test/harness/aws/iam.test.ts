import * as iam from '@aws-sdk/client-iam'
import { beforeEach, describe, expect, test } from 'vitest'
import { EXPIRED_CERTIFICATE, NO_PRIVATE_KEY, VALID_CERTIFICATE } from './certificates.ts'
import { clientsFor } from './clients.ts'
import type { Clients } from './clients.ts'
import { ROOT } from './credential-report.ts'
import { refusalOf } from './refusal-of.ts'
import { assumeRole, createRole, policy, trustPolicy } from './roles.ts'
import { useAws } from './use-aws.ts'

const ACCOUNT = '111122223333'
const cloud = useAws()
let clients: Clients

beforeEach(async () => {
  await cloud.aws.reset()
  clients = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
})

const users = async (...names: readonly string[]) => {
  for (const UserName of names) await clients.iam.send(new iam.CreateUserCommand({ UserName }))
}

describe('the credential report', () => {
  const generate = () => clients.iam.send(new iam.GenerateCredentialReportCommand())
  const get = () => clients.iam.send(new iam.GetCredentialReportCommand())
  const rows = async () => {
    const { Content } = await get()
    const [header = '', ...lines] = Buffer.from(Content ?? [])
      .toString()
      .split('\n')
    const names = header.split(',')
    return lines.map((line) => Object.fromEntries(line.split(',').map((value, index) => [names[index] ?? '', value])))
  }

  test('is not there before it was asked for, then being made, then there', async () => {
    expect((await refusalOf(get())).name).toBe('CredentialReportNotPresentException')
    expect((await generate()).State).toBe('STARTED')
    expect((await refusalOf(get())).name).toBe('CredentialReportNotReadyException')
    expect((await generate()).State).toBe('COMPLETE')
    expect((await get()).ReportFormat).toBe('text/csv')
  })

  test('is made now, given again for four hours, and then expires', async () => {
    await generate()
    await generate()
    const first = (await get()).GeneratedTime?.getTime() ?? 0
    expect(Math.abs(first - Date.now())).toBeLessThan(10_000)
    cloud.aws.advance(4 * 3_600_000 - 10_000)
    expect((await generate()).State).toBe('COMPLETE')
    expect((await get()).GeneratedTime?.getTime()).toBe(first)
    cloud.aws.advance(10_000)
    expect((await refusalOf(get())).name).toBe('CredentialReportExpiredException')
    expect((await generate()).State).toBe('STARTED')
  })

  test('can take many polls', async () => {
    cloud.aws.account(ACCOUNT).credentialReport({}, { polls: 3 })
    const states = [await generate(), await generate(), await generate(), await generate()].map(({ State }) => State)
    expect(states).toEqual(['STARTED', 'INPROGRESS', 'INPROGRESS', 'COMPLETE'])
  })

  test('has the root user’s row first, and AWS’s columns', async () => {
    await users('ann')
    cloud.aws.account(ACCOUNT).root({ mfa: 'hardware', accessKeys: 1 })
    await generate()
    await generate()
    const [root, ann] = await rows()
    expect(root).toMatchObject({
      user: ROOT,
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      mfa_active: 'true',
      access_key_1_active: 'true',
      access_key_2_active: 'false',
      password_enabled: 'not_supported',
    })
    expect(Object.keys(root ?? {})).toHaveLength(22)
    expect(ann).toMatchObject({
      user: 'ann',
      password_enabled: 'false',
      password_last_used: 'N/A',
      access_key_1_last_used_region: 'N/A',
    })
  })

  test('says of users what moto knows and what the test says', async () => {
    await users('bob')
    await clients.iam.send(new iam.CreateLoginProfileCommand({ UserName: 'bob', Password: 'Correct-Horse-1' }))
    await clients.iam.send(new iam.CreateAccessKeyCommand({ UserName: 'bob' }))
    const device = await clients.iam.send(new iam.CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'bob' }))
    const SerialNumber = device.VirtualMFADevice?.SerialNumber
    await clients.iam.send(
      new iam.EnableMFADeviceCommand({
        UserName: 'bob',
        SerialNumber,
        AuthenticationCode1: '123456',
        AuthenticationCode2: '654321',
      }),
    )
    cloud.aws.account(ACCOUNT).credentialReport({ bob: { access_key_1_last_rotated: '2024-01-01T00:00:00+00:00' } })
    await generate()
    await generate()
    expect((await rows())[1]).toMatchObject({
      user: 'bob',
      password_enabled: 'true',
      mfa_active: 'true',
      access_key_1_active: 'true',
      access_key_1_last_rotated: '2024-01-01T00:00:00+00:00',
      access_key_2_active: 'false',
    })
  })
})

describe('the root user', () => {
  const summary = async () => (await clients.iam.send(new iam.GetAccountSummaryCommand())).SummaryMap

  test('has no MFA, no keys and a password unless the test says otherwise', async () => {
    await users('ann')
    expect(await summary()).toMatchObject({
      AccountMFAEnabled: 0,
      AccountAccessKeysPresent: 0,
      AccountPasswordPresent: 1,
      Users: 1,
    })
    cloud.aws.account(ACCOUNT).root({ mfa: 'hardware', accessKeys: 1, password: false })
    expect(await summary()).toMatchObject({
      AccountMFAEnabled: 1,
      AccountAccessKeysPresent: 1,
      AccountPasswordPresent: 0,
    })
  })

  test('shows among the virtual devices when its device is one', async () => {
    const owners = async () => {
      const { VirtualMFADevices } = await clients.iam.send(new iam.ListVirtualMFADevicesCommand())
      return VirtualMFADevices?.map(({ User }) => User?.Arn)
    }
    cloud.aws.account(ACCOUNT).root({ mfa: 'hardware' })
    expect(await owners()).toEqual([])
    cloud.aws.account(ACCOUNT).root({ mfa: 'virtual' })
    expect(await owners()).toEqual([`arn:aws:iam::${ACCOUNT}:root`])
  })
})

describe('paging', () => {
  test('of users, who moto lists all at once', async () => {
    await users('u1', 'u2', 'u3')
    const first = await clients.iam.send(new iam.ListUsersCommand({ MaxItems: 2 }))
    expect([first.Users?.length, first.IsTruncated]).toEqual([2, true])
    const second = await clients.iam.send(new iam.ListUsersCommand({ MaxItems: 2, Marker: first.Marker }))
    expect([second.Users?.map(({ UserName }) => UserName), second.IsTruncated]).toEqual([['u3'], false])
  })

  test('of everything in the account, across its four lists', async () => {
    await users('u1', 'u2')
    await createRole(cloud.aws, ACCOUNT, { name: 'r1', trust: trustPolicy('*'), policy: policy('Allow', ['*']) })
    cloud.aws.pageLimit(1)
    const seen: (string | undefined)[] = []
    let pages = 0
    for await (const page of iam.paginateGetAccountAuthorizationDetails({ client: clients.iam }, {})) {
      pages += 1
      seen.push(...(page.UserDetailList ?? []).map(({ UserName }) => UserName))
      seen.push(...(page.RoleDetailList ?? []).map(({ RoleName }) => RoleName))
    }
    expect([pages, seen]).toEqual([3, ['u1', 'u2', 'r1']])
  })

  test('of server certificates and virtual devices', async () => {
    for (const name of ['a', 'b']) {
      await clients.iam.send(new iam.CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }))
      await clients.iam.send(
        new iam.UploadServerCertificateCommand({
          ServerCertificateName: name,
          CertificateBody: VALID_CERTIFICATE,
          PrivateKey: NO_PRIVATE_KEY,
        }),
      )
    }
    cloud.aws.pageLimit(1)
    const certificates = await clients.iam.send(new iam.ListServerCertificatesCommand())
    const devices = await clients.iam.send(new iam.ListVirtualMFADevicesCommand())
    expect([certificates.ServerCertificateMetadataList?.length, certificates.IsTruncated]).toEqual([1, true])
    expect([devices.VirtualMFADevices?.length, devices.IsTruncated]).toEqual([1, true])
  })

  test('a marker that AWS did not give is refused', async () => {
    const refusal = await refusalOf(clients.iam.send(new iam.ListUsersCommand({ Marker: 'made-up' })))
    expect(refusal.name).toContain('ValidationError')
  })
})

describe('GetAccountAuthorizationDetails', () => {
  const details = () => clients.iam.send(new iam.GetAccountAuthorizationDetailsCommand())

  test('holds AWS’s own policies only where they are attached, with their documents', async () => {
    await createRole(cloud.aws, ACCOUNT, {
      name: 'admin',
      trust: trustPolicy('*'),
      managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    })
    const { Policies } = await details()
    expect(Policies?.map(({ PolicyName, AttachmentCount }) => [PolicyName, AttachmentCount])).toEqual([
      ['AdministratorAccess', 1],
    ])
    const document = decodeURIComponent(Policies?.[0]?.PolicyVersionList?.[0]?.Document ?? '')
    expect(JSON.parse(document)).toMatchObject({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })
  })

  test('documents are URL-encoded, everywhere', async () => {
    await createRole(cloud.aws, ACCOUNT, { name: 'r', trust: trustPolicy('*'), policy: policy('Allow', ['s3:*']) })
    const role = (await details()).RoleDetailList?.[0]
    const inline = await clients.iam.send(new iam.GetRolePolicyCommand({ RoleName: 'r', PolicyName: 'inline' }))
    const got = await clients.iam.send(new iam.GetRoleCommand({ RoleName: 'r' }))
    const documents = [
      role?.AssumeRolePolicyDocument,
      role?.RolePolicyList?.[0]?.PolicyDocument,
      inline.PolicyDocument,
      got.Role?.AssumeRolePolicyDocument,
    ]
    for (const document of documents) expect(document).toMatch(/^%7B%22/)
  })
})

test('server certificates end when they say they end', async () => {
  for (const [ServerCertificateName, CertificateBody] of [
    ['old', EXPIRED_CERTIFICATE],
    ['new', VALID_CERTIFICATE],
  ] as const) {
    await clients.iam.send(
      new iam.UploadServerCertificateCommand({ ServerCertificateName, CertificateBody, PrivateKey: NO_PRIVATE_KEY }),
    )
  }
  const { ServerCertificateMetadataList } = await clients.iam.send(new iam.ListServerCertificatesCommand())
  const ends = ServerCertificateMetadataList?.map(({ ServerCertificateName, Expiration }) => [
    ServerCertificateName,
    Expiration?.getUTCFullYear(),
  ])
  expect(ends).toEqual([
    ['old', 2021],
    ['new', 2099],
  ])
})

test('moto’s own enforcement agrees with the rules in front of it', async () => {
  const RoleArn = await createRole(cloud.aws, ACCOUNT, {
    name: 'Reader',
    trust: trustPolicy(cloud.aws.workerRoleArn()),
    policy: policy('Allow', ['iam:GetAccountSummary', 'iam:ListUsers']),
  })
  await cloud.aws.enforceIam(true)
  const session = clientsFor(cloud.aws.url, await assumeRole(cloud.aws, { RoleArn }))
  const { SummaryMap } = await session.iam.send(new iam.GetAccountSummaryCommand())
  expect(SummaryMap?.['Users']).toBe(0)
  await session.iam.send(new iam.ListUsersCommand())
  expect((await refusalOf(session.iam.send(new iam.ListRolesCommand()))).name).toBe('AccessDenied')
  await users('made-by-the-administrator')

  // The same call, asked of moto without the rules: it is moto that refuses.
  const direct = clientsFor(cloud.aws.motoUrl, await assumeRole(cloud.aws, { RoleArn }))
  expect((await refusalOf(direct.iam.send(new iam.ListRolesCommand()))).name).toMatch(
    /AccessDenied|InvalidClientTokenId/,
  )
})
