import { X509Certificate } from 'node:crypto'
import { queryAnswer } from './answer.ts'
import type { Answer } from './answer.ts'
import { withParams } from './call.ts'
import { generateCredentialReport, getCredentialReport } from './credential-report.ts'
import type { Repair, RepairInput } from './repair.ts'
import { escapeXml, find, findAll, parseXml, splice, textAt } from './xml.ts'
import type { Element, Splice } from './xml.ts'

/** GetAccountSummary: moto counts resources, the account knows its root user. */
const getAccountSummary: Repair = async ({ call, account, forward }) => {
  const { root } = account
  const known: Readonly<Record<string, number>> = {
    AccountMFAEnabled: root.mfa === 'none' ? 0 : 1,
    AccountAccessKeysPresent: root.accessKeys > 0 ? 1 : 0,
    AccountPasswordPresent: root.password ? 1 : 0,
    AccountSigningCertificatesPresent: root.signingCertificates > 0 ? 1 : 0,
  }
  const answer = await forward(call)
  if (answer.status !== 200) return answer
  const map = find(parseXml(answer.body.toString()), 'GetAccountSummaryResult', 'SummaryMap')
  const counted = (map?.children ?? []).map(
    (entry) => [textAt(entry, 'key') ?? '', textAt(entry, 'value') ?? ''] as const,
  )
  const entries = [...counted.filter(([name]) => !(name in known)), ...Object.entries(known)].map(
    ([name, value]) => `<entry><key>${name}</key><value>${value}</value></entry>`,
  )
  return queryAnswer(call, `<SummaryMap>${entries.join('')}</SummaryMap>`)
}

/** ListVirtualMFADevices: with the root user's, which no API can create. */
const listVirtualMfaDevices: Repair = async ({ call, account, forward }) => {
  const answer = await forward(call)
  const status = call.params.get('AssignmentStatus') ?? 'Any'
  if (answer.status !== 200 || account.root.mfa !== 'virtual' || status === 'Unassigned') return answer
  const device =
    `<member><SerialNumber>arn:aws:iam::${account.id}:mfa/root-account-mfa-device</SerialNumber>` +
    `<EnableDate>2019-03-01T08:05:00Z</EnableDate>` +
    `<User><Path>/</Path><UserName>root</UserName><UserId>${account.id}</UserId>` +
    `<Arn>arn:aws:iam::${account.id}:root</Arn><CreateDate>2019-03-01T08:00:00Z</CreateDate></User></member>`
  const devices = findAll(parseXml(answer.body.toString()), 'VirtualMFADevices')[0]
  const xml = answer.body.toString()
  const others = devices === undefined ? '' : xml.slice(devices.innerStart, devices.innerEnd)
  return queryAnswer(call, `<VirtualMFADevices>${device}${others}</VirtualMFADevices><IsTruncated>false</IsTruncated>`)
}

/** UploadServerCertificate: moto stores the text and makes up the dates. */
const uploadServerCertificate: Repair = async ({ call, account, forward }) => {
  const answer = await forward(call)
  if (answer.status === 200) {
    const { validTo } = new X509Certificate(call.params.get('CertificateBody') ?? '')
    account.certificateEnds.set(call.params.get('ServerCertificateName') ?? '', new Date(validTo).toISOString())
  }
  return withCertificateDates(answer, { account })
}

const serverCertificates: Repair = async (input) => withCertificateDates(await input.forward(input.call), input)

function withCertificateDates(answer: Answer, { account }: Pick<RepairInput, 'account'>): Answer {
  if (answer.status !== 200) return answer
  const xml = answer.body.toString()
  const metadata = (element: Element): readonly Element[] =>
    find(element, 'ServerCertificateName') === undefined ? element.children.flatMap(metadata) : [element]
  const splices = metadata(parseXml(xml)).flatMap((certificate): readonly Splice[] => {
    const end = account.certificateEnds.get(textAt(certificate, 'ServerCertificateName') ?? '')
    const stated = find(certificate, 'Expiration')
    return end === undefined || stated === undefined
      ? []
      : [{ start: stated.innerStart, end: stated.innerEnd, text: end }]
  })
  return { ...answer, body: Buffer.from(splice(xml, splices)) }
}

/**
 * GetAccountAuthorizationDetails: of AWS's own policies only those that are attached, as AWS has it. moto would send all
 * of its 1,400.
 */
