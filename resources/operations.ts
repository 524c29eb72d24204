import type { Operation } from '#core/aws-call.ts'

/** What there is to know about an operation that its name does not say. */
export interface OperationFacts {
  /** The IAM actions it needs, where they are not the operation's own name. Source: Service Authorization Reference. */
  readonly actions?: readonly string[]
  /** The CloudTrail events after which its answer may have changed, as `eventSource:eventName` without the domain. */
  readonly changedBy?: readonly string[]
}

/** One line per operation whose actions differ from its name or whose events are known; sorted. */
export const OPERATIONS: Readonly<Record<Operation, OperationFacts>> = {
  'ec2:DescribeFlowLogs': { changedBy: ['ec2:CreateFlowLogs', 'ec2:DeleteFlowLogs'] },
  'ec2:DescribeInstances': {
    changedBy: [
      'ec2:AssociateIamInstanceProfile',
      'ec2:DisassociateIamInstanceProfile',
      'ec2:ModifyInstanceMetadataOptions',
      'ec2:ReplaceIamInstanceProfileAssociation',
      'ec2:RunInstances',
      'ec2:StartInstances',
      'ec2:StopInstances',
      'ec2:TerminateInstances',
    ],
  },
  'ec2:DescribeManagedPrefixLists': {
    changedBy: ['ec2:CreateManagedPrefixList', 'ec2:DeleteManagedPrefixList', 'ec2:ModifyManagedPrefixList'],
  },
  'ec2:DescribeNetworkAcls': {
    changedBy: [
      'ec2:CreateNetworkAcl',
      'ec2:CreateNetworkAclEntry',
      'ec2:DeleteNetworkAcl',
      'ec2:DeleteNetworkAclEntry',
      'ec2:ReplaceNetworkAclAssociation',
      'ec2:ReplaceNetworkAclEntry',
    ],
  },
  'ec2:DescribeSecurityGroups': {
    changedBy: [
      'ec2:AuthorizeSecurityGroupEgress',
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:CreateSecurityGroup',
      'ec2:DeleteSecurityGroup',
      'ec2:ModifySecurityGroupRules',
      'ec2:RevokeSecurityGroupEgress',
      'ec2:RevokeSecurityGroupIngress',
    ],
  },
  'ec2:DescribeSnapshots': {
    changedBy: [
      'ec2:CopySnapshot',
      'ec2:CreateSnapshot',
      'ec2:CreateSnapshots',
      'ec2:DeleteSnapshot',
      'ec2:ModifySnapshotAttribute',
      'ec2:ResetSnapshotAttribute',
    ],
  },
  'ec2:DescribeVpcs': { changedBy: ['ec2:CreateDefaultVpc', 'ec2:CreateVpc', 'ec2:DeleteVpc'] },
  'ec2:GetEbsEncryptionByDefault': {
    changedBy: ['ec2:DisableEbsEncryptionByDefault', 'ec2:EnableEbsEncryptionByDefault'],
  },
  'ec2:GetManagedPrefixListEntries': {
    changedBy: ['ec2:ModifyManagedPrefixList', 'ec2:RestoreManagedPrefixListVersion'],
  },
  'ec2:GetSnapshotBlockPublicAccessState': {
    changedBy: ['ec2:DisableSnapshotBlockPublicAccess', 'ec2:EnableSnapshotBlockPublicAccess'],
  },
  'iam:GetAccountAuthorizationDetails': {
    changedBy: [
      'iam:AddUserToGroup',
      'iam:AttachGroupPolicy',
      'iam:AttachRolePolicy',
      'iam:AttachUserPolicy',
      'iam:CreateGroup',
      'iam:CreatePolicy',
      'iam:CreatePolicyVersion',
      'iam:CreateRole',
      'iam:CreateServiceLinkedRole',
      'iam:CreateUser',
      'iam:DeleteGroup',
      'iam:DeleteGroupPolicy',
      'iam:DeletePolicy',
      'iam:DeletePolicyVersion',
      'iam:DeleteRole',
      'iam:DeleteRolePolicy',
      'iam:DeleteServiceLinkedRole',
      'iam:DeleteUser',
      'iam:DeleteUserPolicy',
      'iam:DetachGroupPolicy',
      'iam:DetachRolePolicy',
      'iam:DetachUserPolicy',
      'iam:PutGroupPolicy',
      'iam:PutRolePolicy',
      'iam:PutUserPolicy',
      'iam:RemoveUserFromGroup',
      'iam:SetDefaultPolicyVersion',
      'iam:UpdateAssumeRolePolicy',
      'iam:UpdateGroup',
      'iam:UpdateRole',
      'iam:UpdateUser',
    ],
  },
  'iam:GetAccountPasswordPolicy': {
    changedBy: ['iam:DeleteAccountPasswordPolicy', 'iam:UpdateAccountPasswordPolicy'],
  },
  // No event: the report is made every 4 hours at most, whatever happens in between. It is made before it is read.
  'iam:GetCredentialReport': { actions: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'] },
  'iam:ListServerCertificates': {
    changedBy: ['iam:DeleteServerCertificate', 'iam:UpdateServerCertificate', 'iam:UploadServerCertificate'],
  },
  'iam:ListVirtualMFADevices': {
    changedBy: [
      'iam:CreateVirtualMFADevice',
      'iam:DeactivateMFADevice',
      'iam:DeleteVirtualMFADevice',
      'iam:EnableMFADevice',
    ],
  },
  's3:GetAccountPublicAccessBlock': {
    changedBy: ['s3:DeleteAccountPublicAccessBlock', 's3:PutAccountPublicAccessBlock'],
  },
  's3:GetBucketAcl': { changedBy: ['s3:PutBucketAcl'] },
  's3:GetBucketEncryption': {
    actions: ['s3:GetEncryptionConfiguration'],
    changedBy: ['s3:DeleteBucketEncryption', 's3:PutBucketEncryption'],
  },
  's3:GetBucketOwnershipControls': {
    changedBy: ['s3:DeleteBucketOwnershipControls', 's3:PutBucketOwnershipControls'],
  },
  's3:GetBucketPolicy': { changedBy: ['s3:DeleteBucketPolicy', 's3:PutBucketPolicy'] },
  's3:GetBucketVersioning': { changedBy: ['s3:PutBucketVersioning'] },
  's3:GetPublicAccessBlock': {
    actions: ['s3:GetBucketPublicAccessBlock'],
    changedBy: ['s3:DeleteBucketPublicAccessBlock', 's3:PutBucketPublicAccessBlock'],
  },
  's3:ListBuckets': { actions: ['s3:ListAllMyBuckets'], changedBy: ['s3:CreateBucket', 's3:DeleteBucket'] },
  // AWS answers it to every principal, whatever policies say.
  'sts:GetCallerIdentity': { actions: [] },
}

/** The IAM actions that an operation needs: its own name unless the table says otherwise. */
export function actionsOf(operation: Operation): readonly string[] {
  return OPERATIONS[operation]?.actions ?? [operation]
}

/** The action to name where a denial does not: the operation's own where it is one, else the first that it needs. */
export function actionOf(operation: Operation): string {
  const actions = actionsOf(operation)
  return actions.includes(operation) ? operation : (actions[0] ?? operation)
}
