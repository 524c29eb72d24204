import { readFile } from 'node:fs/promises'
import { HOME_ACCOUNT, type Aws } from '#test/harness/aws/aws.ts'
import { createRole } from '#test/harness/aws/roles.ts'
import { seedAccount } from '#test/harness/aws/seed.ts'

export const PROD = '111122223333'
export const DEV = '444455556666'
const REGIONS = ['eu-central-1', 'eu-west-1', 'us-east-1']
/** What somebody forgot in the dev account's role, so that there is a gap to see. */
export const FORGOTTEN_ACTION = 'ec2:DescribeNetworkAcls'

interface PolicyDocument {
  readonly Version: string
  readonly Statement: readonly {
    readonly Effect: string
    readonly Action: readonly string[]
    readonly Resource: string
  }[]
}

/** Fills the two accounts of `examples/quickstart`: one neglected, one tended but with a role that forgets an action. */
export async function seedDemo(aws: Aws): Promise<void> {
  await seedAccount(aws, PROD, { regions: REGIONS, upkeep: 'neglected' })
  await seedAccount(aws, DEV, { regions: REGIONS, upkeep: 'tended' })
}

/** Makes the scanner's role in the accounts: the generated policy, trust for the worker under the namespace's ExternalId. */
export async function createScannerRoles(
  aws: Aws,
  externalId: string,
  accounts: readonly string[] = [PROD, DEV],
): Promise<void> {
  const policy: PolicyDocument = JSON.parse(
    await readFile(new URL('../docs/reference/iam-policy.json', import.meta.url), 'utf8'),
  )
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: aws.workerRoleArn(HOME_ACCOUNT) },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: { StringEquals: { 'sts:ExternalId': externalId } },
      },
    ],
  }
  const forgetful: PolicyDocument = {
    ...policy,
    Statement: policy.Statement.map((statement) => ({
      ...statement,
      Action: statement.Action.filter((action) => action !== FORGOTTEN_ACTION),
    })),
  }
  for (const account of accounts) {
    await createRole(aws, account, { name: 'VedetteScan', trust, policy: account === DEV ? forgetful : policy })
  }
}
