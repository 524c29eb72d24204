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
