/**
 * The actions that the managed policies SecurityAudit (v84) and ViewOnlyAccess (v43) allow on every resource, for the
 * services that are called: what a session policy need not list again. Source: the AWS Managed Policy Reference. AWS
 * adds actions and hardly ever takes one away; a list that is behind makes session policies longer, not weaker.
 */
export const MANAGED_READS: readonly string[] = [
  'ec2:Describe*',
  'ec2:GetAllowedImagesSettings',
  'ec2:GetEbsDefaultKmsKeyId',
  'ec2:GetEbsEncryptionByDefault',
  'ec2:GetImageBlockPublicAccessState',
  'ec2:GetInstanceMetadataDefaults',
  'ec2:GetManagedPrefixListAssociations',
  'ec2:GetManagedPrefixListEntries',
  'ec2:GetSerialConsoleAccessStatus',
  'ec2:GetSnapshotBlockPublicAccessState',
  'ec2:SearchTransitGatewayRoutes',
  'iam:GenerateCredentialReport',
  'iam:GenerateServiceLastAccessedDetails',
  'iam:Get*',
  'iam:List*',
  'iam:SimulateCustomPolicy',
  'iam:SimulatePrincipalPolicy',
  's3:GetAccelerateConfiguration',
  's3:GetAccessPoint',
  's3:GetAccessPointPolicy',
  's3:GetAccessPointPolicyStatus',
  's3:GetAccountPublicAccessBlock',
  's3:GetAnalyticsConfiguration',
  's3:GetBucket*',
  's3:GetEncryptionConfiguration',
  's3:GetInventoryConfiguration',
  's3:GetLifecycleConfiguration',
  's3:GetMetricsConfiguration',
  's3:GetMultiRegionAccessPoint',
  's3:GetMultiRegionAccessPointPolicy',
  's3:GetMultiRegionAccessPointPolicyStatus',
  's3:GetReplicationConfiguration',
  's3:ListAccessPoints',
  's3:ListAllMyBuckets',
  's3:ListBucket',
  's3:ListMultiRegionAccessPoints',
]

/** Paths of the two policies below `arn:<partition>:iam::aws:policy/`. */
export const MANAGED_POLICIES: readonly string[] = ['SecurityAudit', 'job-function/ViewOnlyAccess']
