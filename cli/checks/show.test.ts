import { describe, expect, it } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import { vedette } from '#test/cli/vedette.ts'
import { twinOf } from './twin.ts'

describe('vedette checks', () => {
  it('lists every check, and only those that are asked for', async () => {
    const ids = async (...args: string[]): Promise<readonly string[]> => {
      const { code, stdout } = await vedette(['checks', 'list', '-o', 'json', ...args])
      expect(code).toBe(0)
      return JSON.parse(stdout).map(({ id }: { id: string }) => id)
    }
    const [all, aliases, narrowed, framework] = await Promise.all([
      ids(),
      ids('--checks', 'CKV_AWS_24,s3_bucket_public_access'),
      ids(
        '--services',
        's3,iam',
        '--exclude-services',
        'iam',
        '--min-severity',
        'high',
        '--exclude-checks',
        's3-bucket-public',
      ),
      ids('--framework', 'cis-aws-5.0', '--services', 's3'),
    ])
    expect(all).toEqual(CHECKS.map(({ id }) => id))
    expect(aliases).toEqual(['ec2-sg-remote-admin-ipv4', 's3-bucket-public'])
    expect(narrowed).toEqual(['s3-account-block-public-access', 's3-bucket-block-public-access'])
    expect(framework).toContain('s3-bucket-deny-http')
    expect(framework).not.toContain('s3-bucket-versioning')
  })

  it('says all there is to say of a check', async () => {
    const { code, stdout } = await vedette(['checks', 'show', 'iam_rotate_access_key_90_days'])

    expect(code).toBe(0)
    for (const said of [
      'iam-user-access-key-rotation',
      'Fix in the console',
      'Fix by CLI',
      'Fix in Terraform',
      'keyMaxAgeDays, default 90',
      'iam:GenerateCredentialReport',
      'cis-aws-5.0',
      'In a Terraform plan\n  not judged, because no plan says report.',
      'https://',
    ]) {
      expect(stdout).toContain(said)
    }
  })

  it.each(CHECKS.map((check) => [check.id, check] as const))(
    'knows whether a plan answers %s, or why none does',
    (_, check) => {
      const { from, unsaid } = twinOf(check)
      expect(from.length > 0).toBe(unsaid.length === 0)
    },
  )
})
