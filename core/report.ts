import type { Check, Severity } from './check.ts'
import type { PairCount } from './evaluation.ts'
import type { Verdict } from './judge.ts'
import type { Reason } from './reason.ts'
import type { Evidence, Missing } from './truth.ts'

/** Where in somebody's files a resource is declared. Lines count from 1. */
export interface SourceRange {
  /** Relative to the folder that was given. */
  readonly file: string
  readonly startLine: number
  readonly endLine: number
}

/** A risk that a person accepted. */
export interface Acceptance {
  readonly reason: string
  /** Null for a comment beside the resource, which its reviewers approved. */
  readonly approvedBy: string | null
  /** Null: for good. */
  readonly expiresAt: Date | null
  /** Where it stands: `.vedette.yaml`, or file and line of the comment. */
  readonly from: string
}

/** What one check says of one resource (or of a listing that could not be made), as every report shows it. */
export interface ReportResult {
  readonly checkId: string
  readonly severity: Severity
  readonly verdict: Verdict
  /** Null: not known. */
  readonly accountId: string | null
  /** A region, or `global`; null: not known. */
  readonly location: string | null
  /** Null: the one unknown that stands for all resources of the type in a place. */
  readonly resource: {
    readonly type: string
    readonly id: string
    readonly name: string
    /** Null: it has none, or none yet. An exception never matches it then. */
    readonly arn: string | null
    /** In configuration: `module.web["a"].aws_instance.this[0]`. */
    readonly address: string | null
    /** Null: not known. An exception by tags never matches it then. */
    readonly tags: Readonly<Record<string, string>> | null
  } | null
  readonly evidence: readonly Evidence[]
  /** For `unknown`: what was not learnt, and why. */
  readonly missing: readonly Missing[]
  /** Stays the same while the problem does; null without a resource. */
  readonly fingerprint: string | null
  readonly source: SourceRange | null
  /** Beside what an earlier scan knew; null where there was none. */
  readonly history: 'new' | 'unchanged' | 'reopened' | null
}

/** A result in a report, with what people have said of it: they accepted it, or knew it before. */
export interface CountedResult extends ReportResult {
  readonly acceptance: Acceptance | null
  /** Which of the outcome's counts it is in; null: a pass, or not applicable. */
  readonly countsAs: 'failing' | 'below' | 'inBaseline' | 'accepted' | 'unknown' | null
}

/** A finding that was known before and is none now. */
export interface FixedFinding {
  readonly checkId: string
  readonly severity: Severity
  readonly resource: string
  readonly fingerprint: string
  readonly why: 'fixed' | 'resource_deleted' | 'check_removed' | 'scope_removed'
}

/** Everything that a report of any format is made from. */
export interface Report {
  /** What was looked at, for people: `AWS account 111122223333`, `plan.json`. */
  readonly subject: string
  /** The file that was read, as it was named; null: none, or standard input. */
  readonly file: string | null
  readonly version: string
  readonly at: Date
  /** The checks that were asked, sorted by id. */
  readonly checks: readonly Check[]
  /** All verdicts that were kept, worst first. Formats show findings only, unless they are asked for all. */
  readonly results: readonly CountedResult[]
  readonly counts: readonly PairCount[]
  /** Floor of 100 × what could be judged / what was to be. */
  readonly coveragePercent: number
  /** What stood in the way, most frequent first. */
  readonly gaps: readonly { readonly reason: Reason; readonly results: number }[]
  /** Types that are there and that no check reads, so that "clean" never means "not looked at". */
  readonly notExamined: readonly { readonly type: string; readonly resources: number }[]
  readonly fixed: readonly FixedFinding[]
  /** What its reader has to be told besides: expired exceptions, those that match nothing. Whole sentences. */
  readonly notices: readonly string[]
  readonly outcome: Outcome
}

/** What a gate makes of it. Exit codes are the same for every verb. */
export interface Outcome {
  readonly exitCode: ExitCode
  /** Findings at or above the threshold that nobody accepted and that are not in the baseline. */
  readonly failing: number
  /** Other findings: below the threshold. */
  readonly below: number
  /** Findings and unknowns that somebody accepted. */
  readonly accepted: number
  readonly inBaseline: number
  /** Unknowns that nobody accepted. */
  readonly unknown: number
  /** One sentence: the last line of every human format. */
  readonly sentence: string
}

export const EXIT = { clean: 0, findings: 1, usage: 2, notEvaluated: 3, interrupted: 4 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
