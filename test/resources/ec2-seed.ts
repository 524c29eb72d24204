import * as ec2 from '@aws-sdk/client-ec2'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import type { Clients } from '#test/harness/aws/clients.ts'

/** What the seed made, for tests to look for. */
export interface Ec2Seed {
  readonly vpcId: string
  readonly subnetId: string
  readonly instanceId: string
  readonly groupId: string
  readonly aclId: string
  readonly prefixListId: string
  readonly publicSnapshotId: string
  readonly privateSnapshotId: string
  readonly volumeId: string
}

/** One resource or more of every EC2 and VPC type that moto can make, in a VPC of its own beside the default one. */
export async function seedEc2(clients: Pick<Clients, 'ec2' | 's3'>): Promise<Ec2Seed> {
  const client = clients.ec2
  const id = (value: string | undefined): string => value ?? 'none'
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }))
  const vpcId = id(Vpc?.VpcId)
  const { Subnet } = await client.send(new ec2.CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.1.1.0/24' }))
  const subnetId = id(Subnet?.SubnetId)
  const groupId = await seedGroup(client, vpcId)
  const { Images } = await client.send(new ec2.DescribeImagesCommand({}))
  const run = await client.send(
    new ec2.RunInstancesCommand({
      ImageId: Images?.[0]?.ImageId ?? 'ami-12c6146b',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnetId,
      SecurityGroupIds: [groupId],
      MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] }],
    }),
  )
  const instanceId = id(run.Instances?.[0]?.InstanceId)
  await client.send(new ec2.CreateImageCommand({ InstanceId: instanceId, Name: 'golden' }))
  await client.send(new ec2.CreateKeyPairCommand({ KeyName: 'bastion' }))
  await client.send(
    new ec2.CreateLaunchTemplateCommand({
      LaunchTemplateName: 'workers',
      LaunchTemplateData: { InstanceType: 't3.micro' },
    }),
  )
  const volumes = await seedVolumes(client)
  const aclId = await seedAcl(client, vpcId)
  const prefixListId = await seedPrefixList(client)
  const peerVpcId = await seedNetwork(client, vpcId, subnetId)
  await seedFlowLogs(clients, vpcId, peerVpcId)
  return { vpcId, subnetId, instanceId, groupId, aclId, prefixListId, ...volumes }
}

async function seedGroup(client: ec2.EC2Client, VpcId: string): Promise<string> {
  const { GroupId = '' } = await client.send(
    new ec2.CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web servers', VpcId }),
  )
  await client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 22,
          ToPort: 22,
          IpRanges: [{ CidrIp: '203.0.113.0/24' }, { CidrIp: '0.0.0.0/0' }],
          Ipv6Ranges: [{ CidrIpv6: '::/0' }],
        },
        { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] },
        { IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
      ],
    }),
  )
  return GroupId
}

async function seedVolumes(client: ec2.EC2Client) {
  const zone = (await client.send(new ec2.DescribeAvailabilityZonesCommand({}))).AvailabilityZones?.[0]?.ZoneName
  const { VolumeId = '' } = await client.send(
    new ec2.CreateVolumeCommand({ AvailabilityZone: zone, Size: 8, VolumeType: 'gp3', Encrypted: true }),
  )
  const snapshot = async () =>
    (await client.send(new ec2.CreateSnapshotCommand({ VolumeId, Description: 'nightly' }))).SnapshotId ?? ''
  const publicSnapshotId = await snapshot()
  const privateSnapshotId = await snapshot()
  await client.send(
    new ec2.ModifySnapshotAttributeCommand({
      SnapshotId: publicSnapshotId,
      Attribute: 'createVolumePermission',
      OperationType: 'add',
      GroupNames: ['all'],
    }),
  )
  return { volumeId: VolumeId, publicSnapshotId, privateSnapshotId }
}

