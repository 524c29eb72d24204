import { Account, AccountRegion } from './account.ts'
import type { Check, Severity, Snapshot } from './check.ts'
import { fingerprint } from './finding.ts'
import { judge, judgeUnlisted, VERDICTS, type Judgement, type Verdict } from './judge.ts'
import { isOutOfSight, type Reason } from './reason.ts'
import { GLOBAL, type Resource } from './resource.ts'
import { shownValue } from './shown-value.ts'
import type { SelectedCheck } from './selection.ts'
import type { Evidence } from './truth.ts'

/** What became of a type in one place, in one scan: the only way to what is stored of it. */
export interface Listing {
  readonly type: string
  /** Where it was listed: a region, or `global`. */
  readonly location: string
  readonly complete: boolean
  /** Why not, when it is not. */
  readonly reasons: readonly Reason[]
  readonly observedAt: Date
}

/** A check and the place where its resources are listed: the unit of coverage. */
export interface Pair {
  readonly check: SelectedCheck
  readonly location: string
}

/** A verdict that is kept: every failure, and every unknown; the others where they are asked for. */
export interface Result extends Judgement {
  readonly checkId: string
  readonly severity: Severity
  readonly listedAt: string
  /** Null for the one unknown that stands for a listing that is not complete. */
  readonly resource: Pick<Resource, 'type' | 'id' | 'arn' | 'name' | 'location' | 'tags'> | null
  readonly fingerprint: string | null
}

/** How a pair came out. */
export interface PairCount {
  readonly checkId: string
  readonly severity: Severity
  readonly location: string
  readonly counts: Readonly<Record<Verdict, number>>
  /** How many of the unknown ones have only reasons that lie outside what was to be read; absent: none. */
  readonly outOfSight?: number
}

/** Every pair that a scan of these places judges. */
export function planPairs(checks: readonly SelectedCheck[], regions: readonly string[]): readonly Pair[] {
  return checks.flatMap((check) =>
    (check.check.on.listed === 'global' ? [GLOBAL] : regions).map((location) => ({ check, location })),
  )
}

/** The types that these checks read: their own, those they look up, and the account's settings where they ask for them. */
export function typesRead(checks: readonly Check[]): ReadonlySet<string> {
  return new Set(
    checks.flatMap((check) => [
      check.on.type,
      ...check.lookUps.map(({ type }) => type.type),
      ...check.reads.map(({ type }) => type).filter((type) => type === Account.type || type === AccountRegion.type),
    ]),
  )
}

/** Judges what a snapshot holds, one resource at a time, and counts. Memory: one count per pair, nothing per resource. */
export class Evaluation {
  readonly #around: EvaluationInput
  readonly #pairs = new Map<
    string,
    { readonly pair: Pair; readonly counts: Record<Verdict, number>; outOfSight: number }
  >()
  readonly #byType = new Map<string, SelectedCheck[]>()
  readonly #listings: ReadonlyMap<string, Listing>
  readonly #keeps: ReadonlySet<Verdict>

