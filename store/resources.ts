import type { Resource, ResourceType } from '#core/resource.ts'
import type { Lease } from '#core/scan.ts'
import { splitVolatile } from '#core/schema.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { contentDigest, digest64 } from './digest.ts'
import { gapsOf, insertGaps, type FieldGap, type GapRow } from './gaps.ts'
import { jsonText, plainText } from './json.ts'
import { underLease, type UnderLease } from './lease.ts'

const ROWS_PER_STATEMENT = 500

/** What a page cost. */
export interface SavedPage {
  readonly written: number
  readonly unchanged: number
}

/**
 * Saves a page of what was listed at one place (a region, or `global`). Reads what is stored of these resources and
 * writes only what is new, changed or back again; of volatile values only those that moved. Nothing at all is written
 * for the rest: that it was seen is what `SeenKeys` is for.
 */
export async function savePage(
  pool: Pool,
  lease: Lease,
  page: {
    readonly resources: readonly Resource[]
    readonly types: ReadonlyMap<string, ResourceType>
    readonly listedAt: string
    readonly signal: AbortSignal
  },
): Promise<UnderLease<SavedPage>> {
  const rows = distinct(page.resources).map((resource) => toRow(resource, page.types, page.listedAt))
  return underLease(pool, lease, page.signal, async (tx) => {
    let written = 0
    for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
      written += await saveRows(tx, lease, rows.slice(from, from + ROWS_PER_STATEMENT))
    }
    return { written, unchanged: rows.length - written }
  })
}

/** The 8-byte key of a resource within its target: what a job remembers of everything it saw. */
export function keyHash(resource: Pick<Resource, 'type' | 'id' | 'location'>): bigint {
  return digest64(`${resource.type}\n${resource.location}\n${plainText(resource.id)}`)
}

/** What one listing saw, 8 bytes a resource. */
export class SeenKeys {
  #keys = new BigInt64Array(1024)
  #count = 0

