import * as iam from '@aws-sdk/client-iam'
import { PutPublicAccessBlockCommand } from '@aws-sdk/client-s3-control'
import type { ReportRow } from '../account.ts'
import { EXPIRED_CERTIFICATE, NO_PRIVATE_KEY, VALID_CERTIFICATE } from '../certificates.ts'
import { ROOT } from '../credential-report.ts'
import { createRole, policy } from '../roles.ts'
import type { Soil } from '../seed.ts'

export const INSTANCE_PROFILE = 'web-server'
const PASSWORD = 'Seeded-only-for-tests-1'

interface Person {
  readonly name: string
  readonly console: boolean
  readonly mfa: boolean
  /** Age in days of each access key. */
  readonly keys: readonly number[]
  /** Days since the password, or the first key, was last used. */
  readonly usedDaysAgo: number
  readonly direct?: 'attached' | 'inline'
}

const GOOD: readonly Person[] = [
  { name: 'alice', console: true, mfa: true, keys: [], usedDaysAgo: 1 },
  { name: 'ci-deploy', console: false, mfa: false, keys: [30], usedDaysAgo: 0 },
]
const BAD: readonly Person[] = [
  { name: 'bob', console: true, mfa: false, keys: [], usedDaysAgo: 3 },
  { name: 'carol', console: true, mfa: true, keys: [20, 400], usedDaysAgo: 5 },
  { name: 'dave', console: true, mfa: true, keys: [200], usedDaysAgo: 180 },
  { name: 'erin', console: false, mfa: false, keys: [10], usedDaysAgo: 2, direct: 'inline' },
  { name: 'frank', console: true, mfa: true, keys: [], usedDaysAgo: 9, direct: 'attached' },
]

/** Users as they come: with and without MFA, with old and unused credentials, with policies of their own. */
export async function seedUsers(soil: Soil): Promise<void> {
  const { iam: client } = soil.in(soil.home)
  await client.send(new iam.CreateGroupCommand({ GroupName: 'developers' }))
  const developers = { GroupName: 'developers', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }
  await client.send(new iam.AttachGroupPolicyCommand(developers))

  const people = soil.tended ? [...GOOD, ...BAD.slice(0, 1)] : [...GOOD, ...BAD]
  const rows: Record<string, ReportRow> = {}
  for (const person of people) {
    await createPerson(client, person)
    rows[person.name] = reportRow(person, soil.now)
  }
  const rootUsed = daysBefore(soil.now, soil.tended ? 300 : 12)
  rows[ROOT] = { password_last_used: rootUsed }
  soil.aws.account(soil.account).credentialReport(rows)
  soil.aws.account(soil.account).root(soil.tended ? { mfa: 'hardware' } : { mfa: 'virtual', accessKeys: 1 })
}

async function createPerson(client: iam.IAMClient, { name, console, mfa, keys, direct }: Person): Promise<void> {
  const UserName = name
  await client.send(new iam.CreateUserCommand({ UserName }))
  await client.send(new iam.AddUserToGroupCommand({ UserName, GroupName: 'developers' }))
  if (console) await client.send(new iam.CreateLoginProfileCommand({ UserName, Password: PASSWORD }))
  if (mfa) {
    const { VirtualMFADevice } = await client.send(
      new iam.CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }),
    )
    const codes = { AuthenticationCode1: '123456', AuthenticationCode2: '654321' }
    const SerialNumber = VirtualMFADevice?.SerialNumber
    await client.send(new iam.EnableMFADeviceCommand({ UserName, SerialNumber, ...codes }))
  }
  for (const _ of keys) await client.send(new iam.CreateAccessKeyCommand({ UserName }))
  if (direct === 'inline') {
    const PolicyDocument = JSON.stringify(policy('Allow', ['s3:GetObject']))
    await client.send(new iam.PutUserPolicyCommand({ UserName, PolicyName: 'downloads', PolicyDocument }))
  }
  if (direct === 'attached') {
    const PolicyArn = 'arn:aws:iam::aws:policy/PowerUserAccess'
    await client.send(new iam.AttachUserPolicyCommand({ UserName, PolicyArn }))
  }
}

function reportRow(person: Person, now: Date): ReportRow {
  const oldest = Math.max(...person.keys, 500)
  const row: Record<string, string> = { user_creation_time: daysBefore(now, oldest) }
  if (person.console) {
    row['password_last_used'] = daysBefore(now, person.usedDaysAgo)
    row['password_last_changed'] = daysBefore(now, 100)
  }
  person.keys.forEach((age, index) => {
    const key = `access_key_${index + 1}`
    row[`${key}_last_rotated`] = daysBefore(now, age)
    row[`${key}_last_used_date`] = daysBefore(now, Math.min(age, person.usedDaysAgo))
    row[`${key}_last_used_region`] = 'eu-central-1'
    row[`${key}_last_used_service`] = 's3'
  })
  return row
}

/** As the credential report writes dates. */
function daysBefore(now: Date, days: number): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString().replace(/\.\d+Z$/, '+00:00')
}

/** Password policy, support role, certificates, the account's own block of public buckets, a policy that allows everything. */
export async function seedAccountSettings(soil: Soil): Promise<void> {
  const { iam: client, s3control } = soil.in(soil.home)
  const { aws, account, tended } = soil
  const service = (name: string): object => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: `${name}.amazonaws.com` }, Action: 'sts:AssumeRole' }],
  })
  await createRole(aws, account, {
    name: INSTANCE_PROFILE,
    trust: service('ec2'),
    policy: policy('Allow', ['s3:GetObject']),
  })
  await client.send(new iam.CreateInstanceProfileCommand({ InstanceProfileName: INSTANCE_PROFILE }))
  const profile = { InstanceProfileName: INSTANCE_PROFILE, RoleName: INSTANCE_PROFILE }
  await client.send(new iam.AddRoleToInstanceProfileCommand(profile))

  await client.send(
    new iam.UpdateAccountPasswordPolicyCommand(
      tended ? { MinimumPasswordLength: 14, PasswordReusePrevention: 24 } : { MinimumPasswordLength: 8 },
    ),
  )
  await upload(client, 'www', VALID_CERTIFICATE)
  if (tended) {
    const support = ['arn:aws:iam::aws:policy/AWSSupportAccess']
    await createRole(aws, account, { name: 'support', trust: service('support'), managedPolicyArns: support })
    const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }
    const block = { AccountId: account, PublicAccessBlockConfiguration: all }
    await s3control.send(new PutPublicAccessBlockCommand(block))
    return
  }
  await upload(client, 'old', EXPIRED_CERTIFICATE)
  const PolicyDocument = JSON.stringify(policy('Allow', ['*']))
  const { Policy } = await client.send(new iam.CreatePolicyCommand({ PolicyName: 'temporary-admin', PolicyDocument }))
  await client.send(new iam.AttachGroupPolicyCommand({ GroupName: 'developers', PolicyArn: Policy?.Arn }))
}

async function upload(client: iam.IAMClient, ServerCertificateName: string, CertificateBody: string): Promise<void> {
  const certificate = { ServerCertificateName, CertificateBody, PrivateKey: NO_PRIVATE_KEY }
  await client.send(new iam.UploadServerCertificateCommand(certificate))
}
