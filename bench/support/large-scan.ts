import { CHECKS } from '#checks/registry.ts'
import { GLOBAL } from '#core/resource.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import { finishJob } from '#store/job-ends.ts'
import { completeListing } from '#store/listings.ts'
import { savePage, SeenKeys } from '#store/resources.ts'
import { finishedPrepare, never, newScan, newTarget, take } from '#test/builders/store.ts'
import { LARGE_ACCOUNT, REGION } from './large-account.ts'
import { wholeScan } from './whole-scan.ts'

/** A scan that has everything but its judgement. */
export interface LargeScan {
  readonly scanId: string
  readonly resources: number
  /** Ends the last of its collect jobs: from here on a worker may judge it. */
  release(): Promise<void>
}

/**
 * Stores the large account as its collect jobs would, with the store's own functions; a replay of it would take AWS
 * calls of every service. Call it while no worker runs, or the worker takes the jobs. Takes half a minute.
 */
export async function storeLargeScan(pool: Pool): Promise<LargeScan> {
  const target = await newTarget(pool)
  const scanId = await newScan(pool, target, { spec: wholeScan(target.accountId) })
  await finishedPrepare(pool, target, scanId, [REGION])
  const leases = {
    region: (await take(pool, scanId, 'collect', REGION, HOLD_MS)).lease,
    global: (await take(pool, scanId, 'collect', GLOBAL, HOLD_MS)).lease,
  }
  const types = new Map(RESOURCE_TYPES.map((type) => [type.type, type]))
  let resources = 0
  for (const type of RESOURCE_TYPES) {
    const lease = leases[type.listed]
    const location = type.listed === 'global' ? GLOBAL : REGION
    const herd = LARGE_ACCOUNT.find((known) => known.type === type)
    const seen = new SeenKeys()
    for (let from = 0; from < (herd?.count ?? 0); from += PAGE) {
      const page = herd?.page(from, PAGE) ?? []
      for (const resource of page) seen.add(resource)
      await savePage(pool, lease, { resources: page, types, listedAt: location, signal: never })
    }
    resources += seen.size
    await completeListing(pool, lease, { type, location, end: { complete: true }, seen: seen.keys, signal: never })
  }
  await finishJob(pool, leases.global, { signal: never })
  return { scanId, resources, release: async () => void (await finishJob(pool, leases.region, { signal: never })) }
}

const PAGE = 1_000
const HOLD_MS = 3_600_000

/** Throws unless every check has judged all resources of its type: what was left out would look like a light evaluation. */
export async function assertAllJudged(pool: Pool, scanId: string): Promise<void> {
  const { rows } = await pool.query<{ check: string; judged: number }>(
    `select check_id as "check", sum(pass + fail + not_applicable)::int as judged from check_counts where scan_id = $1
     group by check_id`,
    [scanId],
  )
  const judged = new Map(rows.map((row) => [row.check, row.judged]))
  for (const check of CHECKS) {
    const stored = LARGE_ACCOUNT.find(({ type }) => type === check.on)?.count ?? 0
    if (judged.get(check.id) !== stored) {
      throw new Error(`${check.id} judged ${judged.get(check.id)} of ${stored} resources`)
    }
  }
}
