import { z } from 'zod'

/** What the replay server pretends to be. Everything follows from these numbers: same options, same answers. */
export const ReplayOptions = z.object({
  /** Default: eu-central-1 alone. */
  regions: z.array(z.string()).min(1).default(['eu-central-1']),
  instancesPerRegion: z.number().int().nonnegative().default(100),
  securityGroupsPerRegion: z.number().int().nonnegative().default(10),
  /** Items per page at most, whatever was asked for; AWS's own bound is 1,000. */
  pageLimit: z.number().int().positive().default(1_000),
  /** Before every answer. */
  latencyMs: z.number().nonnegative().default(0),
  /** Token bucket per (account, region, operation); absent: no throttling. AWS's for EC2 lists: 100 and 20. */
  bucket: z.object({ capacity: z.number().positive(), refillPerSecond: z.number().nonnegative() }).optional(),
  /** Where calls of SQS are passed on to, so that a process with one endpoint has a queue too; absent: they are refused. */
  sqsUrl: z.url().optional(),
  port: z.number().int().nonnegative().default(0),
  /** How far the accounts have moved on: with each step one resource of a list makes room for another, and others are mended or broken. */
  drift: z.number().int().nonnegative().default(0),
})
export type ReplayOptions = z.input<typeof ReplayOptions>
export type ReplayModel = z.output<typeof ReplayOptions>

/** Hexadecimal that looks random and depends on its inputs only (FNV-1a over them, then mixed). */
function hex(digits: number, ...parts: readonly (string | number)[]): string {
  let hash = 0x811c9dc5
  for (const char of parts.join(' ')) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
  let result = ''
  for (let round = 0; result.length < digits; round += 1) {
    hash = Math.imul(hash ^ (hash >>> 15) ^ round, 0x85ebca6b)
    result += (hash >>> 0).toString(16).padStart(8, '0')
  }
  return result.slice(0, digits)
}

/** One `item` of `reservationSet`, about as large as AWS's: of ten instances one allows IMDSv1, two have no profile. */
export function instanceXml(account: string, region: string, index: number, drift = 0): string {
  const id = (prefix: string): string => `${prefix}-${hex(17, prefix, account, region, index)}`
  const group = hex(17, 'sg', account, region, index % 10)
  const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
  const vpc = hex(17, 'vpc', account, region)
  const launched = '2026-01-15T09:30:00.000Z'
  const groups = `<groupSet><item><groupId>sg-${group}</groupId><groupName>group-${index % 10}</groupName></item></groupSet>`
  const profile =
    index % 5 === 0
      ? ''
      : `<iamInstanceProfile><arn>arn:aws:iam::${account}:instance-profile/web-server</arn><id>AIPA${hex(16, account).toUpperCase()}</id></iamInstanceProfile>`
  return `<item><reservationId>${id('r')}</reservationId><ownerId>${account}</ownerId><groupSet/><instancesSet><item>
<instanceId>${id('i')}</instanceId><imageId>ami-${hex(17, 'ami', index % 7)}</imageId>
<instanceState><code>16</code><name>running</name></instanceState><privateDnsName>ip-${address.replaceAll('.', '-')}.${region}.compute.internal</privateDnsName>
<dnsName/><reason/><keyName>operations</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>m6i.large</instanceType>
<launchTime>${launched}</launchTime><placement><availabilityZone>${region}${'abc'[index % 3]}</availabilityZone><groupName/><tenancy>default</tenancy></placement>
<monitoring><state>disabled</state></monitoring><subnetId>subnet-${hex(17, 'subnet', region, index % 6)}</subnetId><vpcId>vpc-${vpc}</vpcId>
<privateIpAddress>${address}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>${groups}<architecture>x86_64</architecture>
<rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName>
<ebs><volumeId>${id('vol')}</volumeId><status>attached</status><attachTime>${launched}</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>
<virtualizationType>hvm</virtualizationType><clientToken>${hex(32, 'token', region, index)}</clientToken>
<tagSet><item><key>Name</key><value>node-${index}</value></item><item><key>team</key><value>team-${index % 23}</value></item><item><key>environment</key><value>${index % 4 === 0 ? 'production' : 'staging'}</value></item></tagSet>
<hypervisor>xen</hypervisor><networkInterfaceSet><item><networkInterfaceId>${id('eni')}</networkInterfaceId><subnetId>subnet-${hex(17, 'subnet', region, index % 6)}</subnetId><vpcId>vpc-${vpc}</vpcId>
<description/><ownerId>${account}</ownerId><status>in-use</status><macAddress>0a:00:00:00:00:01</macAddress><privateIpAddress>${address}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>${groups}
<attachment><attachmentId>${id('eni-attach')}</attachmentId><deviceIndex>0</deviceIndex><status>attached</status><attachTime>${launched}</attachTime><deleteOnTermination>true</deleteOnTermination></attachment>
<privateIpAddressesSet><item><privateIpAddress>${address}</privateIpAddress><primary>true</primary></item></privateIpAddressesSet><interfaceType>interface</interfaceType></item></networkInterfaceSet>
${profile}<ebsOptimized>true</ebsOptimized><enaSupport>true</enaSupport><cpuOptions><coreCount>1</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions>
<metadataOptions><state>applied</state><httpTokens>${(index + 3 * drift) % 10 === 0 ? 'optional' : 'required'}</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint><httpProtocolIpv6>disabled</httpProtocolIpv6><instanceMetadataTags>disabled</instanceMetadataTags></metadataOptions>
</item></instancesSet></item>`
}

/** One `item` of `securityGroupInfo`: every fifth opens port 22 to the internet. */
export function securityGroupXml(account: string, region: string, index: number, drift = 0): string {
  const port = (index + 2 * drift) % 5 === 0 ? 22 : 443
  return `<item><ownerId>${account}</ownerId><groupId>sg-${hex(17, 'sg', account, region, index)}</groupId><groupName>group-${index}</groupName>
<groupDescription>replayed</groupDescription><vpcId>vpc-${hex(17, 'vpc', account, region)}</vpcId><ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>${port}</fromPort><toPort>${port}</toPort>
<groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item></ipPermissions>
<ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item></ipPermissionsEgress></item>`
}
