import { ec2Answer, queryAnswer, refuse, xmlAnswer } from '../answer.ts'
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { pageOf, writeToken } from '../paging.ts'
import { instanceXml, securityGroupXml } from './model.ts'
import type { ReplayModel } from './model.ts'

/** Who calls, read from the access key alone: a server that is measured keeps no sessions. */
export interface ReplayCaller {
  readonly account: string
  readonly arn: string
}

const HOME = '999999999999'

export function callerOf(accessKeyId = ''): ReplayCaller {
  const [, account, role] = /^ASIAREPLAY(\d{12})(\w*)$/.exec(accessKeyId) ?? []
  if (account === undefined) return { account: HOME, arn: `arn:aws:sts::${HOME}:assumed-role/vedette-worker/pod` }
  return { account, arn: `arn:aws:sts::${account}:assumed-role/${role}/replay` }
}

/** An answer out of the model, or an empty one of the right form for every other read of EC2, IAM, S3 and STS. */
export function replayAnswer(model: ReplayModel, call: Call, caller: ReplayCaller): Answer {
  const known = ANSWERS[`${call.service}:${call.operation}`]
  if (known !== undefined) return known(model, call, caller)
  if (call.service === 'ec2') return ec2Answer(call, '')
  if (call.service === 'iam') return queryAnswer(call, '<IsTruncated>false</IsTruncated>')
  if (call.service === 's3' || call.service === 's3control') return xmlAnswer(`<${call.operation}Result/>`)
  return refuse(call, {
    status: 400,
    code: 'InvalidAction',
    message: `The replay server cannot answer ${call.service}:${call.operation}. Teach it in test/harness/aws/replay.`,
  })
}

type Reply = (model: ReplayModel, call: Call, caller: ReplayCaller) => Answer

/** One page of a list of which only the length is stored. */
const list = (set: string, count: (model: ReplayModel) => number, item: typeof instanceXml): Reply => {
  return (model, call, { account }) => {
    const page = pageOf(call, model.pageLimit)
    if (page === undefined) return ec2Answer(call, '')
    if ('refusal' in page) return refuse(call, page.refusal)
    const total = count(model)
    const end = Math.min(total, page.from + page.size)
    let items = ''
    for (let index = page.from; index < end; index += 1)
      items += item(account, call.region, model.drift + index, model.drift)
    const token = end < total ? `<nextToken>${writeToken(end, call.operation)}</nextToken>` : ''
    return ec2Answer(call, `<${set}>${items}</${set}>${token}`)
  }
}

const ec2 =
  (body: string): Reply =>
  (_, call) =>
    ec2Answer(call, body)
const query =
  (body: string): Reply =>
  (_, call) =>
    queryAnswer(call, body)

const assumeRole: Reply = (_, call, caller) => {
  const roleArn = call.params.get('RoleArn') ?? ''
  const [, account = '', role = ''] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?(.+)$/.exec(roleArn) ?? []
  // Every role insists on an ExternalId, as one that was set up well does.
  if (account === '' || !call.params.has('ExternalId')) {
    const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`
    return refuse(call, { status: 403, code: 'AccessDenied', message })
  }
  const seconds = Number(call.params.get('DurationSeconds') ?? 3_600)
  const expires = new Date(Date.now() + seconds * 1000).toISOString()
  return queryAnswer(
    call,
    `<Credentials><AccessKeyId>ASIAREPLAY${account}${role.replaceAll(/\W/g, '')}</AccessKeyId><SecretAccessKey>replay</SecretAccessKey>` +
      `<SessionToken>replay</SessionToken><Expiration>${expires}</Expiration></Credentials><AssumedRoleUser>` +
      `<AssumedRoleId>AROAREPLAY:replay</AssumedRoleId><Arn>arn:aws:sts::${account}:assumed-role/${role}/replay</Arn></AssumedRoleUser>`,
  )
}

const getCallerIdentity: Reply = (_, call, { account, arn }) =>
  queryAnswer(call, `<Arn>${arn}</Arn><UserId>AROAREPLAY:replay</UserId><Account>${account}</Account>`)

const describeRegions: Reply = (model, call) =>
  ec2Answer(
    call,
    `<regionInfo>${model.regions
      .map(
        (name) =>
          `<item><regionName>${name}</regionName><regionEndpoint>ec2.${name}.amazonaws.com</regionEndpoint><optInStatus>opt-in-not-required</optInStatus></item>`,
      )
      .join('')}</regionInfo>`,
  )

const REPORT =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n'

const getCredentialReport: Reply = (_, call, { account }) => {
  const root = `<root_account>,arn:aws:iam::${account}:root,2019-03-01T08:00:00+00:00,not_supported,no_information,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A`
  const content = Buffer.from(REPORT + root).toString('base64')
  const generated = new Date().toISOString()
  return queryAnswer(
    call,
    `<Content>${content}</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>${generated}</GeneratedTime>`,
  )
}

const entry = (key: string, value: number): string => `<entry><key>${key}</key><value>${value}</value></entry>`
const BLOCK =
  '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>' +
  '<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>'

const ANSWERS: Readonly<Record<string, Reply>> = {
  'ec2:DescribeInstances': list('reservationSet', (model) => model.instancesPerRegion, instanceXml),
  'ec2:DescribeSecurityGroups': list('securityGroupInfo', (model) => model.securityGroupsPerRegion, securityGroupXml),
  'ec2:DescribeRegions': describeRegions,
  'ec2:GetEbsEncryptionByDefault': ec2('<ebsEncryptionByDefault>true</ebsEncryptionByDefault>'),
  'ec2:GetSnapshotBlockPublicAccessState': ec2('<state>block-all-sharing</state>'),
  'ec2:GetImageBlockPublicAccessState': ec2(
    '<imageBlockPublicAccessState>block-new-sharing</imageBlockPublicAccessState>',
  ),
  'ec2:GetInstanceMetadataDefaults': ec2('<accountLevel/>'),
  'ec2:GetEbsDefaultKmsKeyId': ec2('<kmsKeyId>alias/aws/ebs</kmsKeyId>'),
  'ec2:GetSerialConsoleAccessStatus': ec2('<serialConsoleAccessEnabled>false</serialConsoleAccessEnabled>'),
  'sts:AssumeRole': assumeRole,
  'sts:GetCallerIdentity': getCallerIdentity,
  'iam:GetAccountSummary': query(
    `<SummaryMap>${entry('AccountMFAEnabled', 1)}${entry('AccountAccessKeysPresent', 0)}${entry('AccountPasswordPresent', 1)}</SummaryMap>`,
  ),
  'iam:GetAccountPasswordPolicy': query(
    '<PasswordPolicy><MinimumPasswordLength>14</MinimumPasswordLength><PasswordReusePrevention>24</PasswordReusePrevention></PasswordPolicy>',
  ),
  'iam:GenerateCredentialReport': query('<State>COMPLETE</State>'),
  'iam:GetCredentialReport': getCredentialReport,
  's3:ListBuckets': () => xmlAnswer('<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>'),
  's3control:GetPublicAccessBlock': () => xmlAnswer(BLOCK),
}
