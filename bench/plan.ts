import { spawnSync } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { planText } from '#test/builders/plan.ts'

/*
 * How long does it take to read and judge a plan, and how much memory does the process need? 5,000 resources (some 15 MB)
 * within 2 seconds and 300 MB; a plan of 50 MB within 600 MB; and four times the resources take no more than six times the
 * time, so that nothing grows with the square. Each plan has a process of its own, which runs three times; the best counts.
 *
 *   node bench/plan.ts          prints one JSON line, appends it to bench/results/plan.jsonl
 *
 * Exit code 1: a bound is broken.
 */

const bounds = { seconds: 2, peakMb: 300, bigPeakMb: 600, timeOfFourfold: 6 } as const
const asked = 5_000
const fourfold = 20_000
const BIG_BYTES = 50_000_000

interface Measured {
  readonly resources: number
  readonly results: number
  readonly readMs: number
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMb: number
}

const say = (line: string) => console.error(`bench plan: ${line}`)
const folder = await mkdtemp(join(tmpdir(), 'vedette-bench-plan-'))
try {
  const small = await measure('small', planText(1))
  const plan = await measure('5,000 resources', planText(asked))
  const more = await measure('20,000 resources', planText(fourfold))
  const perResource = planText(1_000).length / 1_000
  const big = await measure('50 MB', planText(Math.ceil(BIG_BYTES / perResource)))
  // Of the work alone: a process takes its time to start.
  const timeOfFourfold = Math.round((10 * more.wallMs) / plan.wallMs) / 10
  const result = {
    bench: 'plan',
    at: new Date().toISOString(),
    node: process.version,
    cores: availableParallelism(),
    load: Math.round(loadavg()[0] ?? 0),
    small,
    plan,
    more,
    big,
    timeOfFourfold,
    bounds,
    ok:
      plan.wallMs <= bounds.seconds * 1000 &&
      plan.peakMb <= bounds.peakMb &&
      big.peakMb <= bounds.bigPeakMb &&
      timeOfFourfold <= bounds.timeOfFourfold,
  }
  const line = JSON.stringify(result)
  console.log(line)
  const results = new URL('./results/', import.meta.url)
  await mkdir(results, { recursive: true })
  await appendFile(new URL('plan.jsonl', results), `${line}\n`)
  process.exitCode = result.ok ? 0 : 1
} finally {
  await rm(folder, { recursive: true })
}

/** The best of three runs; memory of the worst. */
async function measure(name: string, text: string): Promise<Measured & { readonly megabytes: number }> {
  const file = join(folder, 'plan.json')
  await writeFile(file, text)
  const runs = [1, 2, 3].map(() => run(file)).sort((a, b) => a.wallMs - b.wallMs)
  const [best] = runs
  if (best === undefined) throw new Error('nothing ran')
  const peakMb = Math.max(...runs.map((one) => one.peakMb))
  const megabytes = Math.round(text.length / 1e5) / 10
  say(`${name} (${megabytes} MB): ${best.resources} resources in ${best.wallMs} ms, ${peakMb} MB`)
  return { ...best, peakMb, megabytes }
}

function run(file: string): Measured {
  const path = new URL('./plan-process.ts', import.meta.url).pathname
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, file], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`it ended with ${status}: ${stderr}`)
  const measured: Measured = JSON.parse(stdout)
  return measured
}
