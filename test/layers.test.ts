import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Lints a small tree under the project's own rules and says which rules were broken. */
function lint(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-layers-'))
  folders.push(folder)
  for (const name of ['.oxlintrc.json', 'package.json', 'tsconfig.json']) cpSync(join(root, name), join(folder, name))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--format=json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const { diagnostics }: { diagnostics: readonly { code: string; filename: string }[] } = JSON.parse(stdout || stderr)
  return diagnostics.map(({ code, filename }) => `${filename}: ${code}`)
}

const value = 'export const value: number = 1\n'
const importing = (from: string): string => `import { value } from '${from}'\n\nexport const copy: number = value\n`
const REFUSED = 'eslint(no-restricted-imports)'

describe('layers', () => {
  it.each([
    ['core', '#platform/x.ts'],
    ['core', '@aws-sdk/client-sts'],
    ['checks/s3', '#store/x.ts'],
    ['checks/s3', '#resources/s3/bucket.collect.ts'],
    ['checks/s3', '#core/truth.ts'],
    ['checks/s3', '#core/field.ts'],
    ['resources/s3', '@aws-sdk/client-s3'],
    ['platform/aws', '#store/x.ts'],
    ['store', '#worker/x.ts'],
    ['queue', '#checks/registry.ts'],
    ['worker', '#operator/x.ts'],
    ['worker', '#platform/kube/client.ts'],
    ['worker', '@kubernetes/client-node'],
    ['operator', '#worker/x.ts'],
    ['operator', '@aws-sdk/client-ec2'],
    ['operator', '#resources/s3/bucket.collect.ts'],
    ['worker', '#cli/x.ts'],
    ['reports', '#terraform/x.ts'],
    ['reports', 'node:fs'],
    ['terraform', '#checks/registry.ts'],
    ['terraform', '#resources/s3/bucket.collect.ts'],
    ['cli', '#operator/x.ts'],
    ['cli', '@kubernetes/client-node'],
  ])('refuses %s importing %s', (folder, from) => {
    expect(lint({ [`${folder}/file.ts`]: importing(from) })).toEqual([`${folder}/file.ts: ${REFUSED}`])
  })

  it.each([
    ['operator', '#store/x.ts'],
    ['worker', '#resources/s3/bucket.collect.ts'],
    ['checks/s3', '#core/check.ts'],
    ['resources/s3', '#core/x.ts'],
    ['terraform', '#resources/s3/bucket.ts'],
    ['cli', '#worker/x.ts'],
  ])('lets %s import %s', (folder, from) => {
    expect(lint({ [`${folder}/file.ts`]: importing(from) })).toEqual([])
  })

  it('refuses a cycle', () => {
    const broken = lint({ 'core/a.ts': `export * from './b.ts'\n`, 'core/b.ts': `export * from './a.ts'\n${value}` })
    expect(broken).toContain('core/a.ts: import(no-cycle)')
  })
})
