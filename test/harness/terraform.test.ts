import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GetPublicAccessBlockCommand } from '@aws-sdk/client-s3-control'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientsFor } from './aws/clients.ts'
import { useAws } from './aws/use-aws.ts'
import { temporaryFolder, type TemporaryFolder } from '#platform/process/temporary-folder.ts'
import { findProviderMirror } from './terraform-mirror.ts'
import { useTerraform } from './terraform.ts'

describe('the mirror of providers', () => {
  const held: { folder?: TemporaryFolder } = {}
  beforeAll(async () => void (held.folder = await temporaryFolder('mirror')))
  afterAll(() => held.folder?.remove())
  const path = (name: string): string => join(held.folder?.path ?? '', name)

  test('is what the CLI configuration names', async () => {
    await writeFile(
      path('terraform.rc'),
      'provider_installation {\n  filesystem_mirror {\n    path = "/nowhere"\n  }\n}\n',
    )
    const env = { TF_CLI_CONFIG_FILE: path('terraform.rc') }
    expect(await findProviderMirror(env, [])).toEqual({ kind: 'configured', cliConfig: path('terraform.rc') })
  })

  test('is the first folder that holds the AWS provider, where the configuration names none', async () => {
    await mkdir(path('full/registry.terraform.io/hashicorp/aws'), { recursive: true })
    const folders = [path('empty'), path('full')]
    expect(await findProviderMirror({ HOME: path(''), TF_CLI_CONFIG_FILE: path('no-such-file') }, folders)).toEqual({
      kind: 'folder',
      path: path('full'),
    })
  })

  test('is missed in a sentence that says where it was looked for and how to make one', async () => {
    await expect(findProviderMirror({ HOME: path('') }, [path('empty')])).rejects.toThrow(
      /no local mirror .*empty.*terraform providers mirror/,
    )
  })
})

describe('terraform', () => {
  const account = '111122223333'
  const cloud = useAws()
  const terraform = useTerraform(cloud)

  test('plans, applies to the test AWS, S3 Control too, and keeps its state from one plan to the next', async () => {
    const setting = 'resource "aws_s3_account_public_access_block" "this" {\n  block_public_acls = true\n}\n'
    const root = await terraform.root({ account, files: { 'main.tf': setting } })

    expect(await root.plan()).toMatchObject({ format_version: expect.stringMatching(/^1\./) })
    await root.apply()
    const { s3control } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(account))
    const { PublicAccessBlockConfiguration } = await s3control.send(
      new GetPublicAccessBlockCommand({ AccountId: account }),
    )
    expect(PublicAccessBlockConfiguration).toMatchObject({ BlockPublicAcls: true })
    expect([...(await root.applied()).keys()]).toEqual(['aws_s3_account_public_access_block.this'])

    await root.replace({ 'main.tf': '', 'versions.tf': REQUIRES_AWS })
    expect(await root.plan()).toMatchObject({ resource_changes: [{ change: { actions: ['delete'] } }] })
  }, 120_000)

  test('says what terraform said when it fails', async () => {
    const root = await terraform.root({ account, files: { 'main.tf': 'resource "aws_s3_bucket" "a" { no = 1 }\n' } })
    await expect(root.plan()).rejects.toThrow(/argument named "no" is not\s+expected/)
  }, 120_000)
})

const REQUIRES_AWS = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
