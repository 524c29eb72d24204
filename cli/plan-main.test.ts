import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runToEnd, vedette, type Ended } from '#test/cli/vedette.ts'
import { bundlePlan } from '../scripts/bundle-plan.ts'
import { packagesOf } from '../scripts/bundle.ts'

const testdata = fileURLToPath(new URL('../terraform/testdata', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'vedette-single-'))
const file = join(folder, 'vedette.mjs')
let packages: ReadonlySet<string>

beforeAll(async () => {
  const built = mkdtempSync(join(tmpdir(), 'vedette-built-'))
  packages = packagesOf(await bundlePlan(pathToFileURL(join(built, 'vedette.mjs'))))
  // Alone, in a folder from which no package can be found.
  copyFileSync(join(built, 'vedette.mjs'), file)
  rmSync(built, { recursive: true, force: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const single = (...args: string[]): Promise<Ended> =>
  runToEnd(process.execPath, [file, ...args], { cwd: folder, env: { PATH: '/usr/bin:/bin' } })

describe('the single file', () => {
  it('carries no AWS client, no database and no cluster, and nothing lies beside it', () => {
    expect([...packages].sort()).toEqual(['@tree-sitter-grammars/tree-sitter-hcl', 'web-tree-sitter', 'yaml', 'zod'])
    expect(readdirSync(folder)).toEqual(['vedette.mjs'])
  })

  it('judges a plan as the whole command does, with lines of the sources', async () => {
    const args = ['scan-plan', join(testdata, 'created/plan.json'), '--source', join(testdata, 'created'), '-o', 'json']

    const [one, whole] = await Promise.all([single(...args), vedette(args, { cwd: folder })])

    expect(one.code).toBe(1)
    const { results } = JSON.parse(one.stdout)
    expect(results).toEqual(JSON.parse(whole.stdout).results)
    expect(results[0].source).toMatchObject({ file: join(testdata, 'created/main.tf') })
  })

  it('has the verbs that ask nothing of AWS, and their help and completion', async () => {
    const [help, checks, policy, completion, scan] = await Promise.all([
      single('--help'),
      single('checks', 'list'),
      single('policy', '-o', 'cloudformation'),
      single('completion', 'bash'),
      single('scan'),
    ])
    expect([help.code, checks.code, policy.code, completion.code, scan.code]).toEqual([0, 0, 0, 0, 2])
    expect(completion.stdout).not.toContain('explain')
    expect(scan.stderr).toContain('there is no verb "scan"')
  })
})
