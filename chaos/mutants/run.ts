// `node chaos/mutants/run.ts [name…]`: builds each mutant in a copy of the sources, and lets the sample of crashes find
// it. Ends with 1 when one survives. Names may be parts of names.
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MUTANTS, type Mutant } from './mutants.ts'

const root = new URL('../../', import.meta.url).pathname
const SOURCES = ['checks', 'core', 'frameworks', 'operator', 'platform', 'queue', 'resources', 'scripts', 'store']
const MORE = ['worker', 'package.json']

/** A copy of the sources with the mutant in it, bundled. Throws when the text that it changes is not there once. */
async function build(mutant: Mutant): Promise<{ readonly folder: string; readonly dist: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-mutant-'))
  for (const name of [...SOURCES, ...MORE]) await cp(join(root, name), join(folder, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const file = join(folder, mutant.file)
  const [before, after, ...more] = (await readFile(file, 'utf8')).split(mutant.text)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${mutant.file} does not have the text of "${mutant.name}" once: bring the mutant up to date`)
  await writeFile(file, before + mutant.replacement + after)
  const { code, output } = await run([join(folder, 'scripts/bundle.ts')], folder)
  if (code !== 0) throw new Error(`"${mutant.name}" cannot be bundled: ${output}`)
  return { folder, dist: `${folder}/dist/` }
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

/** The case that caught it, or undefined when none did. */
async function caughtBy(mutant: Mutant): Promise<string | undefined> {
  const { folder, dist } = await build(mutant)
  try {
    const { output } = await run(['chaos/crash/main.ts', '--sample', '--stop-at-first', '--dist', dist], root)
    return /^broken: (.*)$/m.exec(output)?.[1]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const wanted = process.argv.slice(2)
const chosen = MUTANTS.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
if (chosen.length === 0)
  throw new Error(`there is no mutant of that name; there are: ${MUTANTS.map(({ name }) => name).join('; ')}`)
for (const mutant of chosen) {
  const caught = await caughtBy(mutant)
  process.stdout.write(
    `${caught === undefined ? 'SURVIVED' : 'caught  '}  ${mutant.name}${caught === undefined ? '' : `  by  ${caught}`}\n`,
  )
  if (caught === undefined) process.exitCode = 1
}
