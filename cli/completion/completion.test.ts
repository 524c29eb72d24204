import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runToEnd, vedette } from '#test/cli/vedette.ts'
import { flagName } from '../option.ts'
import { VERBS } from '../registry.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-completion-'))
const script = join(folder, 'vedette.bash')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(async () => writeFileSync(script, (await vedette(['completion', 'bash'])).stdout))

/** What bash offers at the end of these words; it takes `--name=value` apart at the sign. */
async function offeredByBash(...words: string[]): Promise<readonly string[]> {
  const ask = `source '${script}'; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vedette; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { code, stdout, stderr } = await runToEnd('bash', ['-c', ask, 'bash', 'vedette', ...words], { cwd: folder })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.split('\n').filter((line) => line !== '')
}

describe('completion in bash', () => {
  it.each([
    ['verbs', ['compl'], ['completion']],
    ['the verbs of a family', ['checks', ''], ['list', 'show']],
    ['options', ['checks', 'list', '--min'], ['--min-severity']],
    ['the words of an option', ['checks', 'list', '--min-severity', ''], ['critical', 'high', 'medium', 'low']],
    ['the words of an option behind a sign', ['checks', 'list', '--min-severity', '=', 'me'], ['medium']],
    ['ids of checks', ['checks', 'show', 'iam-root-m'], ['iam-root-mfa']],
    ['the next id of a list', ['policy', '--checks', 's3-bucket-public,iam-root-m'], ['s3-bucket-public,iam-root-mfa']],
    ['formats by a short option', ['policy', '-o', 'cl'], ['cloudformation']],
    ['files', ['policy', '--config', 'vedette.b'], ['vedette.bash']],
    ['shells', ['completion', 'z'], ['zsh']],
    ['nothing where anything may stand', ['policy', '--role-name', ''], []],
  ])('offers %s', async (_, words, expected) => {
    expect(await offeredByBash(...words)).toEqual(expected)
  })
})

describe.each([
  ['bash', (name: string) => name],
  ['zsh', (name: string) => name],
  ['fish', (name: string) => `-l ${name.slice(2)} `],
])('the script for %s', (shell, written) => {
  it('knows every verb and each of its options', async () => {
    const { code, stdout } = await vedette(['completion', shell])

    expect(code).toBe(0)
    for (const { name, load } of VERBS) {
      for (const word of name.split(' ')) expect(stdout).toContain(word)
      for (const key of Object.keys((await load()).options)) expect(stdout).toContain(written(`--${flagName(key)}`))
    }
  })
})
