import { GetPolicyVersionCommand, GetRoleCommand, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam'
import { describe, expect, it } from 'vitest'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { useTerraform } from '#test/harness/terraform.ts'
import { runToEnd, vedette } from '#test/cli/vedette.ts'

const account = '111122223333'
const cloud = useAws()
const terraform = useTerraform(cloud)

describe('the role as Terraform', () => {
  it('is formatted as terraform fmt would', async () => {
    const { stdout } = await vedette(['policy', '-o', 'terraform'])
    const { code, stdout: diff } = await runToEnd('terraform', ['fmt', '-check', '-diff', '-'], { stdin: stdout })
    expect({ code, diff }).toEqual({ code: 0, diff: '' })
  })

  it('is applied as it stands: the trust policy with its ExternalId, and the policy that is published', async () => {
    const principal = 'arn:aws:iam::999988887777:role/vedette-worker'
    const hcl = await vedette(['policy', '-o', 'terraform', '--principal', principal])
    const root = await terraform.root({ account, files: { 'main.tf': hcl.stdout } })
    await root.plan('-var', 'external_id=vedette-0')
    await root.apply()

    const { iam } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(account))
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'VedetteScan' }))
    expect(document(Role?.AssumeRolePolicyDocument)).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: principal },
          Action: ['sts:TagSession', 'sts:AssumeRole'],
          Condition: { StringEquals: { 'sts:ExternalId': 'vedette-0' } },
        },
      ],
    })
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'VedetteScan' }))
    expect(AttachedPolicies).toHaveLength(1)
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: AttachedPolicies?.[0]?.PolicyArn, VersionId: 'v1' }),
    )
    expect(actionsIn(document(PolicyVersion?.Document))).toEqual(
      actionsIn(document((await vedette(['policy'])).stdout)),
    )
  }, 120_000)
})

interface Document {
  readonly Statement: readonly { readonly Action: readonly string[] }[]
}

/** IAM answers policies URL-encoded. */
function document(text: string | undefined): Document {
  return JSON.parse(decodeURIComponent(text ?? ''))
}

function actionsIn({ Statement }: Document): readonly string[] {
  return Statement.flatMap(({ Action }) => Action).sort()
}
