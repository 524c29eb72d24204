import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { runToEnd, VEDETTE, vedette } from '#test/cli/vedette.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('vedette', () => {
  it('works from any folder, and through a link', async () => {
    const link = join(folder, 'vedette')
    symlinkSync(VEDETTE, link)

    const ended = await runToEnd(link, ['--version'], { cwd: folder })

    expect(ended).toEqual({ code: 0, stdout: `vedette ${packageJson.version}\n`, stderr: '' })
  })

  it('runs on the Node of its own packages, whatever the machine has', async () => {
    const ended = await vedette(['--version'], { env: { PATH: '/usr/bin:/bin' } })
    expect(ended.code).toBe(0)
  })

  it('begins its help with what one can want, and ends it with the exit codes', async () => {
    const { code, stdout } = await vedette(['--help'])

    expect(code).toBe(0)
    expect(stdout.indexOf('vedette scan-plan')).toBeLessThan(stdout.indexOf('Verbs'))
    expect(stdout).toMatch(/Exit codes\n {2}0 .+\n {2}1 .+\n {2}2 .+\n {2}3 .+\n {2}4 /)
  })

  it('tells what it can do when it is called without a word, as wrong use', async () => {
    const { code, stdout, stderr } = await vedette([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('vedette checks list')
  })

  it.each([
    ['an unknown verb', ['chekcs', 'list'], 'there is no verb "chekcs": did you mean vedette checks?'],
    ['an unknown second word', ['checks', 'lits'], 'there is no verb "checks lits": did you mean vedette checks list?'],
    ['an option in the place of a verb', ['--checks', 'x'], 'a verb comes first, and "--checks" is none'],
    [
      'an unknown option',
      ['checks', 'list', '--min-severty', 'low'],
      'has no option --min-severty: did you mean --min-severity?',
    ],
    [
      'an unknown value',
      ['checks', 'list', '--min-severity', 'hihg'],
      '--min-severity does not take "hihg": did you mean high?',
    ],
    [
      'an unknown check',
      ['checks', 'show', 's3-bucket-pubic'],
      'there is no check "s3-bucket-pubic": did you mean s3-bucket-public?',
    ],
    [
      'an unknown framework',
      ['checks', 'list', '--framework', 'cis-aws-5'],
      '--framework does not take "cis-aws-5": did you mean cis-aws-5.0?',
    ],
    ['an option without its value', ['checks', 'list', '--checks'], '--checks takes ID,…, and nothing follows it'],
    ['a missing operand', ['checks', 'show'], 'checks show needs ID'],
  ])('answers %s with exit 2 and what comes nearest', async (_, args, message) => {
    const { code, stdout, stderr } = await vedette(args)

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })

  it('takes no harm when its reader leaves, and its exit code stays its own', async () => {
    // `true` has gone before the first line is written.
    const ended = await runToEnd('bash', ['-c', `set -o pipefail; '${VEDETTE}' checks list | true`])
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})
