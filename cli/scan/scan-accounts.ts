import { randomUUID } from 'node:crypto'
import { createRateLimits } from '#platform/aws/rate-limit.ts'
import { describePostgresError, isDatabaseAway } from '#platform/postgres/errors.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { requestScan } from '#store/scans.ts'
import { ensureTarget } from '#store/targets.ts'
import type { AccountDoorDeps } from '#worker/account-door.ts'
import { findAccounts, type ScanAccount } from './accounts.ts'
import { startEngine } from './engine.ts'
import { follow } from './follow.ts'
import type { ScanIo, ScanOptions } from './options.ts'
import { specOf } from './spec.ts'
import { tell, type Told } from './tell.ts'

export type ScanEnded =
  | ({ readonly kind: 'scanned' } & Told)
  /** Nothing was asked of AWS; sentences that say what to write instead. */
  | { readonly kind: 'misused'; readonly messages: readonly string[] }
  /** Nothing could be scanned; sentences that say why. */
  | { readonly kind: 'failed'; readonly messages: readonly string[] }
  | { readonly kind: 'interrupted' }

/**
 * Scans accounts from this process, through the same prepare, collect and evaluate as the workers, over an embedded
 * Postgres and a queue in memory. An account that cannot be scanned costs that account only, and is told. Throws on
 * defects only.
 */
export async function scanAccounts(options: ScanOptions, io: ScanIo): Promise<ScanEnded> {
  try {
    return await scan(options, io)
  } catch (error) {
    if (io.signal.aborted) return { kind: 'interrupted' }
    if (!isDatabaseAway(error)) throw error
    const { message } = describePostgresError(error)
    return { kind: 'failed', messages: [`The embedded Postgres does not answer any more: ${message}.`] }
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
    return { kind: 'scanned', ...(await tell({ pool, scans, progress, options, found, io })) }
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
