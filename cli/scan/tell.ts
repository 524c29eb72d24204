import { CHECKS } from '#checks/registry.ts'
import type { ReportInput } from '#core/build-report.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import type { ScanProgress } from '#store/scan-progress.ts'
import { readScan } from '#store/scans.ts'
import type { LostAccount, ScanAccount } from './accounts.ts'
import { Facts } from './facts.ts'
import { judgeAccount, type JudgedAccount } from './judged-account.ts'
import { unknownsOf } from './lost-account.ts'
import type { ScanIo, ScanOptions } from './options.ts'

/** What a report is made of, but for what people have said of it. */
export type Scanned = Pick<
  ReportInput,
  'subject' | 'at' | 'checks' | 'results' | 'counts' | 'scope' | 'incomplete' | 'fixed' | 'notExamined' | 'notices'
>

export interface Told {
  readonly scanned: Scanned
  /** Pieces of the facts file; empty where nobody wants one. */
  readonly facts: Iterable<string>
}

/** What became of the scans of accounts, for a report: those that were judged are judged again, the others are unknown. */
export async function tell(of: {
  readonly pool: Pool
  readonly scans: ReadonlyMap<string, ScanAccount>
  readonly progress: readonly ScanProgress[]
  readonly options: ScanOptions
  readonly found: { readonly lost: readonly LostAccount[]; readonly notices: readonly string[] }
  readonly io: ScanIo
}): Promise<Told> {
  const { pool, scans, progress, options, found, io } = of
  const lost = [...found.lost]
  const told: Pick<JudgedAccount, 'results' | 'counts' | 'fixed'>[] = []
  const incomplete: string[] = []
  const notExamined = new Map<string, number>()
  const facts = options.wantsFacts ? new Facts(CHECKS) : null
  for (const { scanId, summary, reason, message } of progress) {
    const account = scans.get(scanId)
    const stored = await readScan(pool, scanId)
    if (account === undefined || stored === undefined) throw new Error(`scan ${scanId} is gone`)
    if (summary === null) {
      const { name, accountId } = account
      lost.push({ name, accountId, reason: reason ?? 'Failed', message: message ?? 'It was not judged.' })
      continue
    }
    const judged = await judgeAccount(
      { pool, clock: io.clock, log: io.log, catalogue: CHECKS, types: RESOURCE_TYPES },
      { scan: stored, results: options.results, signal: io.signal },
    )
    await facts?.add(pool, { scan: stored, signal: io.signal })
    told.push(judged)
    for (const { type, resources } of judged.notExamined) {
      notExamined.set(type, (notExamined.get(type) ?? 0) + resources)
    }
    // Regions that were named and could not be looked at; of the others it is said to nobody who asked.
    for (const { region, reason } of options.regions === null ? [] : (stored.prepared?.regionsLeftOut ?? [])) {
      incomplete.push(`${region} was not scanned in account ${account.accountId} (${reason})`)
    }
  }
  for (const account of lost) {
    told.push({ ...unknownsOf(account, options.checks), fixed: [] })
    incomplete.push(`account ${nameOf(account)} was not scanned (${account.reason})`)
  }
  const scanned: Scanned = {
    subject: subjectOf([...scans.values()], lost),
    at: io.clock.now(),
    checks: options.checks.map(({ check }) => check),
    results: told.flatMap(({ results }) => results),
    counts: told.flatMap(({ counts }) => counts),
    scope: { accounts: [...scans.values()].map(({ accountId }) => accountId), regions: options.regions },
    incomplete,
    fixed: told.flatMap(({ fixed }) => fixed),
    notExamined: [...notExamined].map(([type, resources]) => ({ type, resources })),
    notices: [...found.notices, ...lost.map(({ message }) => message)],
  }
  return { scanned, facts: facts?.pieces() ?? [] }
}

function nameOf({ name, accountId }: Pick<LostAccount, 'name' | 'accountId'>): string {
  return accountId === null || accountId === name ? name : `${name} (${accountId})`
}

function subjectOf(accounts: readonly ScanAccount[], lost: readonly LostAccount[]): string {
  const all = new Set([...accounts, ...lost].map(nameOf))
  const names = [...all]
  if (names.length === 1) return `AWS account ${names[0]}`
  const shown = names.slice(0, 5).join(', ')
  return `${names.length} AWS accounts: ${shown}${names.length > 5 ? ', …' : ''}`
}
