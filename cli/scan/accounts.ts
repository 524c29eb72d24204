import type { Clock } from '#core/clock.ts'
import type { CallCounter } from '#platform/aws/call-metrics.ts'
import { ownAccess, type OwnAccess } from '#platform/aws/own-account.ts'
import type { RateLimits } from '#platform/aws/rate-limit.ts'
import { askCallerArn } from '#platform/aws/session.ts'
import type { Logger } from '#platform/log/logger.ts'
import { readAccountsFile, ROLE_ARN, type AccountRow } from './accounts-file.ts'
import { whyNoCredentials } from './no-credentials.ts'
import type { AccountsWanted } from './options.ts'

/** An account, and how it is entered. */
export interface ScanAccount {
  /** What people call it. */
  readonly name: string
  readonly partition: string
  readonly accountId: string
  /** Null: the account is that of the credentials. */
  readonly roleArn: string | null
  readonly externalId: string | null
  readonly access: OwnAccess
}

/** An account that cannot be scanned. */
export interface LostAccount {
  /** The account's id where it is known, what people call it where it is not. */
  readonly name: string
  readonly accountId: string | null
  /** A word for machines, as conditions have them. */
  readonly reason: string
  /** What is wrong and what to do, in sentences. */
  readonly message: string
}

export type FoundAccounts =
  | {
      readonly kind: 'found'
      readonly accounts: readonly ScanAccount[]
      readonly lost: readonly LostAccount[]
      /** What its reader has to be told besides, in sentences. */
      readonly notices: readonly string[]
    }
  /** The accounts file cannot be read: wrong use. */
  | { readonly kind: 'bad-file'; readonly message: string }

export interface AccountsDeps {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly endpoint: string | undefined
  readonly clock: Clock
  readonly limits: RateLimits
  readonly calls: CallCounter
  readonly log: Logger
  readonly signal: AbortSignal
}

/**
 * Finds out which accounts a scan is about. Those without a role are asked whose they are; an account that is named
 * twice is scanned once. Cost: one call per account without a role.
 */
export async function findAccounts(wanted: AccountsWanted, deps: AccountsDeps): Promise<FoundAccounts> {
  const asked = rowsOf(wanted)
  if ('message' in asked) return { kind: 'bad-file', message: asked.message }
  const found = await Promise.all(asked.rows.map((row) => findAccount(row, deps)))
  const accounts = new Map<string, ScanAccount>()
  const lost = [...asked.lost]
  const notices: string[] = []
  for (const account of found) {
    if ('reason' in account) lost.push(account)
    else if (accounts.has(keyOf(account))) notices.push(namedTwice(account))
    else accounts.set(keyOf(account), account)
  }
  return { kind: 'found', accounts: [...accounts.values()], lost, notices }
}

function rowsOf(
  wanted: AccountsWanted,
): { readonly rows: readonly AccountRow[]; readonly lost: readonly LostAccount[] } | { readonly message: string } {
  const row = { name: null, accountId: null, roleArn: null, externalId: null }
  switch (wanted.kind) {
    case 'own':
      return { rows: [{ ...row, profile: wanted.profile }], lost: [] }
    case 'role': {
      const { roleArn, externalId, profile } = wanted
      return { rows: [{ ...row, roleArn, externalId, profile }], lost: [] }
    }
    case 'file': {
      const file = readAccountsFile(wanted.text, wanted.name)
      if (!file.ok) return { message: file.fault }
      return {
        rows: file.rows.map((given) => ({ ...given, profile: given.profile ?? wanted.profile })),
        lost: file.faults.map(({ row: name, why }) => ({
          name,
          accountId: null,
          reason: 'RowRefused',
          message: `${name} cannot be used: ${why}.`,
        })),
      }
    }
    default:
      return wanted satisfies never
  }
}

async function findAccount(row: AccountRow, deps: AccountsDeps): Promise<ScanAccount | LostAccount> {
  const access = await ownAccess({ profile: row.profile, env: deps.env })
  const name = row.name ?? row.profile
  const [, partition, ofRole] = row.roleArn === null ? [] : (ROLE_ARN.exec(row.roleArn) ?? [])
  const noCredentials = await whyNoCredentials(access, { profile: row.profile, env: deps.env })
  if (noCredentials !== null) {
    const accountId = row.accountId ?? ofRole ?? null
    return { name: name ?? accountId ?? 'this account', accountId, reason: 'NoCredentials', message: noCredentials }
  }
  if (row.roleArn !== null && partition !== undefined && ofRole !== undefined) {
    const { roleArn, externalId } = row
    return { name: row.name ?? ofRole, partition, accountId: ofRole, roleArn, externalId, access }
  }
  const caller = await askCallerArn({ ...deps, baseCredentials: access.credentials, region: access.region })
  if (!caller.ok) {
    const { code, message } = caller.failure
    return {
      name: name ?? row.accountId ?? 'this account',
      accountId: row.accountId,
      reason: 'AwsCallFailed',
      message: `AWS does not say whose credentials these are: ${code}: ${message}. They were ${sourceOf(row.profile)}, and STS in ${access.region} was asked.`,
    }
  }
  const [, its = '', accountId = ''] = /^arn:([a-z-]+):(?:sts|iam)::(\d{12}):/.exec(caller.value) ?? []
  if (row.accountId !== null && row.accountId !== accountId) {
    return {
      name: name ?? row.accountId,
      accountId: row.accountId,
      reason: 'AccountMismatch',
      message: `The credentials ${sourceOf(row.profile)} are of account ${accountId}, and not of ${row.accountId}: it was not scanned.`,
    }
  }
  return { name: name ?? accountId, partition: its, accountId, roleArn: null, externalId: null, access }
}

function sourceOf(profile: string | null): string {
  return profile === null ? 'found by the default credential chain' : `of profile ${profile}`
}

function keyOf({ partition, accountId }: ScanAccount): string {
  return `${partition} ${accountId}`
}

function namedTwice({ name, accountId }: ScanAccount): string {
  return `Account ${accountId} is named twice${name === accountId ? '' : ` (the second time as ${name})`} and was scanned once, as it is named first.`
}
