import * as ec2 from '@aws-sdk/client-ec2'
import type { Soil } from '../seed.ts'

export interface Network {
  readonly vpcId: string
  readonly subnetIds: readonly string[]
  /** Security groups by name. */
  readonly groups: Readonly<Record<string, string>>
}

const named = (ResourceType: ec2.ResourceType, Name: string): ec2.TagSpecification[] => [
  { ResourceType, Tags: [{ Key: 'Name', Value: Name }] },
]

/** What is open to whom, by the security group's name. The last four are mistakes. */
const GROUPS: Readonly<Record<string, readonly ec2.IpPermission[]>> = {
  web: [
    {
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      IpRanges: [{ CidrIp: '0.0.0.0/0' }],
      Ipv6Ranges: [{ CidrIpv6: '::/0' }],
    },
  ],
  office: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '203.0.113.0/24' }] }],
  bastion: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  'remote-desktop': [{ IpProtocol: 'tcp', FromPort: 3389, ToPort: 3389, Ipv6Ranges: [{ CidrIpv6: '::/0' }] }],
  'file-share': [{ IpProtocol: 'tcp', FromPort: 445, ToPort: 445, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  debug: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
}
const TENDED_GROUPS = ['web', 'office']

/** A production VPC beside the default one: flow logs, its default group closed where somebody thought of it. */
export async function seedNetwork(soil: Soil, region: string, logBucket: string): Promise<Network> {
  const { ec2: client } = soil.in(region)
  const index = soil.regions.indexOf(region)
  const cidr = `10.${index}.0.0/16`
  const vpc = await client.send(
    new ec2.CreateVpcCommand({ CidrBlock: cidr, TagSpecifications: named('vpc', `production-${region}`) }),
  )
  const VpcId = vpc.Vpc?.VpcId ?? ''
  const subnetIds: string[] = []
  for (const [zone, name] of ['a', 'b'].entries()) {
    const { Subnet } = await client.send(
      new ec2.CreateSubnetCommand({
        VpcId,
        CidrBlock: `10.${index}.${zone}.0/24`,
        AvailabilityZone: `${region}${name}`,
        TagSpecifications: named('subnet', `private-${name}`),
      }),
    )
    subnetIds.push(Subnet?.SubnetId ?? '')
  }
  const gateway = await client.send(
    new ec2.CreateInternetGatewayCommand({ TagSpecifications: named('internet-gateway', 'production') }),
  )
  await client.send(
    new ec2.AttachInternetGatewayCommand({ VpcId, InternetGatewayId: gateway.InternetGateway?.InternetGatewayId }),
  )

  const tended = soil.tended || region === soil.home
  if (tended) {
    await logFlows(client, [VpcId], logBucket)
    await closeDefaultGroup(client, VpcId)
    await closeNetworkAcl(client, VpcId, cidr)
  }
  if (soil.tended) await tendDefaultVpc(client, logBucket, region === soil.home)

  const groups: Record<string, string> = {}
  const wanted = soil.tended ? TENDED_GROUPS : region === soil.home ? Object.keys(GROUPS) : ['web', 'bastion']
  for (const name of wanted) groups[name] = await createGroup(client, VpcId, name)
  return { vpcId: VpcId, subnetIds, groups }
}

async function createGroup(client: ec2.EC2Client, VpcId: string, name: string): Promise<string> {
  const { GroupId = '' } = await client.send(
    new ec2.CreateSecurityGroupCommand({
      VpcId,
      GroupName: name,
      Description: `Seeded: ${name}`,
      TagSpecifications: named('security-group', name),
    }),
  )
  await client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [...(GROUPS[name] ?? [])] }))
  return GroupId
}

async function logFlows(client: ec2.EC2Client, ResourceIds: string[], bucket: string): Promise<void> {
  await client.send(
    new ec2.CreateFlowLogsCommand({
      ResourceIds,
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      LogDestinationType: 's3',
      LogDestination: `arn:aws:s3:::${bucket}`,
    }),
  )
}

async function closeDefaultGroup(client: ec2.EC2Client, vpcId: string): Promise<void> {
  const { SecurityGroups = [] } = await client.send(
    new ec2.DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'group-name', Values: ['default'] },
      ],
    }),
  )
  for (const { GroupId, IpPermissions = [], IpPermissionsEgress = [] } of SecurityGroups) {
    if (IpPermissions.length > 0) {
      await client.send(new ec2.RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
    }
    if (IpPermissionsEgress.length > 0) {
      await client.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }))
    }
  }
}

/** The network ACL that comes with a VPC lets everything in: replaced by HTTPS, the network itself and answers. */
async function closeNetworkAcl(client: ec2.EC2Client, vpcId: string, cidr: string): Promise<void> {
  const { NetworkAcls = [] } = await client.send(
    new ec2.DescribeNetworkAclsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
  )
  for (const { NetworkAclId } of NetworkAcls) {
    await client.send(new ec2.DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber: 100, Egress: false }))
    const rules = [
      { RuleNumber: 90, CidrBlock: cidr, Protocol: '-1' },
      { RuleNumber: 100, CidrBlock: '0.0.0.0/0', Protocol: '6', PortRange: { From: 443, To: 443 } },
      { RuleNumber: 110, CidrBlock: '0.0.0.0/0', Protocol: '6', PortRange: { From: 32768, To: 65535 } },
    ]
    for (const rule of rules) {
      await client.send(
        new ec2.CreateNetworkAclEntryCommand({ NetworkAclId, RuleAction: 'allow', Egress: false, ...rule }),
      )
    }
  }
}

/** Default VPCs are what even a tended account forgets: outside its home region they stay as they came. */
async function tendDefaultVpc(client: ec2.EC2Client, logBucket: string, isHome: boolean): Promise<void> {
  if (!isHome) return
  const { Vpcs = [] } = await client.send(
    new ec2.DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  )
  for (const { VpcId = '', CidrBlock = '' } of Vpcs) {
    await logFlows(client, [VpcId], logBucket)
    await closeDefaultGroup(client, VpcId)
    await closeNetworkAcl(client, VpcId, CidrBlock)
  }
}
