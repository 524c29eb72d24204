import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { afterAll, describe, expect, it } from 'vitest'
import { vedette } from '#test/cli/vedette.ts'
import { chooseChecks } from './select.ts'
import { loadConfig, NO_CONFIG, parseConfig } from './config-file.ts'

const root = mkdtempSync(join(tmpdir(), 'vedette-config-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A tree of files below a folder of its own. */
function tree(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, name, path, '..'), { recursive: true })
    writeFileSync(join(root, name, path), text)
  }
  return join(root, name)
}

const GOOD = `
checks:
  exclude: [CKV_AWS_24]
  minSeverity: medium
  parameters:
    - { check: iam-user-access-key-rotation, name: keyMaxAgeDays, value: 60 }
thresholds: { failOn: medium, minCoverage: 50, strict: true }
exceptions:
  - checks: [s3-bucket-public]
    resources: ['arn:aws:s3:::website-*']
    reason: the website is public
    approvedBy: ada@example.com
    expiresAt: 2027-01-31
`

describe('parseConfig', () => {
  it('reads checks, thresholds and exceptions, and knows where an exception stands', () => {
    expect(parseConfig(GOOD, '.vedette.yaml')).toEqual({
      name: '.vedette.yaml',
      checks: {
        include: null,
        exclude: ['CKV_AWS_24'],
        minSeverity: 'medium',
        parameters: [{ check: 'iam-user-access-key-rotation', name: 'keyMaxAgeDays', value: '60' }],
      },
      thresholds: { failOn: 'medium', minCoverage: 50, strict: true },
      exceptions: [
        expect.objectContaining({
          checks: ['s3-bucket-public'],
          resources: ['arn:aws:s3:::website-*'],
          reason: 'the website is public',
          // The day itself still counts.
          expiresAt: new Date('2027-02-01T00:00:00Z'),
          from: '.vedette.yaml:9',
        }),
      ],
    })
  })

  it('takes an empty file for one that says nothing', () => {
    expect(parseConfig('# nothing yet\n', 'x')).toEqual({ ...NO_CONFIG, name: 'x' })
  })

  it.each([
    ['a misspelt key', 'tresholds: {}', 'c:1: tresholds: there is no such key: did you mean thresholds?'],
    [
      'a misspelt key inside',
      'checks:\n  exlude: [a]',
      'c:2: checks.exlude: there is no such key: did you mean exclude?',
    ],
    [
      'a key that is nothing like ours',
      'colour: red',
      'c:1: colour: there is no such key; there are checks, thresholds, exceptions',
    ],
    [
      'a word that is none',
      'thresholds:\n  failOn: hgih',
      'c:2: thresholds.failOn: takes critical, high, medium, low, not "hgih": did you mean high?',
    ],
    ['a number out of bounds', 'thresholds: { minCoverage: 101 }', 'minCoverage: takes a whole number from 0 to 100'],
    ['a text for a flag', 'thresholds: { strict: "no" }', 'strict: takes true or false'],
    ['a text for a list', 'checks: { include: a }', 'checks.include: takes a list'],
    [
      'an account as a number',
      'exceptions:\n  - checks: [a]\n    accounts: [111122223333]',
      'c:3: exceptions[0].accounts[0]: takes a text: put 111122223333 in quotes',
    ],
    [
      'an exception without a reason',
      'exceptions:\n  - checks: [a]\n    approvedBy: me',
      'c:2: exceptions[0].reason: is missing: say why the risk is accepted',
    ],
    [
      'an exception without an approver',
      'exceptions:\n  - checks: [a]\n    reason: so',
      'approvedBy: is missing: say who approved it',
    ],
    ['an exception for everything', 'exceptions:\n  - { reason: a, approvedBy: b }', 'name checks, resources or tags'],
    [
      'a misspelt expiry',
      'exceptions:\n  - { checks: [a], reason: a, approvedBy: b, expires: 2027-01-01 }',
      'expires: there is no such key: did you mean expiresAt?',
    ],
    [
      'a date that is none',
      'exceptions:\n  - { checks: [a], reason: a, approvedBy: b, expiresAt: 2027-02-30 }',
      'expiresAt: a date such as 2027-01-31',
    ],
    ['a key twice', 'checks: {}\nchecks: {}', 'c:2: this is no YAML: Map keys must be unique'],
    ['broken YAML', 'checks: [', 'c:1: this is no YAML:'],
    ['a list instead of keys', '- a', 'c:1: takes keys with values'],
    ['an alias that nobody defined', 'checks: *no', 'Unresolved alias'],
  ])('refuses %s by line and path, and says what to write', (_, text, message) => {
    expect(() => parseConfig(text, 'c')).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(message) }),
    )
  })

  it('names all mistakes at once, in the order in which they stand', () => {
    const text = 'a: 1\nthresholds:\n  failOn: x\nb: 2\n'
    expect(() => parseConfig(text, 'c')).toThrow(/^c:1: a: .*\nc:3: thresholds\.failOn: .*\nc:4: b: .*$/)
  })
})

