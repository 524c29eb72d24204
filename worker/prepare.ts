import type { Check } from '#core/check.ts'
import type { Failure } from '#core/aws-call.ts'
import type { ResourceType } from '#core/resource.ts'
import type { NewGap, Scan } from '#core/scan.ts'
import { surveyRegions, type Refused, type RegionLeftOut } from '#platform/aws/regions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { finishPrepare } from '#store/job-ends.ts'
import { completeListing } from '#store/listings.ts'
import { isIdentityProven } from '#store/proven-identity.ts'
import { enterAccount, failedToAsk, refuseOpenRole, type AccountDoorDeps, type Inside } from './account-door.ts'
import { checksOf } from './checks-of.ts'
import { FINISHED, LOST, type Outcome } from './outcome.ts'
import { wantedTypes } from './wanted-collectors.ts'
import type { JobContext } from './work-on-message.ts'

export interface PrepareDeps {
  readonly pool: Pool
  readonly door: AccountDoorDeps
  readonly catalogue: readonly Check[]
  readonly types: readonly ResourceType[]
}

/**
 * Proves that the role opens the right account and only to us, finds out which regions can be looked at, and puts a
 * collect job for each on its way. Nothing is written before the identity is proven.
 */
export async function prepare(deps: PrepareDeps, context: JobContext): Promise<Outcome> {
  const { scan, signal, log } = context
  const visit = { scan, region: null, operations: [], signal, log }
  const entered = await enterAccount(deps.door, visit)
  if (entered.kind === 'outside') return entered.outcome
  const { inside } = entered
  try {
    // Once per generation: a role that refused us without its ExternalId then is not asked at every scan.
    const isProven = await isIdentityProven(deps.pool, scan)
    const refusal = isProven ? undefined : await refuseOpenRole(deps.door, visit)
    return refusal ?? (await plan(deps, context, inside))
  } finally {
    inside.leave()
  }
}

async function plan(
  deps: PrepareDeps,
  { scan, lease, signal, log }: JobContext,
  { aws, identityArn }: Inside,
): Promise<Outcome> {
  const surveyed = await surveyRegions(aws, {
    wanted: scan.spec.regions,
    unwanted: scan.spec.regionsExcluded ?? [],
    ownRegion: deps.door.region,
  })
  const { refused } = surveyed
  if (refused.length > 0) {
    const regions = refused.map(({ region, failure: { code } }) => ({ region, code }))
    log.warn({ regions }, 'regions that did not list the regions of the account')
  }
  if (!surveyed.ok) return regionsNotListed(surveyed.failure, refused)
  const { usable, leftOut } = surveyed.value
  const away = leftOut.find(({ why, reason }) => why === 'unreachable' && reason.kind === 'throttled')
  if (away !== undefined) return { kind: 'delayed', seconds: 60, reason: 'Throttled' }

  // These stay planned: that they could not be looked at is a gap, and not a smaller account.
  const closed = leftOut.filter(({ why }) => why === 'denied' || why === 'unreachable')
  if (closed.length > 0) {
    log.warn({ regions: closed.map(({ region, why }) => ({ region, why })) }, 'regions that cannot be looked at')
    if (!(await recordClosed(deps, { scan, lease, signal, log }, closed))) return LOST
  }
  const finished = await finishPrepare(deps.pool, lease, {
    accountId: aws.accountId,
    identityArn,
    regions: usable,
    regionsLeftOut: leftOut
      .filter((region) => !closed.includes(region))
      .map(({ region, why, reason }) => ({
        region,
        reason: reason.kind === 'not_collected' ? (reason.detail ?? why) : why,
      })),
    gaps: closed.map(toGap),
    signal,
  })
  return finished.kind === 'ok' ? FINISHED : LOST
}

/** A listing that is not complete for every type of every closed region: what evaluate makes the unknowns of. */
async function recordClosed(
  deps: PrepareDeps,
  { scan, lease, signal, log }: Pick<JobContext, 'scan' | 'lease' | 'signal' | 'log'>,
  closed: readonly RegionLeftOut[],
): Promise<boolean> {
  const wanted = wantedHere(deps, { scan, log })
  for (const { region, reason } of closed) {
    const end = { complete: false, failure: { operation: PROBE, reason } } as const
    for (const type of wanted) {
      const saved = await completeListing(deps.pool, lease, {
        type,
        location: region,
        end,
        seen: new BigInt64Array(),
        signal,
      })
      if (saved.kind === 'lost') return false
    }
  }
  return true
}

function wantedHere(
  { catalogue, types }: PrepareDeps,
  { scan, log }: { readonly scan: Scan; readonly log: JobContext['log'] },
): readonly ResourceType[] {
  const { checks } = checksOf(catalogue, scan.spec, log)
  const wanted = wantedTypes(
    types,
    checks.map(({ check }) => check),
    scan.spec,
  )
  return types.filter((type) => type.listed === 'region' && wanted.has(type.type))
}

const PROBE = 'ec2:DescribeVpcs'

function toGap({ region, reason }: RegionLeftOut): NewGap {
  return { service: 'ec2', operation: 'operation' in reason ? reason.operation : PROBE, location: region, reason }
}

function regionsNotListed(failure: Failure, refused: readonly Refused[]): Outcome {
  if (failure.category !== 'access_denied') return failedToAsk(failure)
  const where = refused.map(({ region, failure: { code, message } }) => `${region}: ${code}: ${message}`).join('; ')
  return {
    kind: 'failed',
    reason: 'RegionsNotListed',
    message: `The role may not list the account's regions (${where}). Allow ec2:DescribeRegions in one of these regions, or name the regions that are to be scanned (spec.regions, --regions).`,
  }
}
