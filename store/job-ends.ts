import type { JobKind, Lease, NewGap } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { replaceGaps } from './gaps.ts'
import { underLease, type UnderLease } from './lease.ts'
import { notifyScans } from './notify.ts'
import { endScan, insertJobs } from './scan-steps.ts'

/** Why a job failed: a word for machines, a sentence for people. */
export interface JobFailure {
  readonly reason: string
  readonly message: string
}

/** What a job is failed with whose workers died. */
export function attemptsExhausted(attempts: number): JobFailure {
  return {
    reason: 'AttemptsExhausted',
    message: `${attempts} workers ended without a word while they were at it; see the log of the workers, memory first.`,
  }
}

/** What a prepare job found out. */
export interface PrepareOutcome {
  /** As STS says it. */
  readonly accountId: string
  readonly identityArn: string
  readonly regions: readonly string[]
  readonly regionsLeftOut: readonly { readonly region: string; readonly reason: string }[]
  /** What could not be probed. */
  readonly gaps: readonly NewGap[]
  readonly signal: AbortSignal
}

/**
 * Ends a prepare job: the identity is proven for this generation, and each region and `global` gets its collect job.
 * Throws when the account is not the target's: nothing may be written for another one.
 */
export async function finishPrepare(pool: Pool, lease: Lease, outcome: PrepareOutcome): Promise<UnderLease<void>> {
  const { accountId, identityArn, regions, regionsLeftOut } = outcome
  return underLease(pool, lease, outcome.signal, async (tx) => {
    const locations = ['global', ...regions]
    const scan = await tx.query(
      `update scans set prepared = $2, open_jobs = $3 where id = $1 and state = 'Running' and open_jobs = 1`,
      [lease.scanId, JSON.stringify({ identityArn, regions, regionsLeftOut }), locations.length],
    )
    if (scan.rowCount === 0) throw new Error(`scan ${lease.scanId} is not at its prepare job any more`)
    const proven = await tx.query(
      `update targets t set proven_generation = greatest(t.proven_generation, s.generation), proven_at = now(),
         identity_arn = $3, refusal = null
       from scans s where s.id = $2 and t.id = s.target_id and t.account_id = $1`,
      [accountId, lease.scanId, identityArn],
    )
    if (proven.rowCount === 0) throw new Error(`the role opens account ${accountId}, which is not the target's`)
    await replaceGaps(tx, {
      targetId: lease.targetId,
      source: 'prepare',
      gaps: [
        ...outcome.gaps,
        // A region that is closed to us is enabled all the same, and has said why.
        ...(await disabledRegions(tx, lease, [...regions, ...outcome.gaps.map(({ location }) => location)])),
      ],
    })
    await insertJobs(tx, { scanId: lease.scanId, targetId: lease.targetId, kind: 'collect', locations })
    await closeJob(tx, lease.jobId, 'Succeeded')
    await notifyScans(tx, [lease.scanId])
  })
}

/** Regions that were looked at once and cannot be now: what was found there stays, and this says so. */
async function disabledRegions(tx: Sql, lease: Lease, regions: readonly string[]): Promise<readonly NewGap[]> {
  const { rows } = await tx.query<{ location: string }>(
    `select distinct f.listed_at as location from findings f join scans s on s.id = $2
     where f.target_id = $1 and f.state = 'open' and f.listed_at <> 'global' and f.listed_at <> all($3::text[])
       and (s.spec -> 'regions' = 'null' or s.spec -> 'regions' ? f.listed_at)
       and not coalesce(s.spec -> 'regionsExcluded' ? f.listed_at, false)`,
    [lease.targetId, lease.scanId, regions],
  )
  return rows.map(({ location }) => ({
    service: 'ec2',
    operation: 'ec2:DescribeRegions',
    location,
    reason: {
      kind: 'not_collected',
      detail: 'the region is not enabled any more; findings that were open there are kept as they were',
    },
  }))
}

/** Ends a collect job. Whoever ends the last one puts `evaluate` on its way. `counters` are for reports. */
export async function finishJob(
  pool: Pool,
  lease: Lease,
  of: { readonly counters?: Readonly<Record<string, number>>; readonly signal: AbortSignal },
): Promise<UnderLease<void>> {
  return underLease(pool, lease, of.signal, async (tx) => {
    const job = await closeJob(tx, lease.jobId, 'Succeeded', undefined, of.counters)
    if (job.kind !== 'collect') throw new Error(`a ${job.kind} job ends with what it found, not by finishJob`)
    await replaceGaps(tx, { targetId: lease.targetId, source: 'job', location: job.location, gaps: [] })
    await countDown(tx, lease.scanId, lease.targetId)
  })
}

/**
 * Fails a job for good. A region that failed is partial coverage, and the others go on; a failed `prepare` or
 * `evaluate` fails the scan, and the refusal of a prepare is kept with the target.
 */
