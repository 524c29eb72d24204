import { randomUUID } from 'node:crypto'
import type { Scan, ScanSpec, ScanState, Trigger } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { transaction } from '#platform/postgres/transaction.ts'
import { contentKey } from './digest.ts'
import { jsonText } from './json.ts'
import { notifyScans } from './notify.ts'
import { endScan, insertPrepareJobs, selectScan } from './scan-steps.ts'

/** A wish for a scan of one target. */
export interface ScanWish {
  readonly targetId: string
  readonly spec: ScanSpec
  /** Of the ScanTarget's spec that `spec` was resolved from. */
  readonly generation: number
  /** Counted by the database's clock; default: at once. */
  readonly delaySeconds?: number
}

export type RequestedScan =
  | {
      readonly kind: 'requested'
      readonly scanId: string
      readonly state: ScanState
      /** Another scan of the same scope that had not begun takes it along. */
      readonly absorbed: boolean
    }
  /** The target was deleted meanwhile. */
  | { readonly kind: 'target-deleted' }

/**
 * Asks for a scan. In one transaction: the scan starts, with its prepare job and outbox row; or it waits for the one
 * that is running; or one of the same scope that has not begun takes it along. Asking again with the same trigger is
 * answered with the same scan, so a caller that crashed just asks again.
 */
export async function requestScan(
  pool: Pool,
  wish: ScanWish & { readonly trigger: Trigger; readonly signal: AbortSignal },
): Promise<RequestedScan> {
  return transaction(pool, wish.signal, async (tx) => {
    const outcomes = await requestScans(tx, wish.trigger, [wish])
    const outcome = outcomes.get(wish.targetId)
    if (outcome === undefined) return { kind: 'target-deleted' }
    if (outcome.scanId === null) throw new Error('only scheduled times are skipped')
    return { kind: 'requested', scanId: outcome.scanId, state: outcome.state, absorbed: outcome.absorbed }
  })
}

/**
 * Starts a scheduled time for every target it matches, in one transaction and a few statements however many they are.
 * Each target takes a scheduled minute once, whoever asks and how often. A target whose scan of this schedule has not
 * ended is skipped (`Forbid`).
 */
export async function startScheduledTime(
  pool: Pool,
  of: {
    readonly scheduleUid: string
    readonly scheduledAt: Date
    readonly targets: readonly ScanWish[]
    readonly signal: AbortSignal
  },
): Promise<{ readonly started: number; readonly skipped: readonly string[] }> {
  return transaction(pool, of.signal, async (tx) => {
    await tx.query(`update schedules set last_schedule_time = greatest(last_schedule_time, $2) where uid = $1`, [
      of.scheduleUid,
      of.scheduledAt,
    ])
    const trigger: Trigger = { kind: 'schedule', scheduleUid: of.scheduleUid, scheduledAt: of.scheduledAt }
    const outcomes = await requestScans(tx, trigger, of.targets)
    const fresh = [...outcomes].filter(([, outcome]) => outcome.fresh)
    const skipped = fresh.filter(([, outcome]) => outcome.scanId === null).map(([targetId]) => targetId)
    return { started: fresh.length - skipped.length, skipped }
  })
}

interface Outcome {
  /** Null: skipped. */
  readonly scanId: string | null
  readonly state: ScanState
  readonly absorbed: boolean
  /** False: it had been asked for before. */
  readonly fresh: boolean
}

