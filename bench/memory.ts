import { CHECKS } from '#checks/registry.ts'
import { GLOBAL } from '#core/resource.ts'
import type { Lease, ScanSpec } from '#core/scan.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import { finishJob } from '#store/job-ends.ts'
import { completeListing } from '#store/listings.ts'
import { savePage, SeenKeys } from '#store/resources.ts'
import { finishedPrepare, never, newScan, newTarget, take } from '#test/builders/store.ts'
import { startReplayProcess } from '#test/harness/aws/replay.ts'
import { LARGE_ACCOUNT } from './support/large-account.ts'
import { forgetPeak, peakMb, residentMb } from './support/peak.ts'
import { report, round, sayFor } from './support/report.ts'
import { startStage, type Stage } from './support/stage.ts'

/*
 * Does a worker's memory grow with the account? The worker that the image runs, with the image's flags, collects 2,000 and
 * then (another process) 20,000 instances of one region from generated pages, and evaluates 100,000 stored resources by
 * all checks. Peaks are the kernel's (VmHWM). Linux only; about two minutes.
 *
 *   node bench/memory.ts          prints one JSON line, appends it to bench/results/memory.jsonl
 *
 * Exit code 1: a bound is broken.
 */

const few = 2_000
const many = 20_000
const bounds = { peakMb: 256, growth: 1.15 } as const
const region = 'eu-central-1'
const say = sayFor('memory')
const checks: ScanSpec['checks'] = {
  include: CHECKS.map(({ id }) => id),
  exclude: [],
  minSeverity: null,
  parameters: [],
}

say('bundling the worker, starting Postgres and moto; two minutes in all')
const stage = await startStage()
try {
  const small = await collect(stage, few)
  const large = await collect(stage, many)
  const evaluated = await evaluate(stage)
  const growth = round(large.peakMb / small.peakMb, 3)
  const peak = Math.max(large.peakMb, evaluated.peakMb)
  await report('memory', {
    collect: [small, large],
    evaluate: evaluated,
    growth,
    bounds,
    ok: peak <= bounds.peakMb && growth <= bounds.growth,
  })
} finally {
  await stage.stop()
}

/** A whole scan by a fresh worker; its AWS is generated pages. */
async function collect({ pool, aws, startWorker, ended }: Stage, instances: number) {
  say(`a worker collects ${instances} instances`)
  const replay = await startReplayProcess({ regions: [region], instancesPerRegion: instances, sqsUrl: aws.url })
  const worker = await startWorker({ endpoint: replay.url })
  try {
    const readyMb = round(await residentMb(worker.pid), 0)
    const target = await newTarget(pool)
    const roleArn = `arn:aws:iam::${target.accountId}:role/VedetteScan`
    const scan = await ended(await newScan(pool, target, { spec: { roleArn, regions: [region], checks } }))
    const { rows } = await pool.query<{ stored: number }>(
      `select count(*)::int as stored from resources where target_id = $1 and type = 'AWS::EC2::Instance'`,
      [target.targetId],
    )
    if (rows[0]?.stored !== instances)
      throw new Error(`${rows[0]?.stored} instances are stored: ${JSON.stringify(scan)}`)
    return { instances, state: scan.state, readyMb, peakMb: round(await peakMb(worker.pid), 0) }
  } finally {
    await worker.stop()
    await replay.stop()
  }
}

/** The evaluate job of a fresh worker over an account that is stored already. */
async function evaluate({ pool, startWorker, ended }: Stage) {
  const target = await newTarget(pool)
  const scanId = await newScan(pool, target, { spec: { regions: [region], checks } })
  await finishedPrepare(pool, target, scanId, [region])
  const leases: Readonly<Record<'region' | 'global', Lease>> = {
    region: (await take(pool, scanId, 'collect', region, 3_600_000)).lease,
    global: (await take(pool, scanId, 'collect', GLOBAL, 3_600_000)).lease,
  }
  say('storing a large account')
  const resources = await store(stage, leases)
  await finishJob(pool, leases.global, { signal: never })
  const worker = await startWorker()
  try {
    const readyMb = round(await residentMb(worker.pid), 0)
    await forgetPeak(worker.pid)
    say(`a worker evaluates ${resources} resources`)
    await finishJob(pool, leases.region, { signal: never })
    const scan = await ended(scanId)
    const { rows } = await pool.query<{ seconds: number; judged: number }>(
      `select (select extract(epoch from finished_at - first_leased_at)::float8 from jobs where scan_id = $1 and kind = 'evaluate') as seconds,
         (select sum(pass + fail + unknown + not_applicable)::int from check_counts where scan_id = $1) as judged`,
      [scanId],
    )
    const { seconds = Number.NaN, judged = 0 } = rows[0] ?? {}
    if (scan.state !== 'Succeeded') throw new Error(`not evaluated: ${JSON.stringify(scan)}`)
    const opened = scan.summary?.opened
    return {
      resources,
      judged,
      opened,
      seconds: round(seconds, 1),
      readyMb,
      peakMb: round(await peakMb(worker.pid), 0),
    }
  } finally {
    await worker.stop()
  }
}

async function store({ pool }: Stage, leases: Readonly<Record<'region' | 'global', Lease>>): Promise<number> {
  const types = new Map(RESOURCE_TYPES.map((type) => [type.type, type]))
  let stored = 0
  for (const type of RESOURCE_TYPES) {
    const lease = leases[type.listed]
    const location = type.listed === 'global' ? GLOBAL : region
    const herd = LARGE_ACCOUNT.find((one) => one.type === type)
    const seen = new SeenKeys()
    for (let from = 0; from < (herd?.count ?? 0); from += 1000) {
      const size = Math.min(1000, (herd?.count ?? 0) - from)
      const page = Array.from({ length: size }, (_, n) => herd?.make(from + n)).filter((one) => one !== undefined)
      for (const resource of page) seen.add(resource)
      await savePage(pool, lease, { resources: page, types, listedAt: location, signal: never })
      stored += page.length
    }
    const end = { complete: true } as const
    await completeListing(pool, lease, { type, location, end, seen: seen.keys, signal: never })
  }
  return stored
}
