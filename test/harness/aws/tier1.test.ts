import * as ec2 from '@aws-sdk/client-ec2'
import * as iam from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import * as s3control from '@aws-sdk/client-s3-control'
import { beforeAll, describe, expect, test } from 'vitest'
import { clientsFor } from './clients.ts'
import type { Clients } from './clients.ts'
import { refusalOf } from './refusal-of.ts'
import { useAws } from './use-aws.ts'

const ACCOUNT = '111122223333'
const Bucket = 'vedette-listed'
const cloud = useAws()
let clients: Clients

beforeAll(async () => {
  // Multi-region access points are asked for in us-west-2 only.
  cloud.aws.account(ACCOUNT).enableRegions(['us-west-2', 'eu-central-1'])
  clients = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT))
  const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const }
  await clients.s3.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration }))
})

describe('every listing of EC2, S3 and IAM is answered in a form the SDK reads', () => {
  const regional = {
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
  }
  const global = {
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
    GetBucketAcl: () => clients.s3.send(new s3.GetBucketAclCommand({ Bucket })),
    GetBucketLogging: () => clients.s3.send(new s3.GetBucketLoggingCommand({ Bucket })),
    GetBucketVersioning: () => clients.s3.send(new s3.GetBucketVersioningCommand({ Bucket })),
    ListAccessPoints: () => clients.s3control.send(new s3control.ListAccessPointsCommand({ AccountId: ACCOUNT })),
    ListMultiRegionAccessPoints: () => {
      const west = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(ACCOUNT), 'us-west-2')
      return west.s3control.send(new s3control.ListMultiRegionAccessPointsCommand({ AccountId: ACCOUNT }))
    },
  }
  test.each(Object.entries<() => Promise<object>>({ ...regional, ...global }))('%s', async (_, call) => {
    expect(await call()).toMatchObject({ $metadata: { httpStatusCode: 200 } })
  })
})

describe('what is not configured is said with AWS’s codes', () => {
  const absent = {
    NoSuchEntityException: () => clients.iam.send(new iam.GetAccountPasswordPolicyCommand()),
    NoSuchBucketPolicy: () => clients.s3.send(new s3.GetBucketPolicyCommand({ Bucket })),
    NoSuchLifecycleConfiguration: () => clients.s3.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })),
    NoSuchBucket: () => clients.s3.send(new s3.GetBucketAclCommand({ Bucket: 'vedette-no-such-bucket' })),
    NoSuchTagSet: () => clients.s3.send(new s3.GetBucketTaggingCommand({ Bucket })),
    NoSuchPublicAccessBlockConfiguration: () =>
      clients.s3control.send(new s3control.GetPublicAccessBlockCommand({ AccountId: ACCOUNT })),
    'InvalidVpcID.NotFound': () => clients.ec2.send(new ec2.DescribeVpcsCommand({ VpcIds: ['vpc-0123456789abcdef0'] })),
  }
  test.each(Object.entries<() => Promise<object>>(absent))('%s', async (name, call) => {
    expect((await refusalOf(call())).name).toBe(name)
  })
})