  add(resource: Pick<Resource, 'type' | 'id' | 'location'>): void {
    if (this.#count === this.#keys.length) {
      const larger = new BigInt64Array(this.#count * 2)
      larger.set(this.#keys)
      this.#keys = larger
    }
    this.#keys[this.#count++] = keyHash(resource)
  }

  get keys(): BigInt64Array {
    return this.#keys.subarray(0, this.#count)
  }

  get size(): number {
    return this.#count
  }
}

interface Row {
  readonly resource: Resource
  readonly type: ResourceType
  readonly listedAt: string
  readonly stable: unknown
  readonly volatile: Readonly<Record<string, unknown>>
  readonly keyHash: bigint
  readonly contentHash: bigint
  readonly gaps: readonly FieldGap[]
}

function toRow(resource: Resource, types: ReadonlyMap<string, ResourceType>, listedAt: string): Row {
  const type = types.get(resource.type)
  if (type === undefined) throw new Error(`${resource.type} is not among the types of this page's collector`)
  const { stable, volatile } = splitVolatile(type.schema, resource.data)
  const gaps = gapsOf(resource, type)
  const { arn, name, ownerId, tags } = resource
  return {
    resource,
    type,
    listedAt,
    stable,
    volatile,
    gaps,
    keyHash: keyHash(resource),
    // With the gaps, so that a volatile value that could not be learnt is noticed too.
    contentHash: contentDigest([
      ['of', { arn, name, ownerId, tags, listedAt }],
      ['data', stable],
      ['gaps', gaps],
    ]),
  }
}

/** AWS may give the same resource twice on pages that move under the reader; a statement may touch a row only once. The later one stands. */
function distinct(resources: readonly Resource[]): readonly Resource[] {
  return [...new Map(resources.map((resource) => [keyHash(resource), resource])).values()]
}

interface Stored {
  readonly ord: number
  readonly id: string
  readonly content_hash: string
  readonly is_gone: boolean
  readonly values: Readonly<Record<string, unknown>> | null
}

async function saveRows(tx: Sql, lease: Lease, rows: readonly Row[]): Promise<number> {
  const stored = await readStored(tx, lease.targetId, rows)
  const fresh: { readonly row: Row; readonly values: Stored['values'] }[] = []
  const moved: { readonly id: string; readonly values: Readonly<Record<string, unknown>> }[] = []
  for (const [index, row] of rows.entries()) {
    const before = stored.get(index)
    if (before === undefined || before.is_gone || before.content_hash !== String(row.contentHash)) {
      fresh.push({ row, values: before?.values ?? null })
    } else if (hasMoved(before.values, row.volatile)) {
      moved.push({ id: before.id, values: row.volatile })
    }
  }
  if (fresh.length > 0) {
    const ids = await upsert(
      tx,
      lease.targetId,
      fresh.map(({ row }) => row),
    )
    for (const { row, values } of fresh) {
      const id = ids.get(String(row.keyHash))
      if (id !== undefined && hasMoved(values, row.volatile)) moved.push({ id, values: row.volatile })
    }
    await replaceResourceGaps(
      tx,
      lease.targetId,
      fresh.map(({ row }) => row),
      stored.size > 0,
    )
  }
  await writeVolatile(tx, moved)
  return fresh.length
}

function hasMoved(before: Stored['values'], now: Readonly<Record<string, unknown>>): boolean {
  if (before === null) return Object.keys(now).length > 0
  return contentDigest(before) !== contentDigest(now)
}

async function readStored(tx: Sql, targetId: string, rows: readonly Row[]): Promise<ReadonlyMap<number, Stored>> {
  const found = await tx.query<Stored>(
    `select k.ord::int as ord, r.id, r.content_hash, r.gone_at is not null as is_gone, v."values"
     from unnest($2::text[], $3::text[], $4::text[]) with ordinality as k (type, location, resource_id, ord)
     join resources r on r.target_id = $1 and r.type = k.type and r.location = k.location and r.resource_id = k.resource_id
     left join resource_volatile v on v.resource = r.id`,
    [targetId, ...keyColumns(rows)],
  )
  return new Map(found.rows.map((row) => [row.ord - 1, row]))
}

async function upsert(tx: Sql, targetId: string, rows: readonly Row[]): Promise<ReadonlyMap<string, string>> {
  const { rows: ids } = await tx.query<{ id: string; key_hash: string }>(
    `insert into resources (target_id, namespace, account_id, type, location, resource_id, listed_at, key_hash, arn, name,
       owner_id, tags, data, content_hash)
     select t.id, t.namespace, t.account_id, n.* from targets t,
       unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::jsonb[],
         $11::jsonb[], $12::bigint[]) as n
     where t.id = $1
     on conflict (target_id, type, location, resource_id) do update set
       listed_at = excluded.listed_at, arn = excluded.arn, name = excluded.name, owner_id = excluded.owner_id,
       tags = excluded.tags, data = excluded.data, content_hash = excluded.content_hash, gone_at = null,
       last_changed = case when resources.content_hash = excluded.content_hash then resources.last_changed else now() end
     returning id, key_hash`,
    [
      targetId,
      ...keyColumns(rows),
      rows.map(({ listedAt }) => listedAt),
      rows.map(({ keyHash }) => String(keyHash)),
      rows.map(({ resource }) => (resource.arn === null ? null : plainText(resource.arn))),
      rows.map(({ resource }) => plainText(resource.name)),
      rows.map(({ resource }) => resource.ownerId ?? null),
      rows.map(({ resource }) => jsonText(resource.tags)),
      rows.map(({ stable }) => jsonText(stable)),
      rows.map(({ contentHash }) => String(contentHash)),
    ],
  )
  return new Map(ids.map(({ id, key_hash }) => [key_hash, id]))
}

async function writeVolatile(
  tx: Sql,
  moved: readonly { readonly id: string; readonly values: Readonly<Record<string, unknown>> }[],
): Promise<void> {
  if (moved.length === 0) return
  await tx.query(
    `insert into resource_volatile (resource, "values") select * from unnest($1::bigint[], $2::jsonb[])
     on conflict (resource) do update set "values" = excluded."values"`,
    [moved.map(({ id }) => id), moved.map(({ values }) => jsonText(values))],
  )
}

async function replaceResourceGaps(
  tx: Sql,
  targetId: string,
  rows: readonly Row[],
  mayHaveSome: boolean,
): Promise<void> {
  const gaps: GapRow[] = rows.flatMap(({ resource, type, gaps }) =>
    gaps.map(({ operation, reason }) => ({
      service: type.service,
      operation,
      location: resource.location,
      type: resource.type,
      resourceId: plainText(resource.id),
      reason,
    })),
  )
  if (mayHaveSome) {
    await tx.query(
      `delete from gaps g using unnest($2::text[], $3::text[], $4::text[]) as r (type, location, resource_id)
       where g.target_id = $1 and g.source = 'resource'
         and (g.type, g.location, g.resource_id) = (r.type, r.location, r.resource_id)
         and not exists (
           select from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
             as n (type, location, resource_id, operation, kind)
           where (n.type, n.location, n.resource_id, n.operation, n.kind)
             = (g.type, g.location, g.resource_id, g.operation, g.kind))`,
      [
        targetId,
        ...keyColumns(rows),
        gaps.map(({ type }) => type),
        gaps.map(({ location }) => location),
        gaps.map(({ resourceId }) => resourceId),
        gaps.map(({ operation }) => operation),
        gaps.map(({ reason }) => reason.kind),
      ],
    )
  }
  await insertGaps(tx, { targetId, source: 'resource', gaps })
}

function keyColumns(rows: readonly Row[]): readonly [string[], string[], string[]] {
  return [
    rows.map(({ resource }) => resource.type),
    rows.map(({ resource }) => resource.location),
    rows.map(({ resource }) => plainText(resource.id)),
  ]
}
