import { SEVERITIES, type Severity } from '#core/check.ts'
import { GLOBAL, type ResourceType } from '#core/resource.ts'
import type { ScanProgress } from '#store/scan-progress.ts'

interface DoneOf {
  readonly done: number
  readonly total: number
}

/** How far a scan of accounts is, for people. */
export interface Progress {
  readonly accounts: DoneOf
  /** Of the accounts whose regions are known by now. */
  readonly regions: DoneOf
  /** A service is done when all of its types are listed in all accounts and regions. */
  readonly services: DoneOf
  readonly listings: DoneOf
  /** Calls to AWS, every attempt. */
  readonly calls: number
  /** Of the accounts that are judged. */
  readonly findings: Readonly<Record<Severity, number>>
  /** What somebody waits for: `throttled`; null: nothing. */
  readonly waitsFor: string | null
  /** A guess from what is done; null: too early to say. */
  readonly secondsLeft: number | null
}

/** Below this share of the work a guess of the time left is worse than none. */
const TOO_EARLY = 0.05
/** What judging takes beside listing, as a share. */
const JUDGING = 0.05

/** How far these scans are. `wanted`: the types that they list. */
export function progressOf(of: {
  readonly scans: readonly ScanProgress[]
  readonly wanted: readonly ResourceType[]
  readonly calls: number
  readonly elapsedMs: number
}): Progress {
  const { scans, wanted } = of
  const planned = new Map(wanted.map((type) => [type.type, 0]))
  const listed = new Map(wanted.map((type) => [type.type, 0]))
  const regions = { done: 0, total: 0 }
  for (const scan of scans) {
    const collects = scan.jobs.filter(({ kind }) => kind === 'collect')
    for (const { location, state } of collects) {
      const isEnded = state !== 'Queued' && state !== 'Leased'
      if (location !== GLOBAL) {
        regions.total++
        if (isEnded) regions.done++
      }
      const here = wanted.filter((type) => (type.listed === 'global') === (location === GLOBAL))
      for (const { type } of here) planned.set(type, (planned.get(type) ?? 0) + 1)
    }
    // Listings that a region is closed to were never planned as jobs.
    for (const { type, places } of scan.listings) {
      listed.set(type, Math.min(planned.get(type) ?? 0, (listed.get(type) ?? 0) + places))
    }
  }
  const isDone = ({ type }: ResourceType): boolean =>
    (planned.get(type) ?? 0) > 0 && (listed.get(type) ?? 0) >= (planned.get(type) ?? 0)
  const services = [...new Set(wanted.map(({ service }) => service))]
  const listings = { done: sum(listed.values()), total: sum(planned.values()) }
  const ended = scans.filter(({ state }) => state !== 'Pending' && state !== 'Running').length
  return {
    accounts: { done: ended, total: scans.length },
    regions,
    services: {
      done: services.filter((service) => wanted.filter((type) => type.service === service).every(isDone)).length,
      total: services.length,
    },
    listings,
    calls: of.calls,
    findings: findingsOf(scans),
    waitsFor: waitsFor(scans),
    secondsLeft: ended === scans.length ? 0 : secondsLeft(scans, listings, of.elapsedMs),
  }
}

function findingsOf(scans: readonly ScanProgress[]): Progress['findings'] {
  const total = { critical: 0, high: 0, medium: 0, low: 0 }
  for (const { summary } of scans) {
    for (const severity of SEVERITIES) total[severity] += summary?.findings[severity] ?? 0
  }
  return total
}

function waitsFor(scans: readonly ScanProgress[]): string | null {
  const jobs = scans.flatMap((scan) => scan.jobs)
  if (jobs.some(({ state }) => state === 'Leased')) return null
  const waiting = jobs.find(({ state, reason }) => state === 'Queued' && reason !== null)
  return waiting?.reason ?? null
}

/** Accounts whose regions are not known yet count as large as the others. */
function secondsLeft(scans: readonly ScanProgress[], listings: DoneOf, elapsedMs: number): number | null {
  const known = scans.filter(({ jobs }) => jobs.some(({ kind }) => kind === 'collect')).length
  if (known === 0) return null
  const total = (listings.total * scans.length) / known
  const share = (listings.done / total) * (1 - JUDGING)
  return share < TOO_EARLY ? null : Math.ceil((elapsedMs * (1 - share)) / share / 1000)
}

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