async function seedAcl(client: ec2.EC2Client, VpcId: string): Promise<string> {
  const { NetworkAcl } = await client.send(new ec2.CreateNetworkAclCommand({ VpcId }))
  const NetworkAclId = NetworkAcl?.NetworkAclId ?? ''
  const entry = { NetworkAclId, Egress: false, Protocol: '6', CidrBlock: '0.0.0.0/0', PortRange: { From: 22, To: 22 } }
  await client.send(new ec2.CreateNetworkAclEntryCommand({ ...entry, RuleNumber: 100, RuleAction: 'allow' }))
  await client.send(new ec2.CreateNetworkAclEntryCommand({ ...entry, RuleNumber: 9, RuleAction: 'deny' }))
  await client.send(
    new ec2.CreateNetworkAclEntryCommand({ ...entry, RuleNumber: 1, RuleAction: 'allow', Egress: true }),
  )
  return NetworkAclId
}

async function seedPrefixList(client: ec2.EC2Client): Promise<string> {
  const { PrefixList } = await client.send(
    new ec2.CreateManagedPrefixListCommand({
      PrefixListName: 'offices',
      AddressFamily: 'IPv4',
      MaxEntries: 10,
      Entries: [{ Cidr: '203.0.113.0/24' }, { Cidr: '198.51.100.0/24' }],
    }),
  )
  return PrefixList?.PrefixListId ?? ''
}

async function seedNetwork(client: ec2.EC2Client, VpcId: string, SubnetId: string): Promise<string> {
  const { InternetGateway } = await client.send(new ec2.CreateInternetGatewayCommand({}))
  const { InternetGatewayId = '' } = InternetGateway ?? {}
  await client.send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId }))
  const { AllocationId } = await client.send(new ec2.AllocateAddressCommand({ Domain: 'vpc' }))
  await client.send(new ec2.CreateNatGatewayCommand({ SubnetId, AllocationId, ConnectivityType: 'public' }))
  const { RouteTable } = await client.send(new ec2.CreateRouteTableCommand({ VpcId }))
  const { RouteTableId = '' } = RouteTable ?? {}
  await client.send(new ec2.AssociateRouteTableCommand({ RouteTableId, SubnetId }))
  const region = await client.config.region()
  const ServiceName = `com.amazonaws.${region}.s3`
  await client.send(
    new ec2.CreateVpcEndpointCommand({
      VpcId,
      ServiceName,
      VpcEndpointType: 'Gateway',
      RouteTableIds: [RouteTableId],
    }),
  )
  const { Vpc: peer } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.2.0.0/16' }))
  await client.send(new ec2.CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId: peer?.VpcId }))
  await client.send(new ec2.CreateTransitGatewayCommand({ Description: 'hub' }))
  const { CustomerGateway } = await client.send(
    new ec2.CreateCustomerGatewayCommand({ Type: 'ipsec.1', PublicIp: '203.0.113.9', BgpAsn: 65_000 }),
  )
  const { VpnGateway } = await client.send(new ec2.CreateVpnGatewayCommand({ Type: 'ipsec.1' }))
  await client.send(
    new ec2.CreateVpnConnectionCommand({
      Type: 'ipsec.1',
      CustomerGatewayId: CustomerGateway?.CustomerGatewayId,
      VpnGatewayId: VpnGateway?.VpnGatewayId,
    }),
  )
  return peer?.VpcId ?? ''
}

/** One that works, and one whose log group does not exist: AWS makes it and then fails to deliver. */
async function seedFlowLogs(clients: Pick<Clients, 'ec2' | 's3'>, vpcId: string, otherVpcId: string): Promise<void> {
  const region = await clients.ec2.config.region()
  const Bucket = 'vedette-flow-logs'
  // The client's region is one of AWS's, which the SDK lists as an enum.
  const LocationConstraint = region as 'eu-west-1'
  await clients.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }))
  const logs = { ResourceType: 'VPC', TrafficType: 'REJECT' } as const
  await clients.ec2.send(
    new ec2.CreateFlowLogsCommand({
      ...logs,
      ResourceIds: [vpcId],
      LogDestinationType: 's3',
      LogDestination: `arn:aws:s3:::${Bucket}`,
    }),
  )
  await clients.ec2.send(
    new ec2.CreateFlowLogsCommand({
      ...logs,
      ResourceIds: [otherVpcId],
      LogGroupName: 'missing',
      DeliverLogsPermissionArn: 'arn:aws:iam::111122223333:role/flow-logs',
    }),
  )
}
