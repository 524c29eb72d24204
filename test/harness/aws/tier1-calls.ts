import * as ec2 from '@aws-sdk/client-ec2'
import * as iam from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import * as s3control from '@aws-sdk/client-s3-control'
import type { Clients } from './clients.ts'

/** Every listing of EC2, S3 and IAM that a scan makes, and what it reads of a bucket, as calls of the real SDK. */
export const tier1Calls = (
  clients: Clients,
  account: string,
  bucket: string,
): Readonly<Record<string, () => Promise<object>>> => ({
  DescribeAddresses: () => clients.ec2.send(new ec2.DescribeAddressesCommand()),
  DescribeClientVpnEndpoints: () => clients.ec2.send(new ec2.DescribeClientVpnEndpointsCommand()),
  DescribeFlowLogs: () => clients.ec2.send(new ec2.DescribeFlowLogsCommand()),
  DescribeImages: () => clients.ec2.send(new ec2.DescribeImagesCommand({ Owners: ['self'] })),
  DescribeInstances: () => clients.ec2.send(new ec2.DescribeInstancesCommand()),
  DescribeInternetGateways: () => clients.ec2.send(new ec2.DescribeInternetGatewaysCommand()),
  DescribeKeyPairs: () => clients.ec2.send(new ec2.DescribeKeyPairsCommand()),
  DescribeLaunchTemplates: () => clients.ec2.send(new ec2.DescribeLaunchTemplatesCommand()),
  DescribeManagedPrefixLists: () => clients.ec2.send(new ec2.DescribeManagedPrefixListsCommand()),
  DescribeNatGateways: () => clients.ec2.send(new ec2.DescribeNatGatewaysCommand()),
  DescribeNetworkAcls: () => clients.ec2.send(new ec2.DescribeNetworkAclsCommand()),
  DescribeNetworkInterfaces: () => clients.ec2.send(new ec2.DescribeNetworkInterfacesCommand()),
  DescribeRouteTables: () => clients.ec2.send(new ec2.DescribeRouteTablesCommand()),
  DescribeSecurityGroups: () => clients.ec2.send(new ec2.DescribeSecurityGroupsCommand()),
  DescribeSnapshots: () => clients.ec2.send(new ec2.DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
  DescribeSubnets: () => clients.ec2.send(new ec2.DescribeSubnetsCommand()),
  DescribeTransitGateways: () => clients.ec2.send(new ec2.DescribeTransitGatewaysCommand()),
  DescribeVolumes: () => clients.ec2.send(new ec2.DescribeVolumesCommand()),
  DescribeVpcEndpoints: () => clients.ec2.send(new ec2.DescribeVpcEndpointsCommand()),
  DescribeVpcPeeringConnections: () => clients.ec2.send(new ec2.DescribeVpcPeeringConnectionsCommand()),
  DescribeVpcs: () => clients.ec2.send(new ec2.DescribeVpcsCommand()),
  DescribeVpnConnections: () => clients.ec2.send(new ec2.DescribeVpnConnectionsCommand()),
  GetEbsEncryptionByDefault: () => clients.ec2.send(new ec2.GetEbsEncryptionByDefaultCommand()),
  GetAccountAuthorizationDetails: () => clients.iam.send(new iam.GetAccountAuthorizationDetailsCommand()),
  GetAccountSummary: () => clients.iam.send(new iam.GetAccountSummaryCommand()),
  ListOpenIDConnectProviders: () => clients.iam.send(new iam.ListOpenIDConnectProvidersCommand()),
  ListPolicies: () => clients.iam.send(new iam.ListPoliciesCommand({ Scope: 'Local' })),
  ListSAMLProviders: () => clients.iam.send(new iam.ListSAMLProvidersCommand()),
  ListServerCertificates: () => clients.iam.send(new iam.ListServerCertificatesCommand()),
  ListVirtualMFADevices: () => clients.iam.send(new iam.ListVirtualMFADevicesCommand()),
  ListEntitiesForPolicy: () =>
    clients.iam.send(new iam.ListEntitiesForPolicyCommand({ PolicyArn: 'arn:aws:iam::aws:policy/AWSSupportAccess' })),
  ListBuckets: () => clients.s3.send(new s3.ListBucketsCommand({ MaxBuckets: 100 })),
  GetBucketAcl: () => clients.s3.send(new s3.GetBucketAclCommand({ Bucket: bucket })),
  GetBucketLogging: () => clients.s3.send(new s3.GetBucketLoggingCommand({ Bucket: bucket })),
  GetBucketVersioning: () => clients.s3.send(new s3.GetBucketVersioningCommand({ Bucket: bucket })),
  ListAccessPoints: () => clients.s3control.send(new s3control.ListAccessPointsCommand({ AccountId: account })),
  ListMultiRegionAccessPoints: () =>
    clients.s3control.send(new s3control.ListMultiRegionAccessPointsCommand({ AccountId: account })),
  GetAccountPublicAccessBlock: () =>
    clients.s3control.send(new s3control.GetPublicAccessBlockCommand({ AccountId: account })),
  GetBucketEncryption: () => clients.s3.send(new s3.GetBucketEncryptionCommand({ Bucket: bucket })),
  GetBucketOwnershipControls: () => clients.s3.send(new s3.GetBucketOwnershipControlsCommand({ Bucket: bucket })),
  GetBucketPublicAccessBlock: () => clients.s3.send(new s3.GetPublicAccessBlockCommand({ Bucket: bucket })),
  GetBucketLocation: () => clients.s3.send(new s3.GetBucketLocationCommand({ Bucket: bucket })),
})
