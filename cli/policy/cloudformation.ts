import { stringify } from 'yaml'
import { principalOf } from '#platform/aws/trust-policy.ts'
import { ABOUT_EXTERNAL_ID, ABOUT_PRINCIPAL, ABOUT_ROLE, policyParts, type ScanRole } from './scan-role.ts'

/** The role as a CloudFormation template in YAML. Needs CAPABILITY_NAMED_IAM, because the role has a name. */
export function asCloudFormation({ name, principal, externalId, policy }: ScanRole): string {
  const parts = policyParts(policy.Statement)
  const parameters = {
    ...(principal === null
      ? {
          PrincipalArn: {
            Type: 'String',
            Description: ABOUT_PRINCIPAL,
            AllowedPattern: 'arn:[a-z-]+:iam::[0-9]{12}:.+',
          },
        }
      : {}),
    ...(externalId === null
      ? {
          ExternalId: {
            Type: 'String',
            Description: ABOUT_EXTERNAL_ID,
            MinLength: 2,
            MaxLength: 1224,
            AllowedPattern: '[\\w+=,.@:/-]*',
          },
        }
      : {}),
  }
  const policies = parts.map((Statement, index) => [
    `Read${parts.length === 1 ? '' : index + 1}`,
    {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        Roles: [{ Ref: 'Role' }],
        PolicyDocument: { Version: policy.Version, Statement },
      },
    },
  ])
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: ABOUT_ROLE,
    ...(Object.keys(parameters).length === 0 ? {} : { Parameters: parameters }),
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: name,
          Description: ABOUT_ROLE,
          MaxSessionDuration: 3600,
          AssumeRolePolicyDocument: {
            Version: policy.Version,
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: principal === null ? { Ref: 'PrincipalArn' } : principalOf(principal) },
                Action: ['sts:AssumeRole', 'sts:TagSession'],
                Condition: {
                  StringEquals: { 'sts:ExternalId': externalId === null ? { Ref: 'ExternalId' } : externalId },
                },
              },
            ],
          },
        },
      },
      ...Object.fromEntries(policies),
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  }
  // CloudFormation reads YAML 1.1, in which a bare 2012-10-17 is a date.
  return stringify(template, { version: '1.1', lineWidth: 0 })
}
