import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { flag, text, texts, under, type ValuesOf } from '../option.ts'
import { wrongUse } from '../stop.ts'
import { ROLE_ARN } from './accounts-file.ts'
import type { AccountsWanted } from './options.ts'

/** What a scan is told beside its checks, its gate and its output. */
export const SCAN_OPTIONS = {
  ...under('Which accounts', {
    profile: text({
      placeholder: 'NAME',
      help: 'A profile of the shared AWS configuration; default: what the default credential chain finds',
    }),
    roleArn: text({ placeholder: 'ARN', help: 'Assumes this role first, and scans its account' }),
    externalId: text({ placeholder: 'ID', help: "The ExternalId that the role's trust policy asks for" }),
    accountsFile: text({
      placeholder: 'FILE',
      completes: 'file',
      help: 'Several accounts: YAML or JSON, a list "accounts" of roleArn, externalId, profile, name, accountId',
    }),
    regions: texts({ placeholder: 'NAME,…', help: 'Only these regions; default: all that the account has enabled' }),
    excludeRegions: texts({ placeholder: 'NAME,…', help: 'Not these regions' }),
  }),
  state: text({
    placeholder: 'DIR',
    completes: 'folder',
    help: 'Keeps what was found there, so that the next scan says what is new, fixed or reopened',
  }),
  factsOut: text({
    placeholder: 'FILE',
    completes: 'file',
    help: 'Writes what a plan cannot see of these accounts, for vedette scan-plan --facts FILE',
  }),
  quiet: flag({ short: 'q', help: 'No progress on standard error' }),
}

export type ScanValues = ValuesOf<typeof SCAN_OPTIONS>

const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/

/** Whose accounts a command line asks for. Throws `Stop` (exit 2) when its options contradict each other. */
export async function accountsWanted(values: ScanValues, cwd: string): Promise<AccountsWanted> {
  const { profile, roleArn, externalId, accountsFile } = values
  if (accountsFile !== null) {
    if (roleArn !== null || externalId !== null) {
      throw wrongUse('--accounts-file names the roles itself: leave out --role-arn and --external-id')
    }
    return { kind: 'file', name: accountsFile, text: await textOf(accountsFile, cwd), profile }
  }
  if (roleArn === null) {
    if (externalId !== null) throw wrongUse('--external-id belongs to a role: name it with --role-arn')
    return { kind: 'own', profile }
  }
  if (!ROLE_ARN.test(roleArn)) {
    throw wrongUse(`--role-arn takes an ARN such as arn:aws:iam::111122223333:role/VedetteScan, not "${roleArn}"`)
  }
  return { kind: 'role', roleArn, externalId, profile }
}

/** The regions that were named; throws `Stop` (exit 2) for what is none. */
export function regionsWanted({ regions, excludeRegions }: ScanValues): {
  readonly regions: readonly string[] | null
  readonly excludeRegions: readonly string[]
} {
  const odd = [...regions, ...excludeRegions].find((region) => !REGION.test(region))
  if (odd !== undefined) {
    throw wrongUse(
      `a region is written like eu-central-1, not "${odd}"`,
      'What belongs to no region, such as IAM, is always looked at.',
    )
  }
  const left = regions.filter((region) => !excludeRegions.includes(region))
  if (regions.length > 0 && left.length === 0) throw wrongUse('--exclude-regions leaves none of the --regions')
  return { regions: regions.length === 0 ? null : left, excludeRegions }
}

async function textOf(file: string, cwd: string): Promise<string> {
  return readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw wrongUse(
      `the accounts file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  })
}