describe('loadConfig', () => {
  it('finds the nearest file upwards', async () => {
    const folder = tree('upwards', { '.vedette.yaml': 'thresholds: { failOn: low }', 'a/b/x': '' })
    expect(await loadConfig(null, join(folder, 'a/b'))).toMatchObject({
      name: '../../.vedette.yaml',
      thresholds: { failOn: 'low' },
    })
  })

  it('does not look beyond the repository', async () => {
    const folder = tree('beyond', {
      '.vedette.yaml': 'thresholds: { failOn: low }',
      'repository/.git/HEAD': '',
      'repository/a/x': '',
    })
    expect(await loadConfig(null, join(folder, 'repository/a'))).toEqual(NO_CONFIG)
  })

  it('refuses a named file that is not there', async () => {
    await expect(loadConfig('nowhere.yaml', root)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('nowhere.yaml cannot be read'),
    })
  })
})

describe('a broken configuration', () => {
  it('ends the command with exit 2, whatever else it was asked', async () => {
    const cwd = tree('broken', { '.vedette.yaml': 'thresholds: { failOn: hgih }' })

    const { code, stdout, stderr } = await vedette(['checks', 'list'], { cwd })

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('.vedette.yaml:1: thresholds.failOn')
  })

  it('is no configuration whose checks do not exist', async () => {
    const cwd = tree('unknown', { '.vedette.yaml': 'checks: { include: [s3-bucket-pubic] }' })

    const { code, stderr } = await vedette(['checks', 'list'], { cwd })

    expect(code).toBe(2)
    expect(stderr).toContain(
      '.vedette.yaml: checks.include: there is no check "s3-bucket-pubic": did you mean s3-bucket-public?',
    )
  })
})

describe('the published schema', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../docs/reference/vedette-yaml.schema.json', import.meta.url), 'utf8'),
  )
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const accepts = ajv.compile(schema)

  it('accepts what the command accepts, and refuses what it refuses', () => {
    expect(accepts(parse(GOOD)), ajv.errorsText(accepts.errors)).toBe(true)
    for (const text of ['tresholds: {}', 'thresholds: { failOn: hgih }', 'exceptions: [{ checks: [a], reason: a }]']) {
      expect(accepts(parse(text)), text).toBe(false)
    }
  })
})

describe('the guide', () => {
  it('shows a configuration that the command accepts', () => {
    const guide = readFileSync(new URL('../docs/guide/vedette-yaml.md', import.meta.url), 'utf8')
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(guide) ?? []
    const config = parseConfig(yaml, 'guide')
    expect(config).toMatchObject({ thresholds: { failOn: 'medium' }, exceptions: [{ approvedBy: 'ada@example.com' }] })
    const values = {
      checks: [],
      excludeChecks: [],
      services: [],
      excludeServices: [],
      framework: [],
      minSeverity: null,
    }
    expect(() => chooseChecks({ ...values, param: [] }, config)).not.toThrow()
  })
})
