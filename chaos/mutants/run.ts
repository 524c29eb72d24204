// `node chaos/mutants/run.ts [name…]`: builds each mutant in a copy of the sources, and lets the sample of crashes find
// it, after it has found nothing in the sources as they are. Ends with 1 when one survives, with 2 when the bench fails.
// Names may be parts of names.
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MUTANTS, type Edit, type Mutant } from './mutants.ts'

const root = new URL('../../', import.meta.url).pathname
const SOURCES = ['checks', 'core', 'frameworks', 'operator', 'platform', 'queue', 'resources', 'scripts', 'store']
const MORE = ['worker', 'package.json']

/** A copy of the sources with the mutant in it, bundled. Throws when a text that it changes is not there once. */
async function build(mutant: Mutant): Promise<{ readonly folder: string; readonly dist: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-mutant-'))
  for (const name of [...SOURCES, ...MORE]) await cp(join(root, name), join(folder, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const edit of mutant.edits) await change(folder, edit)
  const { code, output } = await run([join(folder, 'scripts/bundle.ts')], folder)
  if (code !== 0) throw new Error(`"${mutant.name}" cannot be bundled: ${output}`)
  return { folder, dist: `${folder}/dist/` }
}

async function change(folder: string, { file, text, replacement }: Edit): Promise<void> {
  const path = join(folder, file)
  const [before, after, ...more] = (await readFile(path, 'utf8')).split(text)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} does not have this text once, bring the mutant up to date: ${text}`)
  await writeFile(path, before + replacement + after)
}

function run(args: readonly string[], cwd: string): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** What the bench found broken first; undefined: nothing. Throws when the bench itself did not come to an end. */
async function firstBroken(args: readonly string[]): Promise<string | undefined> {
  const { code, output } = await run(['chaos/crash/main.ts', '--stop-at-first', ...args], root)
  if (code === 0) return undefined
  const broken = /^broken: (.*)$/m.exec(output)?.[1]
  if (code !== 1 || broken === undefined) throw new Error(`the bench ended with ${code}:\n${output}`)
  return broken
}

/** The case that caught it, or undefined when none did. */
async function caughtBy(mutant: Mutant): Promise<string | undefined> {
  const { folder, dist } = await build(mutant)
  try {
    return await firstBroken(['--sample', '--first', mutant.likely, '--dist', dist])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function main(wanted: readonly string[]): Promise<number> {
  const chosen = MUTANTS.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  if (chosen.length === 0)
    throw new Error(`there is no mutant of that name; there are: ${MUTANTS.map(({ name }) => name).join('; ')}`)
  const cases = [...new Set(chosen.map(({ likely }) => likely))]
  const atFault = await firstBroken(cases.flatMap((name) => ['--case', name]))
  if (atFault !== undefined) throw new Error(`without a mutant this is broken already: ${atFault}`)
  process.stdout.write(`clean     ${cases.length} cases without a mutant\n`)
  let survived = 0
  for (const mutant of chosen) {
    const caught = await caughtBy(mutant)
    if (caught === undefined) survived++
    process.stdout.write(
      caught === undefined ? `SURVIVED  ${mutant.name}\n` : `caught    ${mutant.name}  by  ${caught}\n`,
    )
  }
  return survived === 0 ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(error)
  process.exitCode = 2
}