const getAccountAuthorizationDetails: Repair = async ({ call, world, principal, forward }) => {
  const asked = [...call.params].filter(([name]) => name.startsWith('Filter.member.')).map(([, value]) => value)
  const filter = asked.length > 0 ? asked : ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy']
  const everything = ['User', 'Role', 'Group', 'LocalManagedPolicy']
  const complete = await forward(
    withParams(call, (params) => {
      asked.forEach((_, index) => params.delete(`Filter.member.${index + 1}`))
      everything.forEach((value, index) => params.set(`Filter.member.${index + 1}`, value))
    }),
  )
  if (complete.status !== 200) return complete
  const xml = complete.body.toString()
  const result = find(parseXml(xml), 'GetAccountAuthorizationDetailsResult')
  const members = (name: string): string => {
    const list = result === undefined ? undefined : find(result, name)
    return list === undefined ? '' : xml.slice(list.innerStart, list.innerEnd)
  }

  const attached = new Set(
    result === undefined
      ? []
      : [...findAll(result, 'PolicyArn'), ...findAll(result, 'PermissionsBoundaryArn')].map(({ text }) => text),
  )
  const place = { account: principal.account, service: 'iam', region: 'us-east-1' }
  const managed = [...attached]
    .filter((arn) => arn.startsWith('arn:aws:iam::aws:') && filter.includes('AWSManagedPolicy'))
    .map(async (arn) => {
      const { Policy } = await read(place, 'GetPolicy', { PolicyArn: arn })
      const version = Policy === undefined ? 'v1' : (textAt(Policy, 'DefaultVersionId') ?? 'v1')
      const { PolicyVersion } = await read(place, 'GetPolicyVersion', { PolicyArn: arn, VersionId: version })
      const copy = (from: Element | undefined, names: readonly string[]): string =>
        names.map((name) => `<${name}>${escapeXml((from && textAt(from, name)) ?? '')}</${name}>`).join('')
      return (
        `<member>${copy(Policy, ['PolicyName', 'PolicyId', 'Arn', 'Path', 'DefaultVersionId', 'AttachmentCount', 'IsAttachable', 'CreateDate', 'UpdateDate'])}` +
        `<PolicyVersionList><member>${copy(PolicyVersion, ['Document', 'VersionId', 'IsDefaultVersion', 'CreateDate'])}</member></PolicyVersionList></member>`
      )
    })
  const has = (kind: string, list: string): string => `<${list}>${filter.includes(kind) ? members(list) : ''}</${list}>`
  const local = filter.includes('LocalManagedPolicy') ? members('Policies') : ''
  return queryAnswer(
    call,
    `${has('User', 'UserDetailList')}${has('Group', 'GroupDetailList')}${has('Role', 'RoleDetailList')}` +
      `<Policies>${local}${(await Promise.all(managed)).join('')}</Policies><IsTruncated>false</IsTruncated>`,
  )

  async function read(
    where: typeof place,
    action: string,
    params: Record<string, string>,
  ): Promise<Readonly<Record<string, Element | undefined>>> {
    const answer = await world.backend.ask(where, action, params)
    const inner = find(answer, `${action}Result`)
    return { Policy: inner && find(inner, 'Policy'), PolicyVersion: inner && find(inner, 'PolicyVersion') }
  }
}

/** CreateAccessKey: the proxy resolves callers itself, so it has to know every key. */
const createAccessKey: Repair = async ({ call, world, principal, forward }) => {
  const answer = await forward(call)
  if (answer.status === 200) {
    const key = find(parseXml(answer.body.toString()), 'CreateAccessKeyResult', 'AccessKey')
    const name = (key && textAt(key, 'UserName')) ?? ''
    const { account } = principal
    const user = await world.backend.ask({ account, service: 'iam', region: 'us-east-1' }, 'GetUser', {
      UserName: name,
    })
    const found = find(user, 'GetUserResult', 'User')
    world.principals.set((key && textAt(key, 'AccessKeyId')) ?? '', {
      kind: 'user',
      account,
      name,
      arn: (found && textAt(found, 'Arn')) ?? '',
      userId: (found && textAt(found, 'UserId')) ?? '',
    })
  }
  return answer
}

const deleteAccessKey: Repair = async ({ call, world, forward }) => {
  const answer = await forward(call)
  if (answer.status === 200) world.principals.delete(call.params.get('AccessKeyId') ?? '')
  return answer
}

/** IAM operations that moto lacks or gets wrong. */
export const IAM_REPAIRS: Readonly<Record<string, Repair>> = {
  GetAccountSummary: getAccountSummary,
  GenerateCredentialReport: generateCredentialReport,
  GetCredentialReport: getCredentialReport,
  ListVirtualMFADevices: listVirtualMfaDevices,
  UploadServerCertificate: uploadServerCertificate,
  ListServerCertificates: serverCertificates,
  GetServerCertificate: serverCertificates,
  GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
  CreateAccessKey: createAccessKey,
  DeleteAccessKey: deleteAccessKey,
}

const DOCUMENTS = ['PolicyDocument', 'AssumeRolePolicyDocument', 'Document']

/** IAM's API returns policy documents URL-encoded (RFC 3986); moto mostly does not. */
export function encodeDocuments(answer: Answer): Answer {
  if (answer.status !== 200) return answer
  const xml = answer.body.toString()
  if (!DOCUMENTS.some((name) => xml.includes(`<${name}>`))) return answer
  const root = parseXml(xml)
  const splices = DOCUMENTS.flatMap((name) => findAll(root, name))
    .filter(({ text }) => text.trimStart().startsWith('{'))
    .map(({ innerStart, innerEnd, text }) => ({ start: innerStart, end: innerEnd, text: encodeURIComponent(text) }))
  return { ...answer, body: Buffer.from(splice(xml, splices)) }
}

/** Whether an IAM call may change what anybody is allowed to do. */
export function changesPermissions(operation: string): boolean {
  return !/^(Get|List|Generate|Simulate)/.test(operation)
}
