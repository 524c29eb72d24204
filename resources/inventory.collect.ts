import {
  DescribeAddressesCommand,
  DescribeClientVpnEndpointsCommand,
  DescribeImagesCommand,
  DescribeInternetGatewaysCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewaysCommand,
  DescribeVolumesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpnConnectionsCommand,
} from '@aws-sdk/client-ec2'
import { ListOpenIDConnectProvidersCommand, ListSAMLProvidersCommand } from '@aws-sdk/client-iam'
import { ListAccessPointsCommand, ListMultiRegionAccessPointsCommand } from '@aws-sdk/client-s3-control'
import type { AwsCalls, AwsCommand } from '#core/aws-call.ts'
import { GLOBAL, type ResourceType } from '#core/resource.ts'
import { awsDefault } from '#core/stored.ts'
import { collectPages, inOrder, instantOf, resourceOf, type Collector, type Found } from './collector.ts'
import { ec2Arn, ec2ArnWithoutAccount } from './ec2/arn.ts'
import * as types from './inventory.ts'
import { publicAccessBlockOf } from './s3/public-access-block.ts'

/** How one type of the inventory is listed: one operation, in pages, no details. */
interface Row<T, O, I> {
  /** The call for one page, with the largest page that AWS allows. */
  readonly command: (token: string | undefined, aws: AwsCalls) => AwsCommand<O>
  /** Left out where AWS gives everything in one answer. */
  readonly nextToken?: (output: O) => string | undefined
  readonly items: (output: O) => readonly I[] | undefined
  /** One item as it is stored; its location is where it was listed unless it says otherwise. */
  readonly read: (item: I, aws: AwsCalls) => Omit<Found<T>, 'location'> & { readonly location?: string }
}

function row<T, O, I>(type: ResourceType<T>, { command, nextToken, items, read }: Row<T, O, I>): Collector {
  return {
    types: [type],
    listed: type.listed,
    operations: [type.operation],
    collect: (aws) =>
      collectPages(aws, {
        operation: type.operation,
        command: (token) => command(token, aws),
        nextToken: nextToken ?? (() => undefined),
        resources: (page) =>
          (items(page) ?? []).map((item) =>
            resourceOf(type, { location: type.listed === 'global' ? GLOBAL : aws.region, ...read(item, aws) }),
          ),
      }),
  }
}

