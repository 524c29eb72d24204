/*
 * Every call that a scan makes to AWS, how often, and why: the one list, for the tests that count them and for the bench
 * that shows them to people. A call that grows with resources and not with pages is in the second part, with the reason
 * why there is no other way.
 */

/** What of an account decides how often it is called, as long as each listing fits on one page. */
export interface ScannedAccount {
  readonly regions: number
  readonly buckets: number
  /** Those whose ACLs count: they were made before April 2023, or to allow them. */
  readonly bucketsWithAcls: number
  /** Those that are not AWS's own. */
  readonly prefixLists: number
  /** The generation's first scan: the role has not yet shown that it refuses us without its ExternalId. */
  readonly isFirst: boolean
}

export interface AwsCall {
  readonly operation: string
  readonly calls: (account: ScannedAccount) => number
  readonly growsWith: string
  readonly why: string
}

const listed = (operation: string): AwsCall => ({
  operation,
  calls: ({ regions }) => regions,
  growsWith: 'regions, pages',
  why: 'the listing of a type',
})

const listedGlobally = (operation: string): AwsCall => ({
  operation,
  calls: () => 1,
  growsWith: 'pages',
  why: 'the listing of a type',
})

const setting = (operation: string): AwsCall => ({
  operation,
  calls: () => 1,
  growsWith: 'nothing',
  why: 'a setting of the account',
})

const settingOfRegion = (operation: string): AwsCall => ({
  operation,
  calls: ({ regions }) => regions,
  growsWith: 'regions',
  why: 'a setting of the region',
})

const ofBuckets = (operation: string): AwsCall => ({
  operation,
  calls: ({ buckets }) => buckets,
  growsWith: 'buckets',
  why: 'S3 has no operation that describes the settings of several buckets',
})

/** Prepare, each region, and what is global. */
const jobs = ({ regions }: ScannedAccount): number => regions + 2

const GROW_WITH_PAGES: readonly AwsCall[] = [
  // AWS has no pages for some of these: their answers are whole.
  listed('ec2:DescribeAddresses'),
  listed('ec2:DescribeClientVpnEndpoints'),
  listed('ec2:DescribeFlowLogs'),
  listed('ec2:DescribeImages'),
  listed('ec2:DescribeInstances'),
  listed('ec2:DescribeInternetGateways'),
  listed('ec2:DescribeKeyPairs'),
  listed('ec2:DescribeLaunchTemplates'),
  listed('ec2:DescribeManagedPrefixLists'),
  listed('ec2:DescribeNatGateways'),
  listed('ec2:DescribeNetworkAcls'),
  listed('ec2:DescribeNetworkInterfaces'),
  {
    operation: 'ec2:DescribeRegions',
    calls: () => 1,
    growsWith: 'nothing',
    why: 'which regions there are to look at',
  },
  listed('ec2:DescribeRouteTables'),
  listed('ec2:DescribeSecurityGroups'),
  {
    ...listed('ec2:DescribeSnapshots'),
    calls: ({ regions }) => 2 * regions,
    why: "the account's snapshots, and those of them that everybody may restore: else one call per snapshot",
  },
  listed('ec2:DescribeSubnets'),
  listed('ec2:DescribeTransitGateways'),
  listed('ec2:DescribeVolumes'),
  listed('ec2:DescribeVpcEndpoints'),
  listed('ec2:DescribeVpcPeeringConnections'),
  {
    ...listed('ec2:DescribeVpcs'),
    calls: ({ regions }) => 2 * regions,
    why: 'the probe of the region, and the listing',
  },
  listed('ec2:DescribeVpnConnections'),
  settingOfRegion('ec2:GetEbsEncryptionByDefault'),
  settingOfRegion('ec2:GetSnapshotBlockPublicAccessState'),
  listedGlobally('iam:GetAccountAuthorizationDetails'),
  setting('iam:GetAccountPasswordPolicy'),
  setting('iam:GetAccountSummary'),
  {
    operation: 'iam:GetCredentialReport',
    calls: () => 1,
    growsWith: 'nothing',
    why: "for the account's root user and for its users: the collectors of a job share it",
  },
  listedGlobally('iam:ListOpenIDConnectProviders'),
  listedGlobally('iam:ListSAMLProviders'),
  listedGlobally('iam:ListServerCertificates'),
  listedGlobally('iam:ListVirtualMFADevices'),
  listedGlobally('s3:ListBuckets'),
  setting('s3control:GetPublicAccessBlock'),
  listedGlobally('s3control:ListAccessPoints'),
  listedGlobally('s3control:ListMultiRegionAccessPoints'),
  {
    operation: 'sts:AssumeRole',
    calls: (account) => jobs(account) + (account.isFirst ? 1 : 0),
    growsWith: 'regions',
    why: 'a session per job; once per generation, the proof that the role refuses us without its ExternalId',
  },
  {
    operation: 'sts:GetCallerIdentity',
    calls: jobs,
    growsWith: 'regions',
    why: 'each job proves whose account it is in',
  },
]

const GROW_WITH_RESOURCES: readonly AwsCall[] = [
  {
    operation: 'ec2:GetManagedPrefixListEntries',
    calls: ({ prefixLists }) => prefixLists,
    growsWith: 'own prefix lists',
    why: 'EC2 has no operation that gives the entries of several lists',
  },
  {
    ...ofBuckets('s3:GetBucketAcl'),
    calls: ({ bucketsWithAcls }) => bucketsWithAcls,
    growsWith: 'buckets with ACLs',
  },
  ofBuckets('s3:GetBucketEncryption'),
  ofBuckets('s3:GetBucketOwnershipControls'),
  ofBuckets('s3:GetBucketPolicy'),
  ofBuckets('s3:GetBucketVersioning'),
  ofBuckets('s3:GetPublicAccessBlock'),
]

export const AWS_CALLS: readonly AwsCall[] = [...GROW_WITH_PAGES, ...GROW_WITH_RESOURCES]

/** What a scan of such an account calls, by operation; what it does not call is left out. */
export function expectedCalls(account: ScannedAccount): Readonly<Record<string, number>> {
  return Object.fromEntries(
    AWS_CALLS.map(({ operation, calls }) => [operation, calls(account)] as const).filter(([, calls]) => calls > 0),
  )
}
