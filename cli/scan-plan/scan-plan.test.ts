import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { FORMATS } from '#reports/registry.ts'
import { runToEnd, VEDETTE, vedette } from '#test/cli/vedette.ts'

const root = mkdtempSync(join(tmpdir(), 'vedette-scan-plan-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const plan = (name: string): string =>
  fileURLToPath(new URL(`../../terraform/testdata/${name}/plan.json`, import.meta.url))
const CREATED = plan('created')
const HALF = readFileSync(CREATED, 'utf8').slice(0, 20_000)
/** A folder of its own, with these files. */
function folder(name: string, files: Readonly<Record<string, string>> = {}): string {
  const path = join(root, name)
  mkdirSync(path, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text, { mode: 0o755 })
  return path
}

describe('the exit code', () => {
  it('is 0 where nothing is at or above the threshold, and the last line counts what is below', async () => {
    const { code, stdout } = await vedette(['scan-plan', CREATED, '--checks', 's3-bucket-versioning'])

    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n').at(-1)).toContain('2 below high')
  })

  it('is 1 for findings at or above the threshold', async () => {
    const { code, stdout } = await vedette(['scan-plan', CREATED, '--services', 's3'])

    expect(code).toBe(1)
    expect(stdout).toContain('aws_s3_bucket.open')
    expect(stdout).toMatch(/3 findings at or above high \(1 critical, 2 high\)/)
  })

  it.each([
    ['an unknown option', ['--fail-onn', 'low'], 'has no option --fail-onn: did you mean --fail-on?'],
    ['an unknown format', ['-o', 'jsno'], '--output does not take "jsno": did you mean json?'],
    [
      'an unknown check',
      ['--checks', 's3-bucket-pubic'],
      'there is no check "s3-bucket-pubic": did you mean s3-bucket-public?',
    ],
    [
      'a parameter that no check has',
      ['--param', 's3-bucket-public.days=1'],
      's3-bucket-public has no parameter "days"',
    ],
    [
      'a baseline that is not there',
      ['--baseline', 'nowhere.json'],
      'the baseline nowhere.json cannot be read: there is no such file',
    ],
    ['facts that are none', ['--facts', CREATED], 'The facts cannot be read'],
    ['a folder of sources that is none', ['--source', CREATED], '--source takes a folder'],
    [
      'a report that could not be written',
      ['-o', 'json', '--out', '/nowhere/report.json'],
      '/nowhere/report.json cannot be written',
    ],
    ['checks that no plan can answer', ['--checks', 'iam-root-mfa'], 'no plan can answer iam-root-mfa'],
  ])('is 2 for %s', async (_, args, message) => {
    const { code, stdout, stderr } = await vedette(['scan-plan', CREATED, ...args], { cwd: folder('wrong-use') })

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it.each([
    ['nothing', '', 'The file is empty'],
    ['an empty object', '{}', 'The file is an empty object'],
    ['half a plan', HALF, 'The file is cut off in the middle'],
    [
      'half a plan that ends behind a comma',
      HALF.slice(0, HALF.lastIndexOf(',') + 1),
      'The file is cut off in the middle',
    ],
    [
      'half a plan that ends behind a name',
      HALF.slice(0, HALF.lastIndexOf('":') + 1),
      'The file is cut off in the middle',
    ],
    ['a state', '{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x"}', "The file is Terraform's state"],
    ['an old format', '{"format_version":"0.1","planned_values":{}}', 'The plan is in format 0.1'],
    [
      'an errored plan',
      '{"format_version":"1.2","errored":true,"planned_values":{},"configuration":{}}',
      'Terraform met an error',
    ],
    ['something else', 'Hello', 'The file is not JSON'],
  ])('is 3 for %s, each with its own sentence', async (_, stdin, message) => {
    const { code, stdout, stderr } = await vedette(['scan-plan', '-'], { stdin })

    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('is 3 for a file that is not there', async () => {
    const { code, stderr } = await vedette(['scan-plan', 'nowhere.json'])
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'vedette: nowhere.json is not judged. It cannot be read: there is no such file.\n',
    })
  })

  it('is 3 where less can be judged than is asked for, or a strict gate meets an unknown', async () => {
    const modules = ['scan-plan', plan('modules'), '--checks', 's3-bucket-public']
    const [low, strict] = await Promise.all([
      vedette([...modules, '--min-coverage', '100']),
      vedette([...modules, '--strict', '--min-coverage', '0']),
    ])

    expect(low).toMatchObject({ code: 3, stdout: expect.stringContaining('Too little could be looked at') })
    expect(strict).toMatchObject({ code: 3, stdout: expect.stringContaining('a strict gate lets none of them pass') })
  })

  it('is 4 when it is interrupted, and nothing is left behind', async () => {
    // Whatever shows the plan interrupts the one who asked, as Ctrl-C would while it is at it.
    const path = folder('interrupting', { terraform: '#!/bin/sh\nkill -INT "$PPID"\nexec sleep 60\n' })
    const temporary = folder('temporary')
    const env = { ...process.env, PATH: `${path}${delimiter}${process.env['PATH']}`, TMPDIR: temporary }

    // A zip, as far as anybody looks before terraform does.
    const { code, stderr } = await vedette(['scan-plan', '-'], { env, stdin: 'PK\u0003\u0004' })

    expect({ code, stderr }).toEqual({ code: 4, stderr: 'vedette: interrupted\n' })
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe('vedette scan-plan', () => {
  it('reads standard input and a file alike', async () => {
    const [file, input] = await Promise.all([
      vedette(['scan-plan', CREATED, '-o', 'json', '--services', 's3']),
      vedette(['scan-plan', '-', '-o', 'json', '--services', 's3'], { stdin: readFileSync(CREATED, 'utf8') }),
    ])
    expect(JSON.parse(input.stdout).results).toEqual(JSON.parse(file.stdout).results)
    expect(input).toMatchObject({ code: 1, stderr: expect.stringMatching(/^3 findings at or above high .*\n$/) })
  })

  it('writes several formats at once, each where it was sent', async () => {
    const cwd = folder('formats')

    const { code, stdout, stderr } = await vedette(
      ['scan-plan', CREATED, '-o', 'table', '-o', 'json', '--out', 'report.json'],
      { cwd },
    )

    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toContain('SEVERITY')
    expect(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))).toHaveProperty('outcome.exitCode', 1)
    expect(readdirSync(cwd)).toEqual(['report.json'])
  })

  it('knows every format by the name of its file', async () => {
    const cwd = folder('every-format')
    const files = FORMATS.map(({ extension }) => `report.${extension}`)

    const { code, stdout, stderr } = await vedette(
      ['scan-plan', CREATED, ...files.flatMap((file) => ['--out', file])],
      { cwd },
    )

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^\d+ findings at or above high/)
    expect(readdirSync(cwd).sort()).toEqual(files.toSorted())
    for (const file of files) expect(readFileSync(join(cwd, file), 'utf8'), file).toContain('aws_s3_bucket.open')
  })

  it('adds passes and unknowns to the findings where all results are asked for', async () => {
    const statuses = async (...args: string[]): Promise<readonly string[]> => {
      const { stdout } = await vedette(['scan-plan', plan('modules'), '-o', 'json', ...args])
      return [...new Set<string>(JSON.parse(stdout).results.map(({ status }: { status: string }) => status))].sort()
    }
    expect(await statuses()).toEqual(['fail'])
    expect(await statuses('--results', 'all')).toEqual(['fail', 'pass', 'unknown'])
  })

  it('lets only what is new break the gate behind a baseline', async () => {
    const cwd = folder('baseline')
    const run = (...args: string[]) => vedette(['scan-plan', ...args, '--services', 's3'], { cwd })
    const written = await run(CREATED, '--write-baseline', 'known.json')
    const again = await run(CREATED, '--baseline', 'known.json')
    const more = await run(plan('modules'), '--baseline', 'known.json')

    expect(written).toMatchObject({ code: 0, stdout: expect.stringContaining('written to known.json') })
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('12 in the baseline') })
    expect(more.code).toBe(1)
  })

  it('takes thresholds, checks and exceptions from the configuration, and the command line wins', async () => {
    const exception = (expiresAt: string): string =>
      `exceptions:\n  - { checks: [s3_bucket_public_access], resources: ['aws_s3_bucket.open'], reason: public on purpose, approvedBy: ada, expiresAt: ${expiresAt} }\n`
    const cwd = folder('configured', {
      '.vedette.yaml': `checks: { include: [s3-bucket-public] }\n${exception('2999-01-01')}`,
      'expired.yaml': `checks: { include: [s3-bucket-public] }\n${exception('2020-01-01')}`,
      'low.yaml': 'thresholds: { failOn: low }\n',
    })
    const run = (...args: string[]) => vedette(['scan-plan', CREATED, ...args], { cwd })

    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('1 accepted') })
    expect(await run('--config', 'expired.yaml')).toMatchObject({ code: 1, stdout: expect.stringContaining('expired') })
    expect((await run('--config', 'low.yaml', '--checks', 's3-bucket-versioning')).code).toBe(1)
    expect((await run('--config', 'low.yaml', '--checks', 's3-bucket-versioning', '--fail-on', 'high')).code).toBe(0)
  })

  it('says which configuration it goes by where that lies in a folder above', async () => {
    const above = folder('above', { '.vedette.yaml': 'thresholds: { failOn: low }\n' })
    const cwd = folder('above/below')

    const found = await vedette(['scan-plan', CREATED], { cwd })
    const named = await vedette(['scan-plan', CREATED, '--config', join(above, '.vedette.yaml')], { cwd })

    expect(found.stdout).toContain('Configured by ../.vedette.yaml.')
    expect(named.stdout).not.toContain('Configured by')
  })

  it('tells file and line, and heeds what is accepted beside a resource, where it has the sources', async () => {
    const path = fileURLToPath(new URL('../../terraform/testdata/created', import.meta.url))
    const cwd = folder('sources')
    for (const name of readdirSync(path)) {
      const text = readFileSync(join(path, name), 'utf8')
      const skip = '# vedette:skip=s3-bucket-public:it is a website\n'
      writeFileSync(join(cwd, name), text.replace('resource "aws_s3_bucket" "open"', `${skip}$&`))
    }

    const { stdout } = await vedette(['scan-plan', 'plan.json', '-o', 'json', '--checks', 's3-bucket-public'], { cwd })

    const [result] = JSON.parse(stdout).results
    expect(result).toMatchObject({
      address: 'aws_s3_bucket.open',
      source: { file: 'main.tf' },
      countsAs: 'accepted',
      accepted: { reason: 'it is a website' },
    })
  })
})

describe('a binary plan', () => {
  it('is shown by terraform, from a file and from standard input', async () => {
    const cwd = folder('binary', { 'main.tf': 'resource "terraform_data" "nothing" {}\n' })
    const made = await runToEnd(
      'bash',
      ['-c', 'terraform init -no-color && terraform plan -no-color -out plan.tfplan'],
      { cwd },
    )
    expect(made.code, made.stderr).toBe(0)

    expect(await vedette(['scan-plan', 'plan.tfplan'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing was judged'),
    })
    const piped = await runToEnd('bash', ['-c', `'${VEDETTE}' scan-plan - < plan.tfplan`], { cwd })
    expect(piped.code, piped.stderr).toBe(0)
  })

  it('ends in exit 3 where nothing can show it, and says what to run instead', async () => {
    const cwd = folder('unshown', { 'plan.tfplan': 'PK\u0003\u0004' })

    const { code, stderr } = await vedette(['scan-plan', 'plan.tfplan'], { cwd, env: { PATH: '/bin' } })

    expect(code).toBe(3)
    expect(stderr).toContain('neither terraform nor tofu is on the PATH')
    expect(stderr).toContain('terraform show -json PLANFILE > plan.json')
  })

  it('ends in exit 3 with what terraform and tofu said, each tried once', async () => {
    const script = (says: string): string => `#!/bin/sh\necho '${says}' >&2\nexit 1\n`
    const path = folder('complaining', { terraform: script('no such version'), tofu: script('no such provider') })
    const cwd = folder('complained', { 'plan.tfplan': 'PK\u0003\u0004' })

    const { code, stderr } = await vedette(['scan-plan', 'plan.tfplan'], { cwd, env: { PATH: `${path}:/bin` } })

    expect(code).toBe(3)
    expect(stderr).toContain('terraform show: no such version\ntofu show: no such provider\n')
    expect(stderr).toContain('--source names another folder')
  })
})
