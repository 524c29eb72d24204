import type { Severity } from './check.ts'
import type { Reason } from './reason.ts'
import { GLOBAL } from './resource.ts'

/** What a ScanRequest or ScanSchedule limits a scan to. It narrows what the target says and never widens it. */
export interface Scope {
  readonly regions?: readonly string[]
  readonly services?: readonly string[]
  readonly checks?: {
    readonly include?: readonly string[]
    readonly exclude?: readonly string[]
    readonly minSeverity?: Severity
  }
}

/**
 * Everything a worker has to know of a scan. Resolved when the scan is asked for and stored with it, so that a later
 * edit of the target does not change a scan that is under way.
 */
export interface ScanSpec {
  readonly partition: string
  readonly accountId: string
  /** Null: the account is that of the credentials the process has. */
  readonly roleArn: string | null
  /** Null: the role asks for none. */
  readonly externalId: string | null
  /** Null: every region that the account has enabled. */
  readonly regions: readonly string[] | null
  /** Regions that are left out of these; absent: none. */
  readonly regionsExcluded?: readonly string[]
  /** IAM prefixes; null: all that are known. */
  readonly services: readonly string[] | null
  readonly checks: {
    /** The ids that were selected, aliases resolved: a check that is not among them was taken out of the scope. */
    readonly include: readonly string[]
    readonly exclude: readonly string[]
    readonly minSeverity: Severity | null
    readonly parameters: readonly { readonly check: string; readonly name: string; readonly value: string }[]
  }
  readonly deadlineSeconds: number
  /** False when a ScanRequest or ScanSchedule narrowed it: then nothing outside it may be resolved. */
  readonly isWholeTarget: boolean
}

/** What asked for a scan. Asking again with the same trigger is answered with the same scan. */
export type Trigger =
  | {
      readonly kind: 'spec'
      readonly generation: number
      /** Counts the tries of one generation whose role was refused; 0 first. */
      readonly attempt?: number
    }
  /** The annotation `vedette.dev/scan-now`. */
  | { readonly kind: 'annotation'; readonly token: string }
  | { readonly kind: 'schedule'; readonly scheduleUid: string; readonly scheduledAt: Date }
  | {
      readonly kind: 'request'
      readonly requestUid: string
      /** Name of the ScanRequest: whom to notify. */
      readonly requestName: string
    }
export type TriggerKind = Trigger['kind']

export type EndedScanState = 'Succeeded' | 'PartiallySucceeded' | 'Failed' | 'Cancelled'
/** A target has one scan that is Running; those that wait for it are Pending. */
export type ScanState = 'Pending' | 'Running' | EndedScanState

/** `prepare` proves the identity and probes regions, `collect` lists one region (or `global`), `evaluate` judges. */
export type JobKind = 'prepare' | 'collect' | 'evaluate'
/** A delayed job is Queued with `available_at` ahead. */
export type JobState = 'Queued' | 'Leased' | 'Succeeded' | 'Failed' | 'Cancelled'

/** A job as a worker gets it. */
export interface Job {
  readonly id: string
  readonly kind: JobKind
  /** The region of a collect job, or `global`; empty for the others, which there is one of. */
  readonly location: string
  /** How often a worker died over it. */
  readonly lostLeases: number
}

/** A scan as a worker gets it. */
export interface Scan {
  readonly id: string
  readonly targetId: string
  readonly namespace: string
  readonly targetName: string
  readonly generation: number
  readonly spec: ScanSpec
  readonly state: ScanState
  /** What prepare found; null before. */
  readonly prepared: Prepared | null
}

/** What a prepare job found out. */
export interface Prepared {
  readonly identityArn: string
  /** Each gets a collect job; `global` has one of its own besides. */
  readonly regions: readonly string[]
  readonly regionsLeftOut: readonly RegionLeftOut[]
}

/** A region that is not collected, and why: not opted in, not offered, disabled. It leaves the denominator of coverage. */
export interface RegionLeftOut {
  readonly region: string
  readonly reason: string
}

/** Something that could not be looked at, as it is known where it happened. */
export interface NewGap {
  readonly service: string
  readonly operation: string
  readonly location: string
  readonly reason: Reason
}

/** The right to work on a job, for as long as it is renewed. Every write names its epoch. */
export interface Lease {
  readonly jobId: string
  readonly scanId: string
  readonly targetId: string
  readonly epoch: number
  readonly leaseMs: number
  readonly worker: string
}

/** Whether a scan of this spec judges what lives in `location`. */
export function locationInScope(spec: Pick<ScanSpec, 'regions' | 'regionsExcluded'>, location: string): boolean {
  if (location === GLOBAL) return true
  return (spec.regions?.includes(location) ?? true) && spec.regionsExcluded?.includes(location) !== true
}
