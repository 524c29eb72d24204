import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { personIn, PROD, seedAccount } from '#test/cli/cloud.ts'
import { vedette } from '#test/cli/vedette.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'

const cloud = useAws()
const folder = mkdtempSync(join(tmpdir(), 'vedette-explain-state-'))
let bucket = ''
let env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder }
const run = (...args: string[]) => vedette(args, { env, cwd: folder })

beforeAll(async () => {
  // Postgres runs as somebody else where this is root.
  chmodSync(folder, 0o711)
  bucket = (await seedAccount(cloud.aws, PROD)).bucket
  env = { ...env, ...(await personIn(cloud.aws, PROD)) }
  const scanned = await run('scan', '--services', 's3', '--state', 'state', '--quiet')
  expect(scanned.code, scanned.stderr).toBe(1)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('vedette explain --state', () => {
  it('explains a finding of the last scan from what it stored, without AWS', async () => {
    const { code, stdout, stderr } = await vedette(
      ['explain', `s3-bucket-public@arn:aws:s3:::${bucket}`, '--state', 'state'],
      { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder } },
    )

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('s3-bucket-public: fail, critical')
    expect(stdout).toContain(`account ${PROD}`)
    expect(stdout).toContain('(AWS said so)')
    expect(stdout).toContain('failsWhen')
  }, 60_000)

  it('takes no folder for a state that is none, and makes none', async () => {
    mkdirSync(join(folder, 'empty'))

    const { code, stderr } = await run('explain', 'x', '--state', 'empty')

    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('empty is no state folder') })
    expect(readdirSync(join(folder, 'empty'))).toEqual([])
  })

  it('asks where the finding is, once', async () => {
    expect(await run('explain', 'x')).toMatchObject({ code: 2 })
    expect(await run('explain', 'x', '--report', 'a', '--state', 'b')).toMatchObject({ code: 2 })
  })
})