/** By target; targets that are not living are left out. */
async function requestScans(tx: Sql, trigger: Trigger, all: readonly ScanWish[]): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>()
  // Whoever ends a scan of these targets waits here, and then sees what waits for it.
  const living = await tx.query<{ id: string; namespace: string }>(
    `select id, namespace from targets where id = any($1::uuid[]) and deleted_at is null order by id for no key update`,
    [all.map(({ targetId }) => targetId)],
  )
  const namespaces = new Map(living.rows.map(({ id, namespace }) => [id, namespace]))
  const fresh = await insertTriggers(tx, trigger, [...namespaces])
  const known = [...namespaces.keys()].filter((id) => !fresh.has(id))
  for (const row of await scansOfTrigger(tx, trigger, known)) {
    outcomes.set(row.target_id, { scanId: row.scan_id, state: row.state ?? 'Cancelled', absorbed: false, fresh: false })
  }

  const wishes = all.filter(({ targetId }) => fresh.has(targetId))
  const open = await openScans(tx, trigger, wishes)
  const skipped = new Set(trigger.kind === 'schedule' ? open.filter((s) => s.of_schedule).map((s) => s.target_id) : [])
  const running = new Set(open.filter(({ state }) => state === 'Running').map(({ target_id }) => target_id))

  const candidates = wishes.flatMap((wish) => {
    const scan = open.find((s) => s.target_id === wish.targetId && !s.begun && s.scope_key === scopeKey(wish.spec))
    return scan === undefined || skipped.has(wish.targetId) ? [] : [{ wish, scanId: scan.id }]
  })
  const absorbing = await absorb(tx, candidates)
  const rows = wishes
    .filter(({ targetId }) => !skipped.has(targetId) && !absorbing.has(targetId))
    .map((wish) => ({
      ...wish,
      scanId: randomUUID(),
      state: running.has(wish.targetId) ? ('Pending' as const) : ('Running' as const),
    }))
  await insertScans(tx, trigger, namespaces, rows)
  await insertPrepareJobs(
    tx,
    rows.filter(({ state }) => state === 'Running').map(({ scanId }) => scanId),
  )

  for (const { targetId } of wishes)
    outcomes.set(targetId, { scanId: null, state: 'Cancelled', absorbed: false, fresh: true })
  for (const [targetId, { scanId, state }] of absorbing)
    outcomes.set(targetId, { scanId, state, absorbed: true, fresh: true })
  for (const { targetId, scanId, state } of rows)
    outcomes.set(targetId, { scanId, state, absorbed: false, fresh: true })
  await bindTriggers(tx, trigger, [...outcomes])
  await rememberOnTargets(tx, trigger, wishes)
  await notifyScans(
    tx,
    [...outcomes.values()].flatMap(({ scanId, fresh }) => (scanId !== null && fresh ? [scanId] : [])),
  )
  return outcomes
}

/** The targets for which this trigger is new. */
async function insertTriggers(
  tx: Sql,
  trigger: Trigger,
  namespaces: readonly (readonly [string, string])[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ target_id: string }>(
    `insert into scan_triggers (target_id, namespace, kind, token, request_name, schedule_uid)
     select target_id, namespace, $3, $4, $5, $6 from unnest($1::uuid[], $2::text[]) as t (target_id, namespace)
     on conflict (target_id, kind, token) do nothing returning target_id`,
    [
      namespaces.map(([id]) => id),
      namespaces.map(([, namespace]) => namespace),
      trigger.kind,
      tokenOf(trigger),
      trigger.kind === 'request' ? trigger.requestName : null,
      trigger.kind === 'schedule' ? trigger.scheduleUid : null,
    ],
  )
  return new Set(rows.map(({ target_id }) => target_id))
}

async function scansOfTrigger(tx: Sql, trigger: Trigger, targetIds: readonly string[]) {
  if (targetIds.length === 0) return []
  const { rows } = await tx.query<{ target_id: string; scan_id: string | null; state: ScanState | null }>(
    `select t.target_id, t.scan_id, s.state from scan_triggers t left join scans s on s.id = t.scan_id
     where t.target_id = any($1::uuid[]) and t.kind = $2 and t.token = $3`,
    [targetIds, trigger.kind, tokenOf(trigger)],
  )
  return rows
}

interface OpenScan {
  readonly id: string
  readonly target_id: string
  readonly state: 'Pending' | 'Running'
  readonly scope_key: string
  /** Somebody has looked already: it cannot take along what is asked for now. */
  readonly begun: boolean
  readonly of_schedule: boolean
}

