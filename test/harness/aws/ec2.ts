import { ec2Answer } from './answer.ts'
import type { Answer } from './answer.ts'
import { withParams } from './call.ts'
import type { Call } from './call.ts'
import type { Place } from './backend.ts'
import type { Repair } from './repair.ts'
import type { World } from './world.ts'
import { describeRegions } from './regions.ts'
import { escapeXml, findAll, parseXml, splice, textAt } from './xml.ts'

/** A setting of an account in a region: read by one operation, changed by others. */
const setting = (name: string, initial: string, write: (value: string) => string): Repair => {
  return async ({ call, account }) => ec2Answer(call, write(account.settings.get(`${call.region} ${name}`) ?? initial))
}
const change = (name: string, value: (call: Call) => string, write: (value: string) => string): Repair => {
  return async ({ call, account }) => {
    const wanted = value(call)
    account.settings.set(`${call.region} ${name}`, wanted)
    return ec2Answer(call, write(wanted))
  }
}
const fixed =
  (xml: string): Repair =>
  async ({ call }) =>
    ec2Answer(call, xml)

const state = (value: string): string => `<state>${escapeXml(value)}</state>`
const imageState = (value: string): string =>
  `<imageBlockPublicAccessState>${escapeXml(value)}</imageBlockPublicAccessState>`
const serial = (value: string): string => `<serialConsoleAccessEnabled>${value}</serialConsoleAccessEnabled>`
const key = (value: string): string => `<kmsKeyId>${escapeXml(value)}</kmsKeyId>`
const param = (name: string, fallback: string) => (call: Call) => call.params.get(name) ?? fallback

const METADATA = ['HttpTokens', 'HttpPutResponseHopLimit', 'HttpEndpoint', 'InstanceMetadataTags'] as const

/** DescribeSnapshots with RestorableByUserIds, which moto ignores. */
const describeSnapshots: Repair = async ({ call, world, principal, forward }) => {
  const wanted = [...call.params].filter(([name]) => name.startsWith('RestorableBy.')).map(([, value]) => value)
  const plain = withParams(call, (params) => {
    wanted.forEach((_, index) => params.delete(`RestorableBy.${index + 1}`))
  })
  const answer = await forward(plain)
  if (answer.status !== 200 || wanted.length === 0) return answer

  const xml = answer.body.toString()
  const place = { account: principal.account, service: 'ec2', region: call.region }
  const hidden: { start: number; end: number; text: string }[] = []
  for (const item of findAll(parseXml(xml), 'item')) {
    const id = textAt(item, 'snapshotId')
    if (id === undefined) continue
    const attribute = { SnapshotId: id, Attribute: 'createVolumePermission' }
    const permission = await world.backend.ask(place, 'DescribeSnapshotAttribute', attribute)
    const holders = [...findAll(permission, 'group'), ...findAll(permission, 'userId')].map(({ text }) => text)
    if (!wanted.some((who) => holders.includes(who))) hidden.push({ start: item.start, end: item.end, text: '' })
  }
  return { ...answer, body: Buffer.from(splice(xml, hidden)) }
}

const modifyMetadataDefaults: Repair = async ({ call, account }) => {
  for (const name of METADATA) {
    const value = call.params.get(name)
    if (value !== null) account.settings.set(`${call.region} ${name}`, value)
  }
  return ec2Answer(call, '<return>true</return>')
}

const getMetadataDefaults: Repair = async ({ call, account }): Promise<Answer> => {
  const fields = METADATA.flatMap((name) => {
    const value = account.settings.get(`${call.region} ${name}`)
    const tag = name.charAt(0).toLowerCase() + name.slice(1)
    return value === undefined ? [] : [`<${tag}>${escapeXml(value)}</${tag}>`]
  })
  return ec2Answer(call, `<accountLevel>${fields.join('')}</accountLevel>`)
}

/**
 * The default group of every VPC lets its own members in; moto's lets nobody in. To be awaited before the first EC2 call of
 * an account in a region, for the VPC that was there from the start.
 */
export function completeDefaultNetwork(world: World, account: string, region: string): Promise<void> {
  const key = `${account} ${region}`
  const begun = world.defaultNetworks.get(key) ?? openDefaultGroup(world, { account, region })
  world.defaultNetworks.set(key, begun)
  return begun
}

async function openDefaultGroup(world: World, where: Omit<Place, 'service'>, vpcId?: string): Promise<void> {
  const place = { ...where, service: 'ec2' }
  const filter = { 'Filter.1.Name': 'group-name', 'Filter.1.Value.1': 'default' }
  const ofVpc = vpcId === undefined ? {} : { 'Filter.2.Name': 'vpc-id', 'Filter.2.Value.1': vpcId }
  const groups = await world.backend.ask(place, 'DescribeSecurityGroups', { ...filter, ...ofVpc })
  for (const { text: id } of findAll(groups, 'groupId')) {
    const itself = { 'IpPermissions.1.IpProtocol': '-1', 'IpPermissions.1.Groups.1.GroupId': id }
    await world.backend.ask(place, 'AuthorizeSecurityGroupIngress', { GroupId: id, ...itself })
  }
}

const createVpc: Repair = async ({ call, world, principal, forward }) => {
  const answer = await forward(call)
  if (answer.status !== 200) return answer
  const vpcId = findAll(parseXml(answer.body.toString()), 'vpcId')[0]?.text
  await openDefaultGroup(world, { account: principal.account, region: call.region }, vpcId)
  return answer
}

/** EC2 operations that moto lacks or gets wrong. */
export const EC2_REPAIRS: Readonly<Record<string, Repair>> = {
  CreateVpc: createVpc,
  DescribeRegions: async ({ call, account }) => describeRegions(call, account),
  DescribeSnapshots: describeSnapshots,
  DescribeClientVpnEndpoints: fixed('<clientVpnEndpoint/>'),
  DescribeTrafficMirrorSessions: fixed('<trafficMirrorSessionSet/>'),
  DescribeVpcBlockPublicAccessOptions: fixed(
    '<vpcBlockPublicAccessOptions><internetGatewayBlockMode>off</internetGatewayBlockMode></vpcBlockPublicAccessOptions>',
  ),
  GetSnapshotBlockPublicAccessState: setting('snapshots', 'unblocked', state),
  EnableSnapshotBlockPublicAccess: change('snapshots', param('State', 'block-all-sharing'), state),
  DisableSnapshotBlockPublicAccess: change('snapshots', () => 'unblocked', state),
  GetImageBlockPublicAccessState: setting('images', 'unblocked', imageState),
  EnableImageBlockPublicAccess: change('images', param('ImageBlockPublicAccessState', 'block-new-sharing'), imageState),
  DisableImageBlockPublicAccess: change('images', () => 'unblocked', imageState),
  GetSerialConsoleAccessStatus: setting('serial', 'false', serial),
  EnableSerialConsoleAccess: change('serial', () => 'true', serial),
  DisableSerialConsoleAccess: change('serial', () => 'false', serial),
  GetEbsDefaultKmsKeyId: setting('ebs-key', 'alias/aws/ebs', key),
  ModifyEbsDefaultKmsKeyId: change('ebs-key', param('KmsKeyId', 'alias/aws/ebs'), key),
  GetInstanceMetadataDefaults: getMetadataDefaults,
  ModifyInstanceMetadataDefaults: modifyMetadataDefaults,
}
