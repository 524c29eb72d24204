import type { Policy } from './policy.ts'

export const DEFAULT_ENABLED_REGIONS: readonly string[] = ['eu-central-1', 'eu-west-1', 'us-east-1']

/** The root user of an account, which AWS lets nobody create or change through its API. */
export interface RootUser {
  readonly mfa: 'none' | 'virtual' | 'hardware'
  readonly accessKeys: number
  /** False for members of an organization whose root credentials were removed. */
  readonly password: boolean
  readonly signingCertificates: number
}

/** What an account is like beyond the resources that moto holds. */
export interface AccountState {
  readonly id: string
  enabledRegions: ReadonlySet<string>
  organizationId: string | undefined
  /** In addition to FullAWSAccess, so their denies are what counts. */
  serviceControlPolicies: readonly Policy[]
  root: RootUser
  report: ReportState
  /** Settings that moto lacks: by region and name. */
  readonly settings: Map<string, string>
  /** When each IAM server certificate ends, ISO 8601, by its name: moto does not read certificates. */
  readonly certificateEnds: Map<string, string>
}

/** One row of the credential report, by its column names; what is not given comes from moto's users. */
export type ReportRow = Readonly<Record<string, string>>

export interface ReportState {
  /** When it was made, in milliseconds since the epoch; undefined before anybody asked for one. */
  readonly generatedAt: number | undefined
  /** How many more GenerateCredentialReport calls answer that it is still being made. */
  readonly pollsLeft: number
  /** How many such polls a fresh report takes. */
  readonly polls: number
  /** What tests say about users, `<root_account>` among them: ages and uses that moto cannot have. */
  readonly rows: Readonly<Record<string, ReportRow>>
}

export function newAccount(id: string): AccountState {
  return {
    id,
    enabledRegions: new Set(DEFAULT_ENABLED_REGIONS),
    organizationId: undefined,
    serviceControlPolicies: [],
    root: { mfa: 'none', accessKeys: 0, password: true, signingCertificates: 0 },
    report: { generatedAt: undefined, pollsLeft: 1, polls: 1, rows: {} },
    settings: new Map(),
    certificateEnds: new Map(),
  }
}