async function openScans(tx: Sql, trigger: Trigger, wishes: readonly ScanWish[]): Promise<readonly OpenScan[]> {
  if (wishes.length === 0) return []
  const { rows } = await tx.query<OpenScan>(
    `select s.id, s.target_id, s.state, s.scope_key, s.first_leased_at is not null as begun,
       exists (select from scan_triggers t where t.scan_id = s.id and t.schedule_uid = $2) as of_schedule
     from scans s where s.target_id = any($1::uuid[]) and s.state in ('Pending', 'Running')
     order by s.created_at, s.id`,
    [wishes.map(({ targetId }) => targetId), trigger.kind === 'schedule' ? trigger.scheduleUid : null],
  )
  return rows
}

/** By target: the scans that took a wish along, and were not begun at that very moment. The newest generation's spec stands. */
async function absorb(
  tx: Sql,
  candidates: readonly { readonly wish: ScanWish; readonly scanId: string }[],
): Promise<ReadonlyMap<string, { readonly scanId: string; readonly state: ScanState }>> {
  if (candidates.length === 0) return new Map()
  const { rows } = await tx.query<{ id: string; target_id: string; state: ScanState }>(
    `update scans s set
       spec = case when w.generation >= s.generation then w.spec else s.spec end,
       generation = greatest(s.generation, w.generation),
       available_at = least(s.available_at, now() + make_interval(secs => w.delay))
     from unnest($1::uuid[], $2::bigint[], $3::jsonb[], $4::float8[]) as w (id, generation, spec, delay)
     where s.id = w.id and (s.state = 'Pending' or s.state = 'Running' and s.first_leased_at is null)
     returning s.id, s.target_id, s.state`,
    [
      candidates.map(({ scanId }) => scanId),
      candidates.map(({ wish }) => wish.generation),
      candidates.map(({ wish }) => jsonText(wish.spec)),
      candidates.map(({ wish }) => wish.delaySeconds ?? 0),
    ],
  )
  await tx.query(
    `update outbox o set available_at = s.available_at from scans s
     where s.id = any($1::uuid[]) and o.scan_id = s.id and o.sent_at is null and o.available_at > s.available_at`,
    [rows.map(({ id }) => id)],
  )
  return new Map(rows.map(({ id, target_id, state }) => [target_id, { scanId: id, state }]))
}

async function insertScans(
  tx: Sql,
  trigger: Trigger,
  namespaces: ReadonlyMap<string, string>,
  rows: readonly (ScanWish & { readonly scanId: string; readonly state: ScanState })[],
): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    `insert into scans (id, target_id, namespace, state, generation, spec, scope_key, available_at, trigger_kind)
     select id, target_id, namespace, state, generation, spec, scope_key, now() + make_interval(secs => delay), $9
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::jsonb[], $7::text[], $8::float8[])
       as w (id, target_id, namespace, state, generation, spec, scope_key, delay)`,
    [
      rows.map(({ scanId }) => scanId),
      rows.map(({ targetId }) => targetId),
      rows.map(({ targetId }) => namespaces.get(targetId)),
      rows.map(({ state }) => state),
      rows.map(({ generation }) => generation),
      rows.map(({ spec }) => jsonText(spec)),
      rows.map(({ spec }) => scopeKey(spec)),
      rows.map(({ delaySeconds }) => delaySeconds ?? 0),
      trigger.kind,
    ],
  )
}

async function bindTriggers(
  tx: Sql,
  trigger: Trigger,
  outcomes: readonly (readonly [string, Outcome])[],
): Promise<void> {
  const bound = outcomes.filter(([, { scanId, fresh }]) => fresh && scanId !== null)
  if (bound.length === 0) return
  await tx.query(
    `update scan_triggers t set scan_id = o.scan_id from unnest($1::uuid[], $2::uuid[]) as o (target_id, scan_id)
     where t.target_id = o.target_id and t.kind = $3 and t.token = $4`,
    [bound.map(([targetId]) => targetId), bound.map(([, { scanId }]) => scanId), trigger.kind, tokenOf(trigger)],
  )
}

