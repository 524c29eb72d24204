import { newScan, newTarget } from '#test/builders/store.ts'
import { startReplayProcess } from '#test/harness/aws/replay.ts'
import type { RunningProcess } from '#test/harness/process.ts'
import { assertAllJudged, storeLargeScan, type LargeScan } from './support/large-scan.ts'
import { costOf, residentMb, type Cost } from './support/process-cost.ts'
import { report, rounded, sayFor } from './support/report.ts'
import { startStage, type EndedScan, type Stage } from './support/stage.ts'
import { wholeScan } from './support/whole-scan.ts'

/*
 * How much memory does a worker take? The product's bundle under the image's flags, a process of its own, scans an
 * account with 2,000 instances in its region, a fresh one an account with 20,000: pages of the size that AWS gives, from
 * the replay server, into a real Postgres. The same worker then judges 100,000 resources of every type that checks read.
 * Measured is the peak of what the kernel counts (RSS), from the start of each scan to its end.
 *
 *   node bench/memory.ts          prints one JSON line, appends it to bench/results/memory.jsonl
 *
 * Exit code 1: a bound is broken. Linux only: proc(5).
 */

const few = 2_000
const many = 20_000
const bounds = { peakMb: 256, flatRatio: 1.15 } as const

const say = sayFor('memory')

const stage = await startStage()
try {
  say('storing 100,000 resources, then two scans and an evaluation; two minutes on an idle machine')
  await report('memory', await measure(stage))
} finally {
  await stage.stop()
}

async function measure(stage: Stage) {
  const large = await storeLargeScan(stage.pool)
  const small = await inFreshWorker(stage, few, (worker) => collect(stage, worker, few))
  const [big, judging] = await inFreshWorker(stage, many, async (worker) => [
    await collect(stage, worker, many),
    await judge(stage, worker, large),
  ])
  const flatRatio = rounded(big.peakMb / small.peakMb, 3)
  const peaks = [small.peakMb, big.peakMb, judging.peakMb]
  return {
    idleMb: small.idleMb,
    collecting: [
      { instances: few, peakMb: small.peakMb, cpuSeconds: small.cpuSeconds },
      { instances: many, peakMb: big.peakMb, cpuSeconds: big.cpuSeconds },
    ],
    flatRatio,
    judging: { resources: large.resources, ...judging },
    bounds,
    ok: peaks.every((peak) => peak <= bounds.peakMb) && flatRatio <= bounds.flatRatio,
  }
}

/** A worker that has done nothing yet, before an AWS with so many instances, for as long as `work` takes. */
async function inFreshWorker<T>(
  { aws, startWorker }: Stage,
  instances: number,
  work: (worker: RunningProcess) => Promise<T>,
): Promise<T> {
  const replay = await startReplayProcess({ instancesPerRegion: instances, sqsUrl: aws.url })
  try {
    const worker = await startWorker({ endpoint: replay.url })
    const result = await work(worker)
    await worker.stop()
    return result
  } finally {
    await replay.stop()
  }
}

/** Scans the whole account: collects it, and judges it. */
async function collect({ pool, ended }: Stage, worker: RunningProcess, instances: number) {
  const idleMb = await residentMb(worker.pid)
  const target = await newTarget(pool)
  const cost = await costOf(worker.pid, async () => {
    const scanId = await newScan(pool, target, { spec: wholeScan(target.accountId) })
    assertSucceeded(await ended(scanId, worker))
  })
  const { rows } = await pool.query<{ stored: number }>(
    `select count(*)::int as stored from resources where target_id = $1 and type = 'AWS::EC2::Instance'`,
    [target.targetId],
  )
  if (rows[0]?.stored !== instances) throw new Error(`${rows[0]?.stored} of ${instances} instances were stored`)
  say(`${instances} instances: ${cost.peakMb} MB at most (${idleMb} MB idle), ${cost.cpuSeconds} s of CPU`)
  return { ...cost, idleMb }
}

async function judge({ pool, ended }: Stage, worker: RunningProcess, large: LargeScan): Promise<Cost> {
  const cost = await costOf(worker.pid, async () => {
    await large.release()
    assertSucceeded(await ended(large.scanId, worker))
  })
  await assertAllJudged(pool, large.scanId)
  say(`${large.resources} resources judged: ${cost.peakMb} MB at most, ${cost.cpuSeconds} s of CPU`)
  return cost
}

function assertSucceeded(scan: EndedScan): void {
  if (scan.state !== 'Succeeded') throw new Error(`the scan did not succeed: ${JSON.stringify(scan)}`)
}
