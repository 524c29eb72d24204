import type { Clock } from '#core/clock.ts'
import type { SelectedCheck } from '#core/selection.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { Progress } from './progress.ts'

/** Whose account is scanned, as it was asked for. */
export type AccountsWanted =
  /** That of the credentials which are there: the default chain, or a profile of the shared configuration. */
  | { readonly kind: 'own'; readonly profile: string | null }
  | {
      readonly kind: 'role'
      readonly roleArn: string
      /** Null: the role asks for none. */
      readonly externalId: string | null
      readonly profile: string | null
    }
  | {
      readonly kind: 'file'
      /** For messages. */
      readonly name: string
      /** YAML or JSON. */
      readonly text: string
      /** For rows that name none. */
      readonly profile: string | null
    }

/** What a scan is asked to do, checked. */
export interface ScanOptions {
  readonly accounts: AccountsWanted
  /** At least one. */
  readonly checks: readonly SelectedCheck[]
  /** Null: every region that the account has enabled. */
  readonly regions: readonly string[] | null
  readonly excludeRegions: readonly string[]
  /** Where findings are kept until the next scan; null: nowhere. */
  readonly state: string | null
  /** Failures and unknowns, or every verdict. */
  readonly results: 'findings' | 'all'
  readonly wantsFacts: boolean
}

/** The world around a scan. */
export interface ScanIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Logger
  readonly onProgress: (progress: Progress) => void
  /** Aborts when it is to stop: soon, with a sound state. */
  readonly signal: AbortSignal
}
