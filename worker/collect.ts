import type { Check } from '#core/check.ts'
import { GLOBAL, type ResourceType } from '#core/resource.ts'
import type { Scan } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Collector } from '#resources/collector.ts'
import { finishJob } from '#store/job-ends.ts'
import { doneListings } from '#store/listings.ts'
import { msUntilDeadline } from '#store/scan-steps.ts'
import { enterAccount, failedToAsk, type AccountDoorDeps, type Inside } from './account-door.ts'
import { checksOf } from './checks-of.ts'
import { collectListing, type Listed } from './collect-listing.ts'
import { FINISHED, LOST, type Outcome } from './outcome.ts'
import { collectorsLeft, wantedTypes } from './wanted-collectors.ts'
import type { JobContext } from './work-on-message.ts'

export interface CollectDeps {
  readonly pool: Pool
  readonly door: AccountDoorDeps
  readonly catalogue: readonly Check[]
  readonly types: readonly ResourceType[]
  readonly collectors: readonly Collector[]
}

/** Collectors at once in one job. Each holds one page, so this bounds the memory of a job. */
const AT_ONCE = 4

/**
 * Lists what lives in one region, or globally: pages are saved as they arrive, the end of a listing is its checkpoint.
 * A job that comes back goes on with the listings that are missing. When AWS cannot be reached, what was listed stays
 * and the rest waits, as long as the scan has time for that.
 */
export async function collect(deps: CollectDeps, context: JobContext): Promise<Outcome> {
  const { pool } = deps
  const { job, scan, lease, signal, log } = context
  const { checks } = checksOf(deps.catalogue, scan.spec, log)
  const done = await doneListings(pool, lease, job.location)
  const left = collectorsLeft(deps.collectors, {
    location: job.location,
    wanted: wantedTypes(
      deps.types,
      checks.map(({ check }) => check),
      scan.spec,
    ),
    done: new Set(done.keys()),
  })
  const counters = { listings: 0, resources: 0, written: 0 }
  if (left.length > 0) {
    const entered = await enterAccount(deps.door, {
      scan,
      region: job.location === GLOBAL ? null : job.location,
      operations: left.flatMap(({ collector }) => collector.operations),
      signal,
      log,
    })
    if (entered.kind === 'outside') return entered.outcome
    const ended = await collectAll(deps, context, entered.inside, left, counters)
    if (ended !== undefined) return ended
  }
  const finished = await finishJob(pool, lease, { counters, signal })
  return finished.kind === 'ok' ? FINISHED : LOST
}

/** Runs collectors, a few at a time. Undefined: all were listed. */
async function collectAll(
  deps: CollectDeps,
  { job, scan, lease, signal, log }: JobContext,
  inside: Inside,
  left: ReturnType<typeof collectorsLeft>,
  counters: { listings: number; resources: number; written: number },
): Promise<Outcome | undefined> {
  // When one is lost or breaks, the others need not go on; the session ends with the last of them.
  const stop = new AbortController()
  const aws = { ...inside.aws, signal: AbortSignal.any([signal, stop.signal]) }
  let ended: Outcome | undefined
  const rest = left.values()
  const work = async (): Promise<void> => {
    for (const { collector, types } of rest) {
      if (ended?.kind === 'lost') return
      const mayTryAgain = await hasTimeLeft(deps.pool, scan)
      const listed: Listed = await collectListing(deps.pool, {
        aws,
        lease,
        location: job.location,
        collector,
        types,
        mayTryAgain,
      })
      switch (listed.kind) {
        case 'listed':
          counters.listings += types.length
          counters.resources += listed.resources
          counters.written += listed.written
          break
        case 'unreachable':
          log.warn({ operation: listed.failure.operation, code: listed.failure.code }, 'AWS could not be asked')
          ended ??= failedToAsk(listed.failure)
          break
        case 'lost':
          ended = LOST
          break
        default:
          listed satisfies never
      }
    }
  }
  try {
    const workers = Array.from({ length: AT_ONCE }, () =>
      work().catch((error: unknown) => {
        stop.abort(error)
        throw error
      }),
    )
    const settled = await Promise.allSettled(workers)
    const broken = settled.find((worker) => worker.status === 'rejected')
    if (broken !== undefined) throw stop.signal.aborted ? stop.signal.reason : broken.reason
    return ended
  } finally {
    inside.leave()
  }
}

/** Trying again later makes sense while the scan's deadline is further away than the pause. */
async function hasTimeLeft(pool: Pool, { id }: Scan): Promise<boolean> {
  return ((await msUntilDeadline(pool, id)) ?? Infinity) > LAST_CHANCE_MS
}

const LAST_CHANCE_MS = 120_000
