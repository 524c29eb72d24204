import { DescribeRegionsCommand, DescribeVpcsCommand, GetEbsEncryptionByDefaultCommand } from '@aws-sdk/client-ec2'
import type { Answer, AwsCalls, Failure } from '#core/aws-call.ts'
import type { Reason } from '#core/reason.ts'

export interface AccountRegions {
  readonly enabled: readonly string[]
  readonly notOptedIn: readonly string[]
}

/** The regions that an account has enabled, and those it has not; sorted. Cost: one call, in the home region. */
export async function listRegions(aws: AwsCalls): Promise<Answer<AccountRegions>> {
  const answer = await aws.call('ec2:DescribeRegions', new DescribeRegionsCommand({ AllRegions: true }))
  if (!answer.ok) return answer
  const named = (isIn: (status: string) => boolean): readonly string[] =>
    (answer.value.Regions ?? [])
      .filter(({ OptInStatus = 'opted-in' }) => isIn(OptInStatus))
      .flatMap(({ RegionName }) => RegionName ?? [])
      .sort()
  const isOut = (status: string): boolean => status === 'not-opted-in'
  return { ok: true, value: { enabled: named((status) => !isOut(status)), notOptedIn: named(isOut) } }
}

export type RegionProbe =
  | { readonly kind: 'usable' }
  | { readonly kind: 'not_opted_in'; readonly failure: Failure }
  /** A policy keeps the account out of the region: usually a service control policy. */
  | { readonly kind: 'denied'; readonly failure: Failure }
  | { readonly kind: 'unreachable'; readonly failure: Failure }

/**
 * Tries a region by a read that a scan makes anyway: identity checks succeed in every region, whatever is denied there.
 * A denial counts for the region only when a second, unrelated read is denied too and AWS does not merely say that the
 * role lacks the action; those show up as gaps of their own. Credentials that are proven elsewhere and refused here
 * mean a region that is not enabled. Cost: one call, two where the first is denied.
 */
export async function probeRegion(aws: AwsCalls, region: string): Promise<RegionProbe> {
  const first = await aws.call('ec2:DescribeVpcs', new DescribeVpcsCommand({ MaxResults: 5 }), { region })
  if (first.ok) return { kind: 'usable' }
  switch (first.failure.category) {
    case 'credentials':
    case 'region_disabled':
      return { kind: 'not_opted_in', failure: first.failure }
    case 'access_denied':
      break
    default:
      return { kind: 'unreachable', failure: first.failure }
  }
  if (isOnlyMissing(first.failure.reason)) return { kind: 'usable' }
  const second = await aws.call('ec2:GetEbsEncryptionByDefault', new GetEbsEncryptionByDefaultCommand({}), { region })
  const denied = !second.ok && second.failure.category === 'access_denied' && !isOnlyMissing(second.failure.reason)
  return denied ? { kind: 'denied', failure: first.failure } : { kind: 'usable' }
}

/** The role's policies do not mention the action; that says nothing about the region. */
function isOnlyMissing(reason: Reason): boolean {
  return (
    reason.kind === 'denied' && !reason.explicit && (reason.by === 'identity_policy' || reason.by === 'session_policy')
  )
}

/** A region that is left out, and why. */
export interface RegionLeftOut {
  readonly region: string
  readonly why: 'not_opted_in' | 'unknown_region' | 'denied' | 'unreachable'
  readonly reason: Reason
}

export interface RegionSurvey {
  readonly usable: readonly string[]
  readonly leftOut: readonly RegionLeftOut[]
}

/**
 * Which of the wanted regions (null: all that are enabled) can be scanned. Regions wanted by name are probed even when
 * the list of regions is denied; without names that denial is a failure. Regions that nobody wanted by name and that
 * the account has not enabled are left out as `not_opted_in`, so that people see what was not looked at. Cost: one call
 * and one per region, up to `atOnce` together.
 */
export async function surveyRegions(
  aws: AwsCalls,
  options: {
    readonly wanted: readonly string[] | null
    /** Not even asked, and not among what is left out. */
    readonly unwanted?: readonly string[]
    readonly atOnce?: number
  },
): Promise<Answer<RegionSurvey>> {
  const { wanted, unwanted = [], atOnce = 8 } = options
  const isWanted = (region: string): boolean => !unwanted.includes(region)
  const listed = await listRegions(aws)
  if (!listed.ok && wanted === null) return listed
  const { enabled, notOptedIn } = listed.ok ? listed.value : { enabled: wanted ?? [], notOptedIn: [] }

  const candidates = (wanted ?? enabled).filter((region) => enabled.includes(region) && isWanted(region))
  const without = (wanted ?? notOptedIn).filter((region) => !enabled.includes(region) && isWanted(region))
  const leftOut: RegionLeftOut[] = without.map((region) =>
    notOptedIn.includes(region)
      ? { region, why: 'not_opted_in', reason: notLooked(`${region} is not enabled in this account`) }
      : { region, why: 'unknown_region', reason: notLooked(`AWS knows no region ${region} in this partition`) },
  )
  const usable: string[] = []
  const rest = candidates.values()
  const probe = async (): Promise<void> => {
    for (const region of rest) {
      const found = await probeRegion(aws, region)
      if (found.kind === 'usable') usable.push(region)
      else leftOut.push({ region, why: found.kind, reason: reasonOf(found, region) })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, probe))
  return {
    ok: true,
    value: { usable: usable.sort(), leftOut: leftOut.sort((a, b) => (a.region < b.region ? -1 : 1)) },
  }
}

function reasonOf(found: Exclude<RegionProbe, { readonly kind: 'usable' }>, region: string): Reason {
  if (found.kind === 'not_opted_in')
    return notLooked(`${region} refuses credentials that are valid elsewhere: it is not enabled in this account`)
  return found.failure.reason
}

function notLooked(detail: string): Reason {
  return { kind: 'not_collected', detail }
}
