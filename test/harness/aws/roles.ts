import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts'
import type { Aws } from './aws.ts'
import { clientsFor } from './clients.ts'
import type { Credentials } from './identity.ts'

export interface RoleOptions {
  readonly name: string
  readonly path?: string
  readonly trust: object
  /** Its inline policy; without one the role may do nothing but what is attached. */
  readonly policy?: object
  readonly managedPolicyArns?: readonly string[]
  readonly maxSessionDuration?: number
  readonly permissionsBoundary?: string
}

/** A trust policy for principals, with AWS's usual condition on the ExternalId. */
export function trustPolicy(principals: string | readonly string[], externalId?: string): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principals },
        Action: 'sts:AssumeRole',
        ...(externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
      },
    ],
  }
}

/** A policy of one statement. */
export function policy(effect: 'Allow' | 'Deny', actions: readonly string[], more: object = {}): object {
  return { Version: '2012-10-17', Statement: [{ Effect: effect, Action: actions, Resource: '*', ...more }] }
}

/** Creates a role in an account and returns its ARN. */
export async function createRole(aws: Aws, account: string, options: RoleOptions): Promise<string> {
  const { iam } = clientsFor(aws.url, aws.adminCredentials(account))
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: options.name,
      Path: options.path,
      AssumeRolePolicyDocument: JSON.stringify(options.trust),
      MaxSessionDuration: options.maxSessionDuration,
      PermissionsBoundary: options.permissionsBoundary,
    }),
  )
  if (options.policy !== undefined) await setRolePolicy(aws, account, options.name, options.policy)
  for (const PolicyArn of options.managedPolicyArns ?? []) {
    await iam.send(new AttachRolePolicyCommand({ RoleName: options.name, PolicyArn }))
  }
  return Role?.Arn ?? ''
}

/** Replaces what a role may do: its inline policy `inline`. */
export async function setRolePolicy(aws: Aws, account: string, name: string, document: object): Promise<void> {
  const { iam } = clientsFor(aws.url, aws.adminCredentials(account))
  const PolicyDocument = JSON.stringify(document)
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'inline', PolicyDocument }))
}

/** Replaces who may assume a role. */
export async function setTrust(aws: Aws, account: string, name: string, trust: object): Promise<void> {
  const { iam } = clientsFor(aws.url, aws.adminCredentials(account))
  const PolicyDocument = JSON.stringify(trust)
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument }))
}

/** Assumes a role, as the worker unless somebody else is given; fails as STS does. */
export async function assumeRole(
  aws: Aws,
  input: Partial<AssumeRoleCommandInput> & { readonly RoleArn: string },
  as: Credentials = aws.workerCredentials(),
): Promise<Credentials> {
  const { sts } = clientsFor(aws.url, as)
  const { Credentials: made } = await sts.send(new AssumeRoleCommand({ RoleSessionName: 'test', ...input }))
  return {
    accessKeyId: made?.AccessKeyId ?? '',
    secretAccessKey: made?.SecretAccessKey ?? '',
    sessionToken: made?.SessionToken ?? '',
  }
}
