import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import { vedette } from '#test/cli/vedette.ts'
import { ruleSource } from './rule-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-explain-'))
const report = join(folder, 'report.json')
let fingerprint = ''
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(async () => {
  const plan = fileURLToPath(new URL('../../terraform/testdata/modules/plan.json', import.meta.url))
  const { stdout } = await vedette(['scan-plan', plan, '-o', 'json', '--results', 'all'])
  writeFileSync(report, stdout)
  fingerprint = JSON.parse(stdout).results[0].fingerprint
})
const explain = (finding: string, from = report) => vedette(['explain', finding, '--report', from])

describe('vedette explain', () => {
  it('shows the values that decided, where they come from, and the rule as it is written', async () => {
    const { code, stdout } = await explain('s3-bucket-versioning@aws_s3_bucket.counted[0]')

    expect(code).toBe(0)
    expect(stdout).toContain('s3-bucket-versioning: fail, medium')
    expect(stdout).toContain("versioning.status = Off (not set: AWS's documented default)")
    expect(stdout).toMatch(/The rule \(checks\/s3\/s3-bucket-versioning\.ts:\d+\)\n {2}failsWhen: \(bucket\)/)
    expect(stdout).toContain('Fix in Terraform')
  })

  it('says of an unknown what could not be learnt', async () => {
    const { stdout } = await explain('s3-bucket-deny-http@module.b["a"].aws_s3_bucket.this')

    expect(stdout).toContain('s3-bucket-deny-http: unknown, medium')
    expect(stdout).toMatch(/What could not be learnt\n.*known after apply/)
  })

  it('takes the beginning of a fingerprint, an id of another tool, and standard input', async () => {
    const [whole, short, alias] = await Promise.all([
      explain(fingerprint),
      explain(fingerprint.slice(0, 8)),
      explain('CKV_AWS_21@aws_s3_bucket.counted[0]'),
    ])
    expect(short).toEqual({ ...whole, code: 0 })
    expect(alias.stdout).toContain('s3-bucket-versioning: fail')
  })

  it.each([
    ['a check with several results', 's3-bucket-versioning', 'has several results for s3-bucket-versioning:\n'],
    [
      'a name that is nearly right',
      's3-bucket-versioning@aws_s3_bucket.counte[0]',
      'did you mean s3-bucket-versioning@aws_s3_bucket.counted[0]?',
    ],
    ['something else', 'x@y', 'has no result x@y; it has\n'],
  ])('answers %s with exit 2 and what there is', async (_, finding, message) => {
    expect(await explain(finding)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) })
  })

  it('tells a report from what is none', async () => {
    expect(await explain('x', join(folder, 'nowhere.json'))).toMatchObject({ code: 3 })
    const { code, stderr } = await explain('x', fileURLToPath(new URL('../../package.json', import.meta.url)))
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('is no report of vedette') })
  })
})

describe('ruleSource', () => {
  it.each(CHECKS.map(({ id }) => id))('finds the rule of %s where it is written', async (id) => {
    const { lines } = await ruleSource(id)
    expect(lines.join('\n')).toMatch(/^(appliesWhen|failsWhen)\b[\s\S]*,$/)
    expect(lines.filter((line) => line.startsWith('failsWhen'))).toHaveLength(1)
  })
})
