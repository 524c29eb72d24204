import { randomUUID } from 'node:crypto'
import { CHECKS } from '#checks/registry.ts'
import type { ReportInput } from '#core/build-report.ts'
import type { Clock } from '#core/clock.ts'
import type { ResourceType } from '#core/resource.ts'
import { createRateLimits } from '#platform/aws/rate-limit.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import { readScanProgress, type ScanProgress } from '#store/scan-progress.ts'
import { readScan, requestScan } from '#store/scans.ts'
import { ensureTarget } from '#store/targets.ts'
import type { AccountDoorDeps } from '#worker/account-door.ts'
import { wantedTypes } from '#worker/wanted-collectors.ts'
import { findAccounts, type LostAccount, type ScanAccount } from './accounts.ts'
import { startEngine } from './engine.ts'
import { judgeAccount } from './judged-account.ts'
import { unknownsOf } from './lost-account.ts'
import type { ScanOptions } from './options.ts'
import { progressOf, type Progress } from './progress.ts'
import { servicesOf, specOf } from './spec.ts'

/** The world around a scan. */
export interface ScanIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Logger
  readonly onProgress: (progress: Progress) => void
  /** Aborts when it is to stop: soon, with a sound state. */
  readonly signal: AbortSignal
}

/** What a report is made of, but for what people have said of it. */
export type Scanned = Pick<
  ReportInput,
  'subject' | 'at' | 'checks' | 'results' | 'counts' | 'scope' | 'incomplete' | 'fixed' | 'notExamined' | 'notices'
>

export type ScanEnded =
  | { readonly kind: 'scanned'; readonly scanned: Scanned }
  /** Nothing was asked of AWS; sentences that say what to write instead. */
  | { readonly kind: 'misused'; readonly messages: readonly string[] }
  /** Nothing could be scanned; sentences that say why. */
  | { readonly kind: 'failed'; readonly messages: readonly string[] }
  | { readonly kind: 'interrupted' }

/**
 * Scans accounts from this process, through the same prepare, collect and evaluate as the workers, over an embedded
 * Postgres and a queue in memory. An account that cannot be scanned costs that account only, and is told. Throws on
 * defects, and when the database cannot be started.
 */
export async function scanAccounts(options: ScanOptions, io: ScanIo): Promise<ScanEnded> {
  try {
    return await scan(options, io)
  } catch (error) {
    if (io.signal.aborted) return { kind: 'interrupted' }
    throw error
  }
}

async function scan(options: ScanOptions, io: ScanIo): Promise<ScanEnded> {
  const { env, clock, log, signal } = io
  let calls = 0
  const shared = {
    endpoint: env['AWS_ENDPOINT_URL'],
    clock,
    limits: createRateLimits({ clock }),
    calls: { inc: () => void calls++ },
  }
  const found = await findAccounts(options.accounts, { ...shared, env, log, signal })
  if (found.kind === 'bad-file') return { kind: 'misused', messages: [found.message] }
  const { accounts } = found
  if (accounts.length === 0) return { kind: 'failed', messages: found.lost.map(({ message }) => message) }

  const doors = new Map<string, AccountDoorDeps>()
  let ended = Promise.withResolvers<void>()
  const started = await startEngine({
    state: options.state,
    clock,
    log,
    doorOf: ({ targetId }) => {
      const door = doors.get(targetId)
      if (door === undefined) throw new Error(`there is no way into target ${targetId}: nobody asked for its scan`)
      return door
    },
    onJobEnded: () => {
      ended.resolve()
      ended = Promise.withResolvers()
    },
    signal,
  })
  if (started.kind === 'refused') return { kind: 'failed', messages: [started.message] }
  const { engine } = started
  const { pool } = engine
  try {
    const scans = new Map<string, ScanAccount>()
    for (const account of accounts) {
      const { credentials: baseCredentials, region } = account.access
      const door = { ...shared, baseCredentials, region, principalArn: null }
      scans.set(await request(pool, account, { options, door, doors, signal }), account)
    }
    const progress = await follow(pool, scans, { options, io, calls: () => calls, jobEnded: () => ended.promise })
    return { kind: 'scanned', scanned: await tell({ pool, scans, progress, options, found, io }) }
  } finally {
    await engine.close()
  }
}

/** Asks for the scan of an account; its jobs go to the queue. */
async function request(
  pool: Pool,
  account: ScanAccount,
  of: {
    readonly options: ScanOptions
    readonly door: AccountDoorDeps
    readonly doors: Map<string, AccountDoorDeps>
    readonly signal: AbortSignal
  },
): Promise<string> {
  const { partition, accountId } = account
  const target = await ensureTarget(pool, {
    namespace: 'local',
    namespaceUid: 'local',
    name: `${partition}/${accountId}`,
    uid: `${partition}/${accountId}`,
    partition,
    accountId,
    signal: of.signal,
  })
  if (target.kind !== 'ok') throw new Error(`the target of account ${accountId} cannot be made: ${target.kind}`)
  of.doors.set(target.targetId, of.door)
  const asked = await requestScan(pool, {
    targetId: target.targetId,
    spec: specOf(account, of.options),
    generation: 1,
    trigger: { kind: 'request', requestUid: randomUUID(), requestName: 'vedette-scan' },
    signal: of.signal,
  })
  if (asked.kind !== 'requested') throw new Error(`the target of account ${accountId} is gone`)
  return asked.scanId
}

/** How often progress is read when nothing happens. */
const LOOK_EVERY_MS = 500

/** Waits until all scans have ended, and tells how far they are. */
async function follow(
  pool: Pool,
  scans: ReadonlyMap<string, ScanAccount>,
  of: {
    readonly options: ScanOptions
    readonly io: ScanIo
    readonly calls: () => number
    readonly jobEnded: () => Promise<void>
  },
): Promise<readonly ScanProgress[]> {
  const { clock, signal, onProgress } = of.io
  const wanted = typesWanted(of.options)
  const startedMs = clock.monotonicMs()
  for (;;) {
    // Before the look, so that what ends during it is not slept over.
    const jobEnded = of.jobEnded()
    const progress = await readScanProgress(pool, [...scans.keys()])
    onProgress(progressOf({ scans: progress, wanted, calls: of.calls(), elapsedMs: clock.monotonicMs() - startedMs }))
    if (progress.every(({ state }) => state !== 'Pending' && state !== 'Running')) return progress
    const look = new AbortController()
    await Promise.race([jobEnded, clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, look.signal]))])
    look.abort()
    signal.throwIfAborted()
  }
}

function typesWanted(options: ScanOptions): readonly ResourceType[] {
  const checks = options.checks.map(({ check }) => check)
  const names = wantedTypes(RESOURCE_TYPES, checks, { services: servicesOf(options) })
  return RESOURCE_TYPES.filter(({ type }) => names.has(type))
}

async function tell(of: {
  readonly pool: Pool
  readonly scans: ReadonlyMap<string, ScanAccount>
  readonly progress: readonly ScanProgress[]
  readonly options: ScanOptions
  readonly found: { readonly lost: readonly LostAccount[]; readonly notices: readonly string[] }
  readonly io: ScanIo
}): Promise<Scanned> {
  const { pool, scans, progress, options, found, io } = of
  const lost = [...found.lost]
  const told = []
  const incomplete: string[] = []
  const notExamined = new Map<string, number>()
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
      { scan: stored, signal: io.signal },
    )
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
  return {
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
