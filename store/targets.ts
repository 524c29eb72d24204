import { randomBytes } from 'node:crypto'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { transaction } from '#platform/postgres/transaction.ts'
import { cancelScansOf } from './scan-steps.ts'

/** A ScanTarget, as far as the store knows it. */
export interface TargetIdentity {
  readonly namespace: string
  /** Of the Namespace object. */
  readonly namespaceUid: string
  readonly name: string
  /** Of the ScanTarget object. */
  readonly uid: string
  readonly partition: string
  readonly accountId: string
}

export type EnsuredTarget =
  | { readonly kind: 'ok'; readonly targetId: string; readonly externalId: string }
  /** Another ScanTarget of the namespace has the account. */
  | { readonly kind: 'duplicate'; readonly holder: { readonly namespace: string; readonly name: string } }
  /** The namespace was deleted and made again: somebody else may own it now, so an administrator has to adopt it. */
  | { readonly kind: 'namespace-recreated' }

/**
 * Finds or makes the target of a ScanTarget. A target is (namespace, partition, account): one that was deleted comes
 * back with its history. A ScanTarget made again under its name takes over from the one before it. Idempotent.
 */
export async function ensureTarget(
  pool: Pool,
  of: TargetIdentity & { readonly signal: AbortSignal },
): Promise<EnsuredTarget> {
  return transaction(pool, of.signal, async (tx) => {
    const namespace = await ensureNamespace(tx, of)
    if (namespace.uid !== of.namespaceUid) return { kind: 'namespace-recreated' }

    // Names are unique in a namespace: whoever else lives under this one is gone, and so is the account that this very
    // object named while its schema let that be changed.
    const gone = await tx.query<{ id: string }>(
      `update targets set deleted_at = now()
       where namespace = $1 and name = $2 and deleted_at is null and (partition, account_id) <> ($3, $4)
       returning id`,
      [of.namespace, of.name, of.partition, of.accountId],
    )
    for (const { id } of gone.rows) await cancelScansOf(tx, id)

    await tx.query(
      `insert into targets (namespace, name, uid, partition, account_id) values ($1, $2, $3, $4, $5)
       on conflict (namespace, partition, account_id) do nothing`,
      [of.namespace, of.name, of.uid, of.partition, of.accountId],
    )
    const { rows } = await tx.query<{ id: string; name: string; uid: string; deleted: boolean }>(
      `select id, name, uid, deleted_at is not null as deleted from targets
       where namespace = $1 and partition = $2 and account_id = $3 for no key update`,
      [of.namespace, of.partition, of.accountId],
    )
    const row = rows[0]
    if (row === undefined)
      throw new Error(`the target of ${of.namespace}/${of.name} is not there after it was inserted`)
    if (row.uid !== of.uid) {
      if (!row.deleted && row.name !== of.name) {
        return { kind: 'duplicate', holder: { namespace: of.namespace, name: row.name } }
      }
      await cancelScansOf(tx, row.id)
      // Another object: what was asked and proven for the generations of the one before says nothing about its own.
      await tx.query(
        `update targets set uid = $2, name = $3, deleted_at = null, generation = null, last_scan_now = null,
           proven_generation = null, proven_at = null, refusal = null where id = $1`,
        [row.id, of.uid, of.name],
      )
      await tx.query(`delete from scan_triggers where target_id = $1 and kind in ('spec', 'annotation')`, [row.id])
    } else if (row.deleted) {
      await tx.query('update targets set deleted_at = null, name = $2 where id = $1', [row.id, of.name])
    }
    return { kind: 'ok', targetId: row.id, externalId: namespace.externalId }
  })
}

/** Lets a namespace that was made again under its name have the ExternalId and the targets of the one before. For administrators. */
export async function adoptNamespace(
  sql: Sql,
  of: { readonly namespace: string; readonly namespaceUid: string },
): Promise<void> {
  await sql.query('update namespaces set uid = $2 where namespace = $1', [of.namespace, of.namespaceUid])
}

/** Hides the target of a ScanTarget that is gone, and cancels its scans. Its rows stay until retention. Idempotent. */
export async function deleteTarget(
  pool: Pool,
  of: { readonly uid: string; readonly signal: AbortSignal },
): Promise<void> {
  await transaction(pool, of.signal, async (tx) => {
    const { rows } = await tx.query<{ id: string }>(
      'update targets set deleted_at = now() where uid = $1 and deleted_at is null returning id',
      [of.uid],
    )
    for (const { id } of rows) await cancelScansOf(tx, id)
  })
}

export interface KnownTarget {
  readonly targetId: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly accountId: string
}

/** Every living target, for a resync against the cluster's objects. */
export async function listTargets(sql: Sql): Promise<readonly KnownTarget[]> {
  const { rows } = await sql.query<KnownTarget>(
    `select id as "targetId", namespace, name, uid, account_id as "accountId"
     from targets where deleted_at is null order by namespace, name`,
  )
  return rows
}

async function ensureNamespace(
  tx: Sql,
  of: Pick<TargetIdentity, 'namespace' | 'namespaceUid'>,
): Promise<{ readonly uid: string; readonly externalId: string }> {
  // A shared string that is not guessable; the characters are those that STS takes in an ExternalId.
  await tx.query(
    'insert into namespaces (namespace, uid, external_id) values ($1, $2, $3) on conflict (namespace) do nothing',
    [of.namespace, of.namespaceUid, `vedette-${randomBytes(16).toString('hex')}`],
  )
  const { rows } = await tx.query<{ uid: string; externalId: string }>(
    'select uid, external_id as "externalId" from namespaces where namespace = $1',
    [of.namespace],
  )
  const row = rows[0]
  if (row === undefined) throw new Error(`the namespace ${of.namespace} is not there after it was inserted`)
  return row
}
