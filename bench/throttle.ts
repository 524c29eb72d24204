import type { Pool } from '#platform/postgres/pool.ts'
import { ensureTarget } from '#store/targets.ts'
import { never, newScan, type TestTarget } from '#test/builders/store.ts'
import { startReplayProcess, type Replay } from '#test/harness/aws/replay.ts'
import { report, rounded, sayFor } from './support/report.ts'
import { startStage, type Stage } from './support/stage.ts'
import { wholeScan } from './support/whole-scan.ts'

/*
 * Do 600 calls get through EC2's limit (100 at once, then 20 a second, per account, region and operation) without one
 * lost, hardly one throttled, and hardly later than the limit itself allows? SDK v3's own retries lose 439 of them.
 *
 * A real worker lists the instances of one account in small pages. A page needs the token of the one before, so one
 * listing alone has one call in flight; four namespaces watch the account, and their four jobs share what EC2 allows it,
 * in one process. Together they could make over 50 calls a second at this latency: the limit is what holds them.
 *
 *   node bench/throttle.ts          prints one JSON line, appends it to bench/results/throttle.jsonl
 *
 * Exit code 1: a bound is broken.
 */

const listings = 4
const pagesEach = 150
const perPage = 5
const calls = listings * pagesEach
const bucket = { capacity: 100, refillPerSecond: 20 }
const latencyMs = 50
const idealMs = ((calls - bucket.capacity) / bucket.refillPerSecond) * 1000
const bounds = { lost: 0, throttledShare: 0.01, wallRatio: 1.1 } as const
const accountId = '111122223333'
const operation = 'ec2:DescribeInstances'

const say = sayFor('throttle')

const stage = await startStage()
try {
  const instancesPerRegion = pagesEach * perPage
  const replay = await startReplayProcess({
    bucket,
    latencyMs,
    instancesPerRegion,
    pageLimit: perPage,
    sqsUrl: stage.aws.url,
  })
  try {
    say(`${calls} calls of ${listings} jobs; the limit allows ${idealMs / 1000} s at best, so about 35 s`)
    await report('throttle', await measure(stage, replay))
  } finally {
    await replay.stop()
  }
} finally {
  await stage.stop()
}

async function measure({ pool, startWorker, ended }: Stage, replay: Replay) {
  const worker = await startWorker({ endpoint: replay.url })
  const scans: string[] = []
  for (let n = 0; n < listings; n++) {
    scans.push(await newScan(pool, await watch(pool, `team-${n}`), { spec: instancesOnly() }))
  }
  for (const scanId of scans) await ended(scanId, worker)
  await worker.stop()

  const { operations, maxInFlight } = await replay.counts()
  const { calls: sent = 0, throttled = 0, spanMs: wallMs = 0 } = operations[operation] ?? {}
  const seen = await instancesSeen(pool, scans)
  // A call that is lost takes the instances of its page with it, and of all pages after it.
  const lost = calls - Math.floor(seen / perPage)
  const wallRatio = rounded(wallMs / idealMs, 3)
  const throttledShare = rounded(throttled / calls, 3)
  return {
    through: 'worker',
    calls,
    sent,
    throttled,
    throttledShare,
    lost,
    maxInFlight,
    wallMs,
    idealMs,
    wallRatio,
    bounds,
    ok: lost <= bounds.lost && throttledShare <= bounds.throttledShare && wallRatio <= bounds.wallRatio,
  }
}

/** A target in a namespace of its own, of the one account. */
async function watch(pool: Pool, namespace: string): Promise<TestTarget> {
  const target = { namespace, name: 'prod', uid: `target-of-${namespace}`, accountId }
  const made = await ensureTarget(pool, {
    ...target,
    namespaceUid: `uid-of-${namespace}`,
    partition: 'aws',
    signal: never,
  })
  if (made.kind !== 'ok') throw new Error(made.kind)
  return { ...target, targetId: made.targetId }
}

function instancesOnly() {
  const spec = wholeScan(accountId)
  const checks = { include: ['ec2-instance-imdsv2'], exclude: [], minSeverity: null, parameters: [] }
  return { ...spec, services: ['ec2'], checks }
}

/** Instances that are stored, of listings that are complete. */
async function instancesSeen(pool: Pool, scans: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ seen: number }>(
    `select count(*)::int as seen from listings l join resources r using (target_id, type)
     where l.scan_id = any($1::uuid[]) and l.type = 'AWS::EC2::Instance' and l.complete and r.gone_at is null`,
    [scans],
  )
  return rows[0]?.seen ?? 0
}