  constructor(input: EvaluationInput) {
    this.#around = input
    this.#keeps = new Set(input.keep === 'all' ? VERDICTS : ['fail', 'unknown'])
    this.#listings = new Map(input.listings.map((listing) => [key(listing.type, listing.location), listing]))
    for (const pair of planPairs(input.checks, input.regions)) {
      this.#pairs.set(key(pair.check.check.id, pair.location), {
        pair,
        counts: { pass: 0, fail: 0, unknown: 0, not_applicable: 0 },
        outOfSight: 0,
      })
    }
    for (const check of input.checks) {
      const type = check.check.on.type
      this.#byType.set(type, [...(this.#byType.get(type) ?? []), check])
    }
  }

  /** The types whose resources are to be streamed through `judge`. */
  get types(): readonly string[] {
    return [...this.#byType.keys()]
  }

  /**
   * Judges one resource by every check on its type: failures and unknowns come back (all verdicts where the input says so), the rest is counted. A resource
   * of a listing that is not complete is left to `unlisted`; one outside the regions of the scan is left alone.
   */
  judge(resource: Resource, listedAt: string): readonly Result[] {
    const listing = this.#listings.get(key(resource.type, listedAt))
    if (listing?.complete !== true || !this.#covers(resource.location)) return []
    const { accountId, snapshot } = this.#around
    return (this.#byType.get(resource.type) ?? []).flatMap(({ check, params }) => {
      const judgement = judge(check, resource, { accountId, snapshot, params, now: listing.observedAt })
      this.#count(check, listedAt, judgement)
      if (!this.#keeps.has(judgement.verdict)) return []
      return [this.#result(check, listedAt, judgement, resource)]
    })
  }

  /** One unknown for each pair whose listing is not complete: a denied listing never looks like an empty account. Call once. */
  unlisted(): readonly Result[] {
    return [...this.#pairs.values()].flatMap(({ pair }) => {
      const { check } = pair.check
      const listing = this.#listings.get(key(check.on.type, pair.location))
      if (listing?.complete === true) return []
      const reasons = listing?.reasons ?? [{ kind: 'not_collected', detail: 'this scan did not get to it' } as const]
      const judgement = judgeUnlisted(check.on.type, reasons)
      this.#count(check, pair.location, judgement)
      return [this.#result(check, pair.location, judgement, null)]
    })
  }

  /** How every pair came out, after everything was judged. */
  counts(): readonly PairCount[] {
    return [...this.#pairs.values()].map(({ pair, counts, outOfSight }) => ({
      checkId: pair.check.check.id,
      severity: pair.check.check.severity,
      location: pair.location,
      counts,
      ...(outOfSight > 0 ? { outOfSight } : {}),
    }))
  }

  #covers(location: string): boolean {
    const { wantedRegions } = this.#around
    return location === GLOBAL || wantedRegions === null || wantedRegions.includes(location)
  }

  #count(check: Check, location: string, { verdict, missing }: Judgement): void {
    const pair = this.#pairs.get(key(check.id, location))
    if (pair === undefined) return
    pair.counts[verdict]++
    if (missing.length > 0 && missing.every(({ reasons }) => reasons.every(isOutOfSight))) pair.outOfSight++
  }

  #result(check: Check, listedAt: string, judgement: Judgement, resource: Resource | null): Result {
    const { partition, accountId } = this.#around
    return {
      ...judgement,
      evidence: bounded(judgement.evidence),
      missing: judgement.missing.slice(0, MOST_EVIDENCE),
      checkId: check.id,
      severity: check.severity,
      listedAt,
      resource:
        resource === null
          ? null
          : {
              type: resource.type,
              id: resource.id,
              arn: resource.arn,
              name: resource.name,
              location: resource.location,
              tags: resource.tags,
            },
      fingerprint: resource === null ? null : fingerprint({ partition, accountId, checkId: check.id, resource }),
    }
  }
}

export interface EvaluationInput {
  readonly partition: string
  readonly accountId: string
  readonly checks: readonly SelectedCheck[]
  /** The regions that the scan planned: those it probed and could enter or was denied, not those that are not opted in. */
  readonly regions: readonly string[]
  /** The regions that the scope names, for resources that are listed globally and live in one; null: all. */
  readonly wantedRegions: readonly string[] | null
  readonly listings: readonly Listing[]
  readonly snapshot: Snapshot
  /** Which verdicts `judge` gives back. Default: failures and unknowns, which are all that is stored. */
  readonly keep?: 'all'
}

const MOST_EVIDENCE = 20
const MOST_CHARACTERS = 1000

/** Evidence is for people: a bounded list of bounded values, with no marks of ours in them. */
function bounded(evidence: readonly Evidence[]): readonly Evidence[] {
  return evidence.slice(0, MOST_EVIDENCE).map((item) => {
    const value = shownValue(item.value)
    const text = JSON.stringify(value) ?? 'null'
    return { ...item, value: text.length <= MOST_CHARACTERS ? value : `${text.slice(0, MOST_CHARACTERS)}…` }
  })
}

function key(a: string, b: string): string {
  return `${a} ${b}`
}
