import type { Severity } from './check.ts'

export type EndedScanState = 'Succeeded' | 'PartiallySucceeded' | 'Failed' | 'Cancelled'

/** How far the jobs of a scan are. */
export interface JobCounts {
  readonly total: number
  readonly done: number
  readonly failed: number
}

/** A gap as status and reports show it: many rows of the table folded into one line. */
export interface TopGap {
  readonly operation: string
  readonly reason: string
  readonly action?: string
  readonly locations: readonly string[]
  readonly count: number
}

/** Why a prepare job could not go on; the reasons are those of the Ready condition. */
export interface Refusal {
  readonly reason: string
  /** Says what to do, with the trust policy that is expected where that is the matter. */
  readonly message: string
  /** In a row, since the identity was last proven. */
  readonly failures: number
  readonly firstAt: Date
  readonly lastAt: Date
}

/** All that the operator tells of a target, as the database has it. */
export interface TargetFacts {
  readonly targetId: string
  /** Whether a worker has proven which account the role opens, for the generation that was asked about. */
  readonly identity: 'proven' | 'unproven'
  /** Null once a prepare job went through. */
  readonly refusal: Refusal | null
  /** The newest generation of the spec that a scan was asked for. */
  readonly requestedGeneration: number | null
  /** The last value of the annotation that a scan was asked for. */
  readonly handledScanNow: string | null
  readonly activeScan: {
    readonly id: string
    readonly trigger: string
    readonly jobs: JobCounts
    readonly since: Date
  } | null
  readonly lastScan: {
    readonly id: string
    readonly state: EndedScanState
    readonly startedAt: Date
    readonly finishedAt: Date
    /** What went wrong, for people; null when nothing did. */
    readonly message: string | null
    readonly opened: number
    readonly resolved: number
    readonly reopened: number
  } | null
  readonly lastSuccessfulTime: Date | null
  /** Null before the first evaluation. */
  readonly findings: (Readonly<Record<Severity, number>> & { readonly excepted: number }) | null
  readonly coveragePercent: number | null
  readonly topGaps: readonly TopGap[]
}

/** All that the operator tells of one scan that a ScanRequest asked for. */
export interface RequestFacts {
  readonly scanId: string
  readonly state: 'Pending' | 'Running' | EndedScanState
  readonly jobs: JobCounts
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly message: string | null
  readonly opened: number
  readonly resolved: number
  readonly reopened: number
  readonly coveragePercent: number | null
  readonly topGaps: readonly TopGap[]
}

/** All that the operator tells of a schedule. */
export interface ScheduleFacts {
  /** When this generation of the spec was first seen: times before it are not made up for. */
  readonly since: Date
  readonly lastScheduleTime: Date | null
  readonly lastMissedTime: Date | null
  /** Scans of it that have not ended. */
  readonly active: number
}
