import {
  DescribeRegionsCommand,
  DescribeVpcsCommand,
  GetEbsEncryptionByDefaultCommand,
  type DescribeRegionsCommandOutput,
} from '@aws-sdk/client-ec2'
import type { Answer, AwsCalls, Failure } from '#core/aws-call.ts'
import type { Reason } from '#core/reason.ts'
import { partitionOf } from './partitions.ts'

export interface AccountRegions {
  readonly enabled: readonly string[]
  readonly notOptedIn: readonly string[]
}

/** A region that did not answer for the others, and why. */
export interface Refused {
  readonly region: string
  readonly failure: Failure
}

/** An answer that was asked for in several regions, and those that gave none. */
export type Asked<T> = Answer<T> & { readonly refused: readonly Refused[] }

/**
 * The regions that an account has enabled, and those it has not; sorted. Every region knows them all, so each of
 * `places` is asked in turn until one answers: a policy that closes regions often closes the home region too. Where
 * none does, the failure is one that may pass, if there is one, else the first. Cost: one call, and one per refusal.
 */
export async function listRegions(aws: AwsCalls, places: readonly string[]): Promise<Asked<AccountRegions>> {
  const refused: Refused[] = []
  for (const region of places) {
    const answer = await aws.call('ec2:DescribeRegions', new DescribeRegionsCommand({ AllRegions: true }), { region })
    if (answer.ok) return { ok: true, value: regionsOf(answer.value), refused }
    refused.push({ region, failure: answer.failure })
  }
  const failures = refused.map(({ failure }) => failure)
  const failure = failures.find(({ category }) => category === 'throttled' || category === 'transient') ?? failures[0]
  if (failure === undefined) throw new RangeError('regions are asked for in at least one place')
  return { ok: false, failure, refused }
}

function regionsOf({ Regions = [] }: DescribeRegionsCommandOutput): AccountRegions {
  const named = (isIn: (status: string) => boolean): readonly string[] =>
    Regions.filter(({ OptInStatus = 'opted-in' }) => isIn(OptInStatus))
      .flatMap(({ RegionName }) => RegionName ?? [])
      .sort()
  const isOut = (status: string): boolean => status === 'not-opted-in'
  return { enabled: named((status) => !isOut(status)), notOptedIn: named(isOut) }
}

/** Of the wanted regions, no more than these are asked for the list: they are closed for one reason, as a rule. */
const MOST_WANTED = 3

/** Where the list is asked for: in wanted regions, then in the worker's own, then in the partition's home region. */
function placesToAsk(aws: AwsCalls, wanted: readonly string[] | null, ownRegion: string): readonly string[] {
  const { homeRegion, regions } = partitionOf(aws.partition)
  const places = [...(wanted ?? []).slice(0, MOST_WANTED), ownRegion].filter((region) => regions.test(region))
  return [...new Set([...places, homeRegion])]
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
 * (`listRegions`) and one per region, up to `atOnce` together.
 */
export async function surveyRegions(
  aws: AwsCalls,
  options: {
    readonly wanted: readonly string[] | null
    /** Not even asked, and not among what is left out. */
    readonly unwanted?: readonly string[]
    /** The worker's own region, which is open to it wherever it may be anywhere. */
    readonly ownRegion: string
    readonly atOnce?: number
  },
): Promise<Asked<RegionSurvey>> {
  const { wanted, unwanted = [], ownRegion, atOnce = 8 } = options
  const isWanted = (region: string): boolean => !unwanted.includes(region)
  const listed = await listRegions(aws, placesToAsk(aws, wanted?.filter(isWanted) ?? null, ownRegion))
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
    refused: listed.refused,
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
