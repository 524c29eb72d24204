import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { PairCount, Result } from '#core/evaluation.ts'
import { fingerprint } from '#core/finding.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { saveEvaluation } from '#store/findings.ts'
import { digest64 } from '#store/digest.ts'
import { migrate } from '#store/migrate.ts'
import { createResultBuffer } from '#store/result-buffer.ts'
import { box, collectedScan, never, newTarget, pairs, silent, testPool, type TestTarget } from '#test/builders/store.ts'
import { startPostgres } from '#test/harness/postgres.ts'
import { report, rounded, sayFor } from './support/report.ts'

/*
 * What does it cost to save what a scan found? 20,000 findings with 0.8 KB of evidence each, on a Postgres that really
 * syncs: loaded for the first time, beside one autocommitted statement per finding (the same rows, the same changes);
 * then found again, 1 % of them with other evidence. Medians of five rounds, each for a target of its own.
 *
 *   node bench/store.ts          prints one JSON line, appends it to bench/results/store.jsonl
 *
 * Exit code 1: a bound is broken.
 */

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
const findings = 20_000
const singles = 2_000
const rounds = 5
const say = sayFor('store')
const bounds = { speedup: 15, rescanTimeRatio: 0.3, rescanWalRatio: 0.06 } as const

interface Cost {
  readonly ms: number
  readonly walBytes: number
}

const server = await startPostgres({ settings: { fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB' } })
const pool = testPool(server.url, 4)
try {
  await migrate(pool, { signal: never, log: silent })
  const measured: { first: Cost; rescan: Cost; single: Cost }[] = []
  say(`${rounds} rounds of ${findings} findings; about a minute and a half`)
  for (let n = 1; n <= rounds; n++) {
    say(`round ${n} of ${rounds}`)
    const target = await newTarget(pool)
    // No checkpoint in the middle of a round: after one, every page is logged whole.
    await pool.query('checkpoint')
    const first = await scan(
      target,
      found(target, () => false),
      findings,
    )
    const rescan = await scan(
      target,
      found(target, (n) => n % 100 === 0),
      0,
    )
    measured.push({ first, rescan, single: await oneByOne(await newTarget(pool)) })
  }
  const median = (of: (round: (typeof measured)[number]) => number): number =>
    measured.map(of).toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
  const firstMs = median(({ first }) => first.ms)
  const singleMs = (median(({ single }) => single.ms) / singles) * findings
  const result = {
    findings,
    firstLoadMs: rounded(firstMs, 1),
    firstLoadWalBytes: median(({ first }) => first.walBytes),
    singleRowMs: rounded(singleMs, 1),
    rescanMs: rounded(
      median(({ rescan }) => rescan.ms),
      1,
    ),
    rescanWalBytes: median(({ rescan }) => rescan.walBytes),
    speedup: rounded(singleMs / firstMs, 1),
    rescanTimeRatio: rounded(
      median(({ first, rescan }) => rescan.ms / first.ms),
      3,
    ),
    rescanWalRatio: rounded(
      median(({ first, rescan }) => rescan.walBytes / first.walBytes),
      3,
    ),
    bounds,
  }
  const ok =
    result.speedup >= bounds.speedup &&
    result.rescanTimeRatio <= bounds.rescanTimeRatio &&
    result.rescanWalRatio <= bounds.rescanWalRatio
  await report('store', { ...result, ok })
} finally {
  await pool.end()
  await server.stop()
}

/** What a scan finds: `isOther` says of which findings the evidence has changed. */
function found(target: TestTarget, isOther: (n: number) => boolean): readonly Result[] {
  return Array.from({ length: findings }, (_, n) => {
    const resource = box(
      `i-${String(n).padStart(17, '0')}`,
      {},
      { arn: `arn:aws:ec2:eu-west-1:${target.accountId}:instance/i-${n}` },
    )
    const checkId = 'test-box-locked'
    return {
      verdict: 'fail',
      checkId,
      severity: 'high',
      listedAt: resource.location,
      resource,
      fingerprint: fingerprint({ partition: 'aws', accountId: target.accountId, checkId, resource }),
      evidence: evidence(n, isOther(n)),
      missing: [],
    }
  })
}

function evidence(n: number, isOther: boolean): Result['evidence'] {
  const facts = Array.from({ length: 8 }, (_, field) => ({
    field: `ingress[${field}].cidr`,
    value: `10.${n % 256}.${field}.0/24 ${isOther ? 'other' : 'usual'} ${'x'.repeat(40)}`,
    basis: 'observed' as const,
  }))
  // What is judged has come as JSON: its strings are whole, not put together of pieces as here.
  return JSON.parse(JSON.stringify(facts))
}

/** Saves one evaluation: from results in memory to the commit. */
async function scan(target: TestTarget, results: readonly Result[], opened: number): Promise<Cost> {
  const taken = await collectedScan(pool, target)
  const counts: readonly PairCount[] = pairs()
  return measure(pool, async () => {
    await using buffer = await createResultBuffer(pool, { targetId: target.targetId, signal: never })
    for (let from = 0; from < results.length; from += 500) {
      await buffer.add(results.slice(from, from + 500))
      // As between the batches that evaluate reads: what is under way to the server gets on.
      await setImmediate()
    }
    const saved = await saveEvaluation(buffer, taken.lease, { scan: taken.scan, counts, signal: never })
    if (saved.kind !== 'ok' || saved.value.summary.opened !== opened)
      throw new Error(`not saved: ${JSON.stringify(saved)}`)
  })
}

/** The same rows as a plain program would write them: one statement, one commit each. */
async function oneByOne(target: TestTarget): Promise<Cost> {
  const results = found(target, () => false).slice(0, singles)
  const scanId = randomUUID()
  const connection = await pool.connect()
  try {
    return await measure(pool, async () => {
      for (const { resource, ...result } of results) {
        await connection.query(
          `with opened as (
             insert into findings (target_id, namespace, account_id, fingerprint, check_id, severity, type, resource_id,
               location, listed_at, arn, name, evidence, content_hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             on conflict (target_id, fingerprint) do nothing returning id
           )
           insert into finding_changes (target_id, namespace, finding_id, scan_id, change, check_id, severity)
           select $1, $2, id, $15, 'opened', $5, $6 from opened`,
          [
            target.targetId,
            target.namespace,
            target.accountId,
            result.fingerprint,
            result.checkId,
            result.severity,
            resource?.type,
            resource?.id,
            resource?.location,
            result.listedAt,
            resource?.arn,
            resource?.name,
            JSON.stringify(result.evidence),
            String(digest64(JSON.stringify(result.evidence))),
            scanId,
          ],
        )
      }
    })
  } finally {
    connection.release()
  }
}

async function measure(on: Pool, work: () => Promise<void>): Promise<Cost> {
  const position = async (): Promise<number> => {
    const { rows } = await on.query<{ at: string }>(`select pg_current_wal_insert_lsn() - '0/0' as at`)
    return Number(rows[0]?.at)
  }
  const before = await position()
  // What the bench made up is not collected at the expense of what it measures.
  collectGarbage()
  const start = performance.now()
  await work()
  return { ms: performance.now() - start, walBytes: (await position()) - before }
}
