// Runs every bench of this folder, or those that are named: node bench/run.ts store throttle. Each measures ratios within
// one run, writes its figures to bench/results/<name>.jsonl and fails outside its bounds.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'

const folder = new URL('.', import.meta.url)
const known = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && name !== 'run.ts' && !name.endsWith('-process.ts'))
  .map((name) => name.replace(/\.ts$/, ''))
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`there is no bench ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}
mkdirSync(new URL('results/', folder), { recursive: true })

const outside: string[] = []
for (const name of asked.length > 0 ? asked : known) {
  console.log(`\n${name}`)
  const { status } = spawnSync(process.execPath, [new URL(`${name}.ts`, folder).pathname], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) outside.push(name)
  const results = new URL(`results/${name}.jsonl`, folder)
  const last = existsSync(results) ? readFileSync(results, 'utf8').trimEnd().split('\n').at(-1) : undefined
  console.log(
    `  ${status === 0 ? 'within its bounds' : 'OUTSIDE its bounds, or failed'}${last === undefined ? '' : `: ${last}`}`,
  )
}
console.log(outside.length === 0 ? '\nall within their bounds' : `\noutside their bounds: ${outside.join(', ')}`)
process.exitCode = outside.length === 0 ? 0 : 1