async function rememberOnTargets(tx: Sql, trigger: Trigger, wishes: readonly ScanWish[]): Promise<void> {
  if (wishes.length === 0) return
  await tx.query(
    `update targets t set generation = greatest(t.generation, w.generation), last_scan_now = coalesce($3::text, t.last_scan_now)
     from unnest($1::uuid[], $2::bigint[]) as w (id, generation)
     where t.id = w.id and (t.generation is distinct from greatest(t.generation, w.generation) or $3::text is not null)`,
    [
      wishes.map(({ targetId }) => targetId),
      wishes.map(({ generation }) => generation),
      trigger.kind === 'annotation' ? trigger.token : null,
    ],
  )
}

/** Whole-target scans are of one scope, whatever the spec says by now; a narrower one is of exactly its own. */
function scopeKey(spec: ScanSpec): string {
  return spec.isWholeTarget ? 'target' : contentKey(spec)
}

function tokenOf(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'spec':
      return `${trigger.generation}/${trigger.attempt ?? 0}`
    case 'annotation':
      return trigger.token
    case 'schedule':
      return `${trigger.scheduleUid}/${trigger.scheduledAt.toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length)}`
    case 'request':
      return trigger.requestUid
    default:
      return trigger satisfies never
  }
}

/**
 * Stops a scan: at once, and for good. Its jobs lose their leases, so nothing more is written; nothing is judged, and
 * what was collected stays. True when it had not ended yet.
 */
export async function cancelScan(
  pool: Pool,
  of: { readonly scanId: string; readonly message?: string; readonly signal: AbortSignal },
): Promise<boolean> {
  return transaction(pool, of.signal, (tx) => cancel(tx, of.scanId, of.message ?? 'The scan was cancelled.'))
}

/**
 * Takes a ScanRequest back. A scan that nothing else asked for is cancelled; one that answers others too goes on
 * without it. True when the request is no longer answered by a scan that may still be judged.
 */
export async function cancelRequest(
  pool: Pool,
  of: { readonly requestUid: string; readonly signal: AbortSignal },
): Promise<boolean> {
  return transaction(pool, of.signal, async (tx) => {
    const { rows } = await tx.query<{ scan_id: string }>(
      `update scan_triggers set withdrawn_at = coalesce(withdrawn_at, now())
       where kind = 'request' and token = $1 and scan_id is not null returning scan_id`,
      [of.requestUid],
    )
    const scanId = rows[0]?.scan_id
    if (scanId === undefined) return false
    const others = await tx.query('select from scan_triggers where scan_id = $1 and withdrawn_at is null limit 1', [
      scanId,
    ])
    if (others.rowCount === 0) return cancel(tx, scanId, 'The ScanRequest was cancelled.')
    await notifyScans(tx, [scanId])
    return true
  })
}

async function cancel(tx: Sql, scanId: string, message: string): Promise<boolean> {
  const waiting = await tx.query(
    `update scans set state = 'Cancelled', reason = 'Cancelled', message = $2, finished_at = now()
     where id = $1 and state = 'Pending'`,
    [scanId, message],
  )
  if (waiting.rowCount > 0) {
    await notifyScans(tx, [scanId])
    return true
  }
  await tx.query('select from jobs where scan_id = $1 order by id for update', [scanId])
  return endScan(tx, { scanId, state: 'Cancelled', reason: 'Cancelled', message })
}

/**
 * Cancels every scan that has not ended, of every target: for whoever has the database to itself, when it leaves before
 * they have, or finds some that a process left which is no more. How many there were.
 */
export async function cancelOpenScans(
  pool: Pool,
  of: { readonly message: string; readonly signal: AbortSignal },
): Promise<number> {
  let cancelled = 0
  for (;;) {
    const { rows } = await pool.query<{ id: string }>(
      `select id from scans where state in ('Pending', 'Running') order by state, created_at limit 100`,
    )
    if (rows.length === 0) return cancelled
    for (const { id } of rows) if (await cancelScan(pool, { ...of, scanId: id })) cancelled++
  }
}

/** A scan by its id; undefined when retention has removed it or it never was. */
export async function readScan(sql: Sql, scanId: string): Promise<Scan | undefined> {
  return selectScan(sql, scanId)
}
