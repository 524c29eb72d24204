import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { runToEnd } from '#test/cli/vedette.ts'
import { bundlePlan } from '../scripts/bundle-plan.ts'

const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'
const repository = fileURLToPath(new URL('../', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'vedette-action-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const action = parse(readFileSync(join(repository, 'action.yml'), 'utf8'))
const guide = readFileSync(join(repository, 'docs/guide/plan-gate.md'), 'utf8')

/** The YAML under a heading of the guide. */
function snippet(heading: string): string {
  const [, yaml] = new RegExp(`## ${heading}\\n[\\s\\S]*?\`\`\`yaml\\n([\\s\\S]*?)\`\`\``).exec(guide) ?? []
  return yaml ?? expect.fail(`the guide has no YAML under ${heading}`)
}

/** What actionlint says of workflows in a repository that has our action at its root. */
async function lint(workflows: Readonly<Record<string, string>>): Promise<string> {
  const cwd = mkdtempSync(join(root, 'lint-'))
  mkdirSync(join(cwd, '.git'))
  mkdirSync(join(cwd, '.github/workflows'), { recursive: true })
  copyFileSync(join(repository, 'action.yml'), join(cwd, 'action.yml'))
  for (const [name, text] of Object.entries(workflows)) writeFileSync(join(cwd, '.github/workflows', name), text)
  const files = Object.keys(workflows).map((name) => join('.github/workflows', name))
  // Elsewhere than in a Go module, so that only its own versions count.
  const { code, stdout, stderr } = await runToEnd('go', ['run', ACTIONLINT, '-no-color', ...files], { cwd })
  return code === 0 ? '' : `${stdout}${stderr}`
}

describe('action.yml', () => {
  it('is used as the guide uses it: actionlint finds nothing', async () => {
    expect(await lint({ 'gate.yaml': snippet('GitHub').replace('OWNER/vedette@v0.1.0', './') })).toBe('')
  }, 240_000)

  it('has steps that are right by themselves: actionlint finds nothing', async () => {
    const inputs = Object.fromEntries(
      Object.entries<{ description: string; default?: string }>(action.inputs).map(([name, input]) => [
        name,
        { description: input.description, type: 'string', default: input.default ?? '' },
      ]),
    )
    const workflow = {
      on: { workflow_dispatch: { inputs } },
      jobs: { gate: { 'runs-on': 'ubuntu-latest', steps: action.runs.steps } },
    }
    expect(await lint({ 'steps.yaml': stringify(workflow) })).toBe('')
  }, 240_000)

  it('would be seen to misname an input', async () => {
    const wrong = snippet('GitHub').replace('OWNER/vedette@v0.1.0', './').replace('baseline:', 'basline:')
    expect(await lint({ 'gate.yaml': wrong })).toContain('input "basline" is not defined in action')
  }, 240_000)

  it('takes actions of others by commit only', () => {
    const used = action.runs.steps.flatMap(({ uses }: { uses?: string }) => uses ?? [])
    expect(used).toHaveLength(2)
    for (const name of used) expect(name).toMatch(/^[\w-]+(\/[\w-]+)+@[0-9a-f]{40}$/)
  })
})

describe('the step that judges', () => {
  const actionPath = join(root, 'action')
  const created = join(repository, 'terraform/testdata/created')
  beforeAll(async () => {
    mkdirSync(actionPath)
    cpSync(join(repository, 'action'), join(actionPath, 'action'), { recursive: true })
    await bundlePlan(pathToFileURL(join(actionPath, 'dist/vedette.mjs')))
  })

  /** Runs it as GitHub does: inputs become variables, outputs and summary are files. */
  async function judge(inputs: Readonly<Record<string, string>>) {
    const temporary = mkdtempSync(join(root, 'run-'))
    const [outputs, summary] = [join(temporary, 'outputs'), join(temporary, 'summary')]
    const step = action.runs.steps.find(({ id }: { id?: string }) => id === 'judge')
    const variables = Object.entries<string>(step.env).map(([name, expression]) => {
      const [, input = ''] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression) ?? expect.fail(expression)
      return [name, inputs[input] ?? action.inputs[input].default ?? '']
    })
    const ended = await runToEnd('bash', ['-c', step.run], {
      cwd: repository,
      env: {
        ...Object.fromEntries(variables),
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        GITHUB_ACTION_PATH: actionPath,
        GITHUB_OUTPUT: outputs,
        GITHUB_STEP_SUMMARY: summary,
        RUNNER_TEMP: temporary,
      },
    })
    const told = Object.fromEntries(
      readFileSync(outputs, 'utf8')
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    return { ...ended, told, summary: readFileSync(summary, 'utf8') }
  }

  it('succeeds whatever the gate says, and hands on the code, the summary and the SARIF with paths of the repository', async () => {
    const { code, stdout, told, summary } = await judge({ plan: join(created, 'plan.json'), source: created })

    expect({ code, told: told['exit-code'] }).toEqual({ code: 0, told: '1' })
    expect(stdout).toContain('s3-bucket-public')
    expect(summary).toContain('aws_s3_bucket.open')
    const sarif = readFileSync(told['sarif'] ?? '', 'utf8')
    expect(sarif).toContain('"terraform/testdata/created/main.tf"')
  })

  it('takes its inputs for what they are, not for options or shell', async () => {
    const { told } = await judge({
      plan: join(created, 'plan.json'),
      checks: 's3-bucket-versioning',
      'fail-on': '$(touch /tmp/never)',
    })
    expect(told['exit-code']).toBe('2')
    expect(existsSync('/tmp/never')).toBe(false)
  })

  it('says in the summary why a plan was not judged', async () => {
    const { code, told, summary } = await judge({ plan: 'package.json' })

    expect({ code, told: told['exit-code'], sarif: told['sarif'] }).toEqual({ code: 0, told: '3', sarif: '' })
    expect(summary).toContain('package.json is not judged')
  })
})

describe('the guide', () => {
  it.each(['GitLab CI', 'Atlantis'])('runs for %s a command that exists, with options that exist', async (heading) => {
    const command = /(?:vedette\.mjs) (scan-plan [^\n]*)/.exec(snippet(heading))?.[1] ?? expect.fail('no command')
    const args = command.replace('plan.json', '-').replace('--source infra', '').split(/\s+/)
    const cwd = mkdtempSync(join(root, 'guide-'))

    const { code, stderr } = await runToEnd(join(repository, 'bin/vedette'), args, { cwd, stdin: '{}' })

    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('empty object') })
  })
})
