import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { vedette } from '#test/cli/vedette.ts'
import { policyParts, type PolicyStatement } from './scan-role.ts'

const REFERENCE = readFileSync(new URL('../../docs/reference/iam-policy.json', import.meta.url), 'utf8')
const run = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await vedette(['policy', ...args])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

describe('vedette policy', () => {
  it('is the published policy where nothing is chosen', async () => {
    expect(await run()).toBe(REFERENCE)
  })

  it('allows only what the chosen checks read, and the search for regions', async () => {
    const policy = JSON.parse(await run('--checks', 's3_bucket_object_versioning'))
    expect(policy.Statement.flatMap(({ Action }: { Action: readonly string[] }) => Action)).toEqual([
      'ec2:DescribeRegions',
      'ec2:DescribeVpcs',
      'ec2:GetEbsEncryptionByDefault',
      's3:GetBucketVersioning',
      's3:ListAllMyBuckets',
    ])
  })

  it('is a CloudFormation role with the trust policy and the ExternalId', async () => {
    const template = parse(await run('-o', 'cloudformation', '--checks', 'iam-root-mfa'))

    expect(template.Parameters).toHaveProperty('ExternalId.Type', 'String')
    const { Role, Read } = template.Resources
    expect(Role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: { Ref: 'PrincipalArn' } },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } },
      },
    ])
    expect(Read.Properties.Roles).toEqual([{ Ref: 'Role' }])
    expect(JSON.stringify(Read.Properties.PolicyDocument)).toContain('iam:GetAccountSummary')
  })

  it('writes who and which ExternalId into the role where it is told', async () => {
    const session = 'arn:aws:sts::999988887777:assumed-role/worker/i-0123'
    const hcl = await run(
      '-o',
      'terraform',
      '--principal',
      session,
      '--external-id',
      'vedette-0',
      '--role-name',
      'Looker',
    )

    expect(hcl).not.toContain('variable "')
    expect(hcl).toContain('identifiers = ["arn:aws:iam::999988887777:role/worker"]')
    expect(hcl).toContain('values   = ["vedette-0"]')
    expect(hcl).toContain('name                 = "Looker"')
  })

  it.each([
    [['--principal', 'me'], '--role-name, --principal and --external-id are about the role'],
    [['-o', 'terraform', '--principal', 'me'], '--principal takes the ARN'],
    [['-o', 'terraform', '--role-name', 'a role'], '--role-name: a role is no name of a role'],
    [['-o', 'terraform', '--external-id', '${x}'], '--external-id takes'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await vedette(['policy', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })
})

describe('policyParts', () => {
  const statement = fc
    .array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 })
    .map((lengths): PolicyStatement => ({
      Sid: 'ReadX',
      Effect: 'Allow',
      Action: lengths.map((length, index) => `x:${index}${'A'.repeat(length)}`),
      Resource: '*',
    }))

  it('loses no action and makes no part larger than a policy can be', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 8 }), (statements) => {
        const parts = policyParts(statements, 600)
        const actions = (some: readonly PolicyStatement[]) => some.flatMap(({ Action }) => Action)
        expect(actions(parts.flat())).toEqual(actions(statements))
        for (const Statement of parts) {
          expect(JSON.stringify({ Version: '2012-10-17', Statement }).length).toBeLessThanOrEqual(600)
        }
      }),
    )
  })
})
