import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundlePlan } from '../scripts/bundle-plan.ts'
import { planText } from '#test/builders/plan.ts'
import { findCheckov } from './support/checkov.ts'
import { report, rounded, sayFor } from './support/report.ts'

/*
 * How long does it take to judge a plan, and how much memory does the process need? 5,000 resources (some 15 MB) within 2
 * seconds and 300 MB; a plan of 50 MB within 600 MB; and four times the resources take no more than six times the time, so
 * that nothing grows with the square. Each plan has a process of its own, which runs three times; the best counts.
 *
 * And as people run it, the single file and its command: a small plan is answered within 0.25 s, the start of Node included
 * (the median of 15 runs; what Node takes alone stands beside it), and the 5,000 resources in a twentieth of what Checkov
 * takes for them, right before and after it. Where Checkov cannot be had the result says why.
 *
 *   node bench/plan.ts          prints one JSON line, appends it to bench/results/plan.jsonl
 *
 * Exit code 1: a bound is broken.
 */

const bounds = {
  seconds: 2,
  peakMb: 300,
  bigPeakMb: 600,
  timeOfFourfold: 6,
  startSeconds: 0.25,
  ofCheckov: 0.05,
} as const
const asked = 5_000
const fourfold = 20_000
const BIG_BYTES = 50_000_000
const STARTS = 15

interface Measured {
  readonly resources: number
  readonly results: number
  readonly readMs: number
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMb: number
}

const say = sayFor('plan')
const folder = await mkdtemp(join(tmpdir(), 'vedette-bench-plan-'))
try {
  const command = join(folder, 'vedette.mjs')
  await bundlePlan(pathToFileURL(command))
  const small = await measure('small', planText(1))
  const plan = await measure('5,000 resources', planText(asked))
  const more = await measure('20,000 resources', planText(fourfold))
  const perResource = planText(1_000).length / 1_000
  const big = await measure('50 MB', planText(Math.ceil(BIG_BYTES / perResource)))
  const start = await measureStart(command)
  const beside = await besideCheckov(command)
  // Of the work alone: a process takes its time to start.
  const timeOfFourfold = rounded(more.wallMs / plan.wallMs, 1)
  const figures = {
    small,
    plan,
    more,
    big,
    timeOfFourfold,
    start,
    beside,
    bounds,
    ok:
      plan.wallMs <= bounds.seconds * 1000 &&
      plan.peakMb <= bounds.peakMb &&
      big.peakMb <= bounds.bigPeakMb &&
      timeOfFourfold <= bounds.timeOfFourfold &&
      start.ms <= bounds.startSeconds * 1000 &&
      (beside.ratio === null || beside.ratio <= bounds.ofCheckov),
  }
  await report('plan', figures)
} finally {
  await rm(folder, { recursive: true })
}

/** The command on a small plan, and Node alone, by turns; the first of each warms the disk. */
async function measureStart(command: string): Promise<{ readonly ms: number; readonly nodeAloneMs: number }> {
  const file = join(folder, 'plan.json')
  await writeFile(file, planText(1))
  const runs = Array.from({ length: STARTS + 1 }, () => ({
    nodeAlone: timed(process.execPath, ['--eval', '0']),
    ours: timed(process.execPath, scanPlan(command, file)),
  })).slice(1)
  const start = {
    ms: Math.round(median(runs.map(({ ours }) => ours))),
    nodeAloneMs: Math.round(median(runs.map(({ nodeAlone }) => nodeAlone))),
  }
  say(`a small plan by the command: ${start.ms} ms, of which Node alone takes ${start.nodeAloneMs} ms`)
  return start
}

async function besideCheckov(command: string) {
  const file = join(folder, 'plan.json')
  await writeFile(file, planText(asked))
  const before = timed(process.execPath, scanPlan(command, file))
  const checkov = await findCheckov(say)
  if ('absent' in checkov) {
    say(`Checkov is not here: ${checkov.absent}`)
    return { ms: Math.round(before), checkovMs: null, ratio: null, absent: checkov.absent }
  }
  say('Checkov on 5,000 resources: a minute or more')
  const theirs = timed(checkov.command, checkov.args(file))
  const ours = (before + timed(process.execPath, scanPlan(command, file))) / 2
  const ratio = rounded(ours / theirs, 4)
  say(`5,000 resources by the command: ${Math.round(ours)} ms, by Checkov: ${Math.round(theirs)} ms (${ratio})`)
  return { ms: Math.round(ours), checkovMs: Math.round(theirs), ratio }
}

function scanPlan(command: string, file: string): readonly string[] {
  return [command, 'scan-plan', file, '--output', 'json']
}

/** Wall time of a process in ms. It may end with 1: something was found. */
function timed(command: string, args: readonly string[]): number {
  const started = performance.now()
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1_000_000_000, cwd: folder })
  const ms = performance.now() - started
  if (status !== 0 && status !== 1) throw new Error(`${command} ended with ${status}: ${stderr}`)
  return ms
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
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