export async function failJob(
  pool: Pool,
  lease: Lease,
  failure: JobFailure & { readonly signal: AbortSignal },
): Promise<UnderLease<void>> {
  return underLease(pool, lease, failure.signal, async (tx) => {
    const { rows } = await tx.query<OpenJob>('select id, scan_id, target_id, kind, location from jobs where id = $1', [
      lease.jobId,
    ])
    for (const job of rows) await failOpenJob(tx, job, failure)
  })
}

export interface OpenJob {
  readonly id: string
  readonly scan_id: string
  readonly target_id: string
  readonly kind: JobKind
  readonly location: string
}

/** The same for whoever has locked a job that is open and belongs to nobody. */
export async function failOpenJob(tx: Sql, job: OpenJob, { reason, message }: JobFailure): Promise<void> {
  await closeJob(tx, job.id, 'Failed', { reason, message })
  if (job.kind === 'collect') {
    const gap: NewGap = {
      service: '',
      operation: 'collect',
      location: job.location,
      reason: { kind: 'not_collected', detail: `${reason}: ${message}` },
    }
    await replaceGaps(tx, { targetId: job.target_id, source: 'job', location: job.location, gaps: [gap] })
    await countDown(tx, job.scan_id, job.target_id)
    return
  }
  if (job.kind === 'prepare') await refuse(tx, job.scan_id, { reason, message })
  await endScan(tx, { scanId: job.scan_id, state: 'Failed', reason, message })
}

async function refuse(tx: Sql, scanId: string, { reason, message }: JobFailure): Promise<void> {
  await tx.query(
    `update targets t set refusal = jsonb_build_object(
       'reason', $2::text, 'message', $3::text, 'generation', s.generation,
       'failures', coalesce((t.refusal ->> 'failures')::int, 0) + 1,
       'firstAt', coalesce(t.refusal -> 'firstAt', to_jsonb(now())), 'lastAt', now())
     from scans s where s.id = $1 and t.id = s.target_id`,
    [scanId, reason, message],
  )
}

/**
 * Gives a job back, to be taken up in `seconds`: for throttling, an outage, a shutdown. Costs no attempt. The message
 * is to be deleted afterwards; the outbox sends another one.
 */
export async function delayJob(
  pool: Pool,
  lease: Lease,
  of: { readonly seconds: number; readonly reason: string; readonly signal: AbortSignal },
): Promise<UnderLease<void>> {
  return underLease(pool, lease, of.signal, async (tx) => {
    await tx.query(
      `update jobs set state = 'Queued', lease_until = null, worker = null, delays = delays + 1, reason = $2 where id = $1`,
      [lease.jobId, of.reason],
    )
    await tx.query(
      'update outbox set sent_at = null, available_at = clock_timestamp() + make_interval(secs => $2) where job_id = $1',
      [lease.jobId, of.seconds],
    )
  })
}

/** Gives a job back at once, for another worker. */
export async function releaseJob(
  pool: Pool,
  lease: Lease,
  of: { readonly signal: AbortSignal },
): Promise<UnderLease<void>> {
  return delayJob(pool, lease, { seconds: 0, reason: 'Released', signal: of.signal })
}

/** For the transaction that ends an `evaluate` job. */
export async function closeJob(
  tx: Sql,
  jobId: string,
  state: 'Succeeded' | 'Failed',
  failure?: JobFailure,
  counters?: Readonly<Record<string, number>>,
): Promise<Pick<OpenJob, 'kind' | 'location'>> {
  const { rows } = await tx.query<Pick<OpenJob, 'kind' | 'location'>>(
    `update jobs set state = $2, reason = $3, message = $4, counters = $5, lease_until = null, finished_at = now(),
       lease_epoch = lease_epoch + 1
     where id = $1 returning kind, location`,
    [
      jobId,
      state,
      failure?.reason ?? null,
      failure?.message ?? null,
      counters === undefined ? null : JSON.stringify(counters),
    ],
  )
  await tx.query('delete from outbox where job_id = $1', [jobId])
  const row = rows[0]
  if (row === undefined) throw new Error(`job ${jobId} is gone`)
  return row
}

/**
 * One collect job less. The row's lock makes finishers wait for each other, so exactly one of them brings it to 0:
 * counting open jobs instead, two that end at once would each see the other's.
 */
async function countDown(tx: Sql, scanId: string, targetId: string): Promise<void> {
  const { rows } = await tx.query<{ open_jobs: number }>(
    `update scans set open_jobs = open_jobs - 1 where id = $1 and state = 'Running' returning open_jobs`,
    [scanId],
  )
  if (rows[0]?.open_jobs === 0) {
    await tx.query('update scans set open_jobs = 1 where id = $1', [scanId])
    await insertJobs(tx, { scanId, targetId, kind: 'evaluate', locations: [''] })
  }
  await notifyScans(tx, [scanId])
}