/** One per type of inventory.ts, in its order. Calls: one per page each; the page size is AWS's maximum. */
export const INVENTORY: readonly Collector[] = [
  row(types.ClientVpnEndpoint, {
    command: (NextToken) => new DescribeClientVpnEndpointsCommand({ MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.ClientVpnEndpoints,
    read: (endpoint, aws) => ({
      id: endpoint.ClientVpnEndpointId,
      arn: ec2Arn(aws, 'client-vpn-endpoint', endpoint.ClientVpnEndpointId),
      tags: endpoint.Tags,
      data: {
        status: endpoint.Status?.Code,
        vpcId: endpoint.VpcId ?? null,
        clientCidr: endpoint.ClientCidrBlock ?? null,
        isSplitTunnel: endpoint.SplitTunnel,
      },
    }),
  }),
  row(types.Eip, {
    // AWS has no pages here: an account has few addresses per region (5 unless raised).
    command: () => new DescribeAddressesCommand({}),
    items: (page) => page.Addresses,
    read: (address, aws) => ({
      id: address.AllocationId ?? address.PublicIp,
      arn: ec2Arn(aws, 'elastic-ip', address.AllocationId ?? address.PublicIp),
      tags: address.Tags,
      data: {
        publicIp: address.PublicIp ?? null,
        instanceId: address.InstanceId || null,
        networkInterfaceId: address.NetworkInterfaceId || null,
      },
    }),
  }),
  row(types.Image, {
    command: (NextToken) => new DescribeImagesCommand({ Owners: ['self'], MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.Images,
    read: (image, aws) => ({
      id: image.ImageId,
      arn: ec2ArnWithoutAccount(aws, 'image', image.ImageId),
      name: image.Name,
      ownerId: image.OwnerId,
      tags: image.Tags,
      data: {
        state: image.State,
        isPublic: image.Public,
        createdAt: image.CreationDate ?? null,
        architecture: image.Architecture ?? null,
      },
    }),
  }),
  row(types.InternetGateway, {
    command: (NextToken) => new DescribeInternetGatewaysCommand({ MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.InternetGateways,
    read: (gateway, aws) => ({
      id: gateway.InternetGatewayId,
      arn: ec2Arn(aws, 'internet-gateway', gateway.InternetGatewayId, gateway.OwnerId),
      ownerId: gateway.OwnerId,
      tags: gateway.Tags,
      data: { vpcIds: inOrder((gateway.Attachments ?? []).map(({ VpcId }) => VpcId)) },
    }),
  }),
  row(types.KeyPair, {
    // AWS has no pages here.
    command: () => new DescribeKeyPairsCommand({}),
    items: (page) => page.KeyPairs,
    read: (pair, aws) => ({
      id: pair.KeyPairId,
      arn: ec2Arn(aws, 'key-pair', pair.KeyName),
      name: pair.KeyName,
      tags: pair.Tags,
      data: {
        keyType: pair.KeyType ?? null,
        fingerprint: pair.KeyFingerprint,
        createdAt: instantOf(pair.CreateTime) ?? null,
      },
    }),
  }),
  row(types.LaunchTemplate, {
    command: (NextToken) => new DescribeLaunchTemplatesCommand({ MaxResults: 200, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.LaunchTemplates,
    read: (template, aws) => ({
      id: template.LaunchTemplateId,
      arn: ec2Arn(aws, 'launch-template', template.LaunchTemplateId),
      name: template.LaunchTemplateName,
      tags: template.Tags,
      data: {
        defaultVersion: template.DefaultVersionNumber,
        latestVersion: template.LatestVersionNumber,
        createdAt: instantOf(template.CreateTime),
        createdBy: template.CreatedBy,
      },
    }),
  }),
  row(types.NatGateway, {
    command: (NextToken) => new DescribeNatGatewaysCommand({ MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.NatGateways,
    read: (gateway, aws) => ({
      id: gateway.NatGatewayId,
      arn: ec2Arn(aws, 'natgateway', gateway.NatGatewayId),
      tags: gateway.Tags,
      data: {
        state: gateway.State,
        // AWS documents public as the default.
        connectivityType: gateway.ConnectivityType ?? awsDefault('public'),
        vpcId: gateway.VpcId,
        subnetId: gateway.SubnetId ?? null,
        publicIps: inOrder((gateway.NatGatewayAddresses ?? []).flatMap(({ PublicIp }) => PublicIp ?? [])),
      },
    }),
  }),
  row(types.NetworkInterface, {
    command: (NextToken) => new DescribeNetworkInterfacesCommand({ MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.NetworkInterfaces,
    read: (eni, aws) => ({
      id: eni.NetworkInterfaceId,
      arn: ec2Arn(aws, 'network-interface', eni.NetworkInterfaceId, eni.OwnerId),
      ownerId: eni.OwnerId,
      tags: eni.TagSet,
      data: {
        interfaceType: eni.InterfaceType,
        status: eni.Status,
        vpcId: eni.VpcId,
        subnetId: eni.SubnetId,
        instanceId: eni.Attachment?.InstanceId ?? null,
        publicIp: eni.Association?.PublicIp ?? null,
        groupIds: inOrder((eni.Groups ?? []).map(({ GroupId }) => GroupId)),
      },
    }),
  }),
  row(types.RouteTable, {
    command: (NextToken) => new DescribeRouteTablesCommand({ MaxResults: 100, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.RouteTables,
    read: (table, aws) => ({
      id: table.RouteTableId,
      arn: ec2Arn(aws, 'route-table', table.RouteTableId, table.OwnerId),
      ownerId: table.OwnerId,
      tags: table.Tags,
      data: {
        vpcId: table.VpcId,
        isMain: (table.Associations ?? []).some(({ Main }) => Main === true),
        subnetIds: inOrder((table.Associations ?? []).flatMap(({ SubnetId }) => SubnetId ?? [])),
      },
    }),
  }),
  row(types.Subnet, {
    command: (NextToken) => new DescribeSubnetsCommand({ MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.Subnets,
    read: (subnet, aws) => ({
      id: subnet.SubnetId,
      arn: ec2Arn(aws, 'subnet', subnet.SubnetId, subnet.OwnerId),
      ownerId: subnet.OwnerId,
      tags: subnet.Tags,
      data: {
        state: subnet.State,
        vpcId: subnet.VpcId,
        cidr: subnet.CidrBlock ?? null,
        availabilityZone: subnet.AvailabilityZone,
        assignsPublicIp: subnet.MapPublicIpOnLaunch,
      },
    }),
  }),
  row(types.TransitGateway, {
    command: (NextToken) => new DescribeTransitGatewaysCommand({ MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.TransitGateways,
    read: (gateway, aws) => ({
      id: gateway.TransitGatewayId,
      arn: ec2Arn(aws, 'transit-gateway', gateway.TransitGatewayId, gateway.OwnerId),
      ownerId: gateway.OwnerId,
      tags: gateway.Tags,
      data: {
        state: gateway.State,
        description: gateway.Description || null,
        createdAt: instantOf(gateway.CreationTime),
      },
    }),
  }),
  row(types.Volume, {
    command: (NextToken) => new DescribeVolumesCommand({ MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.Volumes,
    read: (volume, aws) => ({
      id: volume.VolumeId,
      arn: ec2Arn(aws, 'volume', volume.VolumeId),
      tags: volume.Tags,
      data: {
        state: volume.State,
        volumeType: volume.VolumeType,
        sizeGib: volume.Size,
        isEncrypted: volume.Encrypted,
        kmsKeyId: volume.KmsKeyId ?? null,
        availabilityZone: volume.AvailabilityZone,
        instanceIds: inOrder((volume.Attachments ?? []).flatMap(({ InstanceId }) => InstanceId ?? [])),
      },
    }),
  }),
  row(types.VpcEndpoint, {
    command: (NextToken) => new DescribeVpcEndpointsCommand({ MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.VpcEndpoints,
    read: (endpoint, aws) => ({
      id: endpoint.VpcEndpointId,
      arn: ec2Arn(aws, 'vpc-endpoint', endpoint.VpcEndpointId, endpoint.OwnerId),
      ownerId: endpoint.OwnerId,
      tags: endpoint.Tags,
      data: {
        state: endpoint.State,
        endpointType: endpoint.VpcEndpointType,
        // Endpoints of resources and service networks have none.
        serviceName: endpoint.ServiceName ?? null,
        vpcId: endpoint.VpcId,
      },
    }),
  }),
  row(types.VpcPeeringConnection, {
    command: (NextToken) => new DescribeVpcPeeringConnectionsCommand({ MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.VpcPeeringConnections,
    read: (peering, aws) => ({
      id: peering.VpcPeeringConnectionId,
      arn: ec2Arn(aws, 'vpc-peering-connection', peering.VpcPeeringConnectionId),
      tags: peering.Tags,
      data: {
        status: peering.Status?.Code,
        requesterAccountId: peering.RequesterVpcInfo?.OwnerId,
        requesterVpcId: peering.RequesterVpcInfo?.VpcId ?? null,
        accepterAccountId: peering.AccepterVpcInfo?.OwnerId,
        accepterVpcId: peering.AccepterVpcInfo?.VpcId ?? null,
      },
    }),
  }),
  row(types.VpnConnection, {
    // AWS has no pages here.
    command: () => new DescribeVpnConnectionsCommand({}),
    items: (page) => page.VpnConnections,
    read: (vpn, aws) => ({
      id: vpn.VpnConnectionId,
      arn: ec2Arn(aws, 'vpn-connection', vpn.VpnConnectionId),
      tags: vpn.Tags,
      data: {
        state: vpn.State,
        customerGatewayId: vpn.CustomerGatewayId || null,
        vpnGatewayId: vpn.VpnGatewayId || null,
        transitGatewayId: vpn.TransitGatewayId || null,
      },
    }),
  }),
  row(types.OidcProvider, {
    // AWS has no pages here.
    command: () => new ListOpenIDConnectProvidersCommand({}),
    items: (page) => page.OpenIDConnectProviderList,
    read: ({ Arn }) => ({
      id: afterSlash(Arn),
      arn: Arn ?? null,
      data: { issuer: afterSlash(Arn) },
    }),
  }),
  row(types.SamlProvider, {
    // AWS has no pages here.
    command: () => new ListSAMLProvidersCommand({}),
    items: (page) => page.SAMLProviderList,
    read: (provider) => ({
      id: afterSlash(provider.Arn),
      arn: provider.Arn ?? null,
      data: { createdAt: instantOf(provider.CreateDate), validUntil: instantOf(provider.ValidUntil) ?? null },
    }),
  }),
  row(types.AccessPoint, {
    command: (NextToken, { accountId }) =>
      new ListAccessPointsCommand({ AccountId: accountId, MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.AccessPointList,
    read: (point) => ({
      id: point.Name,
      arn: point.AccessPointArn ?? null,
      data: {
        bucket: point.Bucket,
        bucketAccountId: point.BucketAccountId ?? null,
        networkOrigin: point.NetworkOrigin,
        vpcId: point.VpcConfiguration?.VpcId ?? null,
      },
    }),
  }),
  row(types.MultiRegionAccessPoint, {
    // One region answers for them all; the transport knows which.
    command: (NextToken, { accountId }) =>
      new ListMultiRegionAccessPointsCommand({ AccountId: accountId, MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
    items: (page) => page.AccessPoints,
    read: (point, { partition, accountId }) => ({
      // One that is still being made has no alias yet.
      id: point.Alias ?? point.Name,
      // S3 names them by alias: their names are only unique among those not deleted.
      arn: point.Alias === undefined ? null : `arn:${partition}:s3::${accountId}:accesspoint/${point.Alias}`,
      name: point.Name,
      data: {
        status: point.Status,
        createdAt: instantOf(point.CreatedAt),
        publicAccessBlock: publicAccessBlockOf(point.PublicAccessBlock),
        buckets: (point.Regions ?? []).map(({ Bucket, Region }) => ({ bucket: Bucket, region: Region })),
      },
    }),
  }),
]

/** `saml-provider/corp` in an ARN is called `corp`; an OIDC provider by its issuer, which may hold slashes itself. */
function afterSlash(arn: string | undefined): string | undefined {
  return arn === undefined ? undefined : arn.slice(arn.indexOf('/') + 1)
}
