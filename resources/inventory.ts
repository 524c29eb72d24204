import { publicAccessBlock } from '#core/account.ts'
import { defineResource } from '#core/resource.ts'
import { flag, group, instant, integer, list, oneOf, orNull, text } from '#core/schema.ts'

// Types that no check reads yet: what people look for in an inventory. How each is listed is a row of
// inventory.collect.ts. A type that gets a check moves to a file of its own. Sorted by name.

const ec2 = { service: 'ec2', listed: 'region' } as const

export const ClientVpnEndpoint = defineResource({
  ...ec2,
  type: 'AWS::EC2::ClientVpnEndpoint',
  operation: 'ec2:DescribeClientVpnEndpoints',
  fields: { status: text(), vpcId: orNull(text()), clientCidr: orNull(text()), isSplitTunnel: flag() },
})

export const Eip = defineResource({
  ...ec2,
  type: 'AWS::EC2::EIP',
  operation: 'ec2:DescribeAddresses',
  fields: {
    /** Null for a carrier's addresses. */
    publicIp: orNull(text()),
    instanceId: orNull(text()),
    networkInterfaceId: orNull(text()),
  },
})

export const Image = defineResource({
  ...ec2,
  type: 'AWS::EC2::Image',
  operation: 'ec2:DescribeImages',
  fields: { state: text(), isPublic: flag(), createdAt: orNull(instant()), architecture: orNull(text()) },
})

export const InternetGateway = defineResource({
  ...ec2,
  type: 'AWS::EC2::InternetGateway',
  operation: 'ec2:DescribeInternetGateways',
  fields: { vpcIds: list(text()) },
})

export const KeyPair = defineResource({
  ...ec2,
  type: 'AWS::EC2::KeyPair',
  operation: 'ec2:DescribeKeyPairs',
  fields: { keyType: orNull(text()), fingerprint: text(), createdAt: orNull(instant()) },
})

export const LaunchTemplate = defineResource({
  ...ec2,
  type: 'AWS::EC2::LaunchTemplate',
  operation: 'ec2:DescribeLaunchTemplates',
  fields: { defaultVersion: integer(), latestVersion: integer(), createdAt: instant(), createdBy: text() },
})

export const NatGateway = defineResource({
  ...ec2,
  type: 'AWS::EC2::NatGateway',
  operation: 'ec2:DescribeNatGateways',
  fields: {
    state: text(),
    connectivityType: text(),
    vpcId: text(),
    /** Null for gateways that span a VPC's zones. */
    subnetId: orNull(text()),
    publicIps: list(text()),
  },
})

export const NetworkInterface = defineResource({
  ...ec2,
  type: 'AWS::EC2::NetworkInterface',
  operation: 'ec2:DescribeNetworkInterfaces',
  fields: {
    interfaceType: text(),
    /** Moves with every attach and detach of what AWS runs for others. */
    status: text().volatile(),
    vpcId: text(),
    subnetId: text(),
    instanceId: orNull(text()),
    publicIp: orNull(text()),
    groupIds: list(text()),
  },
})

export const RouteTable = defineResource({
  ...ec2,
  type: 'AWS::EC2::RouteTable',
  operation: 'ec2:DescribeRouteTables',
  fields: { vpcId: text(), isMain: flag(), subnetIds: list(text()) },
})

export const Subnet = defineResource({
  ...ec2,
  type: 'AWS::EC2::Subnet',
  operation: 'ec2:DescribeSubnets',
  fields: {
    state: text(),
    vpcId: text(),
    /** Null where a subnet is IPv6 only. */
    cidr: orNull(text()),
    availabilityZone: text(),
    assignsPublicIp: flag(),
  },
})

export const TransitGateway = defineResource({
  ...ec2,
  type: 'AWS::EC2::TransitGateway',
  operation: 'ec2:DescribeTransitGateways',
  fields: { state: text(), description: orNull(text()), createdAt: instant() },
})

export const Volume = defineResource({
  ...ec2,
  type: 'AWS::EC2::Volume',
  operation: 'ec2:DescribeVolumes',
  fields: {
    state: text(),
    volumeType: text(),
    sizeGib: integer(),
    isEncrypted: flag(),
    kmsKeyId: orNull(text()),
    availabilityZone: text(),
    instanceIds: list(text()),
  },
})

export const VpcEndpoint = defineResource({
  ...ec2,
  type: 'AWS::EC2::VPCEndpoint',
  operation: 'ec2:DescribeVpcEndpoints',
  fields: { state: text(), endpointType: text(), serviceName: orNull(text()), vpcId: text() },
})

export const VpcPeeringConnection = defineResource({
  ...ec2,
  type: 'AWS::EC2::VPCPeeringConnection',
  operation: 'ec2:DescribeVpcPeeringConnections',
  fields: {
    status: text(),
    requesterAccountId: text(),
    requesterVpcId: orNull(text()),
    accepterAccountId: text(),
    accepterVpcId: orNull(text()),
  },
})

export const VpnConnection = defineResource({
  ...ec2,
  type: 'AWS::EC2::VPNConnection',
  operation: 'ec2:DescribeVpnConnections',
  fields: {
    state: text(),
    customerGatewayId: orNull(text()),
    vpnGatewayId: orNull(text()),
    transitGatewayId: orNull(text()),
  },
})

const iam = { service: 'iam', listed: 'global' } as const

export const OidcProvider = defineResource({
  ...iam,
  type: 'AWS::IAM::OIDCProvider',
  operation: 'iam:ListOpenIDConnectProviders',
  fields: { issuer: text() },
})

export const SamlProvider = defineResource({
  ...iam,
  type: 'AWS::IAM::SAMLProvider',
  operation: 'iam:ListSAMLProviders',
  fields: { createdAt: instant(), validUntil: orNull(instant()) },
})

export const AccessPoint = defineResource({
  type: 'AWS::S3::AccessPoint',
  service: 's3',
  listed: 'region',
  operation: 's3:ListAccessPoints',
  fields: {
    bucket: text(),
    bucketAccountId: orNull(text()),
    networkOrigin: oneOf('Internet', 'VPC'),
    vpcId: orNull(text()),
  },
})

export const MultiRegionAccessPoint = defineResource({
  type: 'AWS::S3::MultiRegionAccessPoint',
  service: 's3',
  listed: 'global',
  operation: 's3:ListMultiRegionAccessPoints',
  fields: {
    status: text(),
    createdAt: instant(),
    publicAccessBlock: publicAccessBlock(),
    buckets: list(group({ bucket: text(), region: text() })),
  },
})
