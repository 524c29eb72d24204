import type { Failure } from '#core/aws-call.ts'
import type { ResourceType } from '#core/resource.ts'
import type { Lease } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { replaceGaps } from './gaps.ts'
import { jsonText } from './json.ts'
import { underLease, type UnderLease } from './lease.ts'

/** How a listing ended, as collectors say it. */
export type ListingEnd =
  | { readonly complete: true; readonly observedAt?: Date }
  | { readonly complete: false; readonly failure: Pick<Failure, 'operation' | 'reason'> }

/**
 * Ends the listing of a type at one place (a region, or `global`), in one transaction: the checkpoint that a redelivered
 * job resumes after, and the only way by which checks reach the type. A complete one marks what was not seen as gone;
 * one that is not complete says nothing about absence, and is a gap. Resolves to how many resources are gone.
 */
export async function completeListing(
  pool: Pool,
  lease: Lease,
  listing: {
    readonly type: ResourceType
    readonly location: string
    readonly end: ListingEnd
    /** Keys of everything that was listed: `SeenKeys.keys`. */
    readonly seen: BigInt64Array
    readonly signal: AbortSignal
  },
): Promise<UnderLease<{ readonly gone: number }>> {
  const { type, location, end, seen } = listing
  return underLease(pool, lease, listing.signal, async (tx) => {
    const { targetId } = lease
    const gone = end.complete ? await markGone(tx, targetId, type.type, location, seen) : 0
    await tx.query(
      `insert into listings (scan_id, target_id, namespace, type, location, complete, resource_count, reasons, observed_at)
       select $1, t.id, t.namespace, $3, $4, $5, $6, $7, coalesce($8, now()) from targets t where t.id = $2
       on conflict (scan_id, location, type) do update set complete = excluded.complete,
         resource_count = excluded.resource_count, reasons = excluded.reasons, observed_at = excluded.observed_at`,
      [
        lease.scanId,
        targetId,
        type.type,
        location,
        end.complete,
        seen.length,
        jsonText(end.complete ? [] : [end.failure.reason]),
        end.complete ? (end.observedAt ?? null) : null,
      ],
    )
    await replaceGaps(tx, {
      targetId,
      source: 'listing',
      location,
      type: type.type,
      gaps: end.complete
        ? []
        : [
            {
              service: type.service,
              operation: end.failure.operation,
              location,
              type: type.type,
              reason: end.failure.reason,
            },
          ],
    })
    return { gone }
  })
}

async function markGone(
  tx: Sql,
  targetId: string,
  type: string,
  location: string,
  seen: BigInt64Array,
): Promise<number> {
  const { rowCount } = await tx.query(
    `with gone as (
       update resources r set gone_at = now()
       where r.target_id = $1 and r.type = $2 and r.listed_at = $3 and r.gone_at is null
         and not exists (select from unnest($4::bigint[]) as seen (key) where seen.key = r.key_hash)
       returning r.type, r.location, r.resource_id
     ), forgotten as (
       delete from gaps g using gone
       where g.target_id = $1 and g.source = 'resource'
         and (g.type, g.location, g.resource_id) = (gone.type, gone.location, gone.resource_id)
     )
     select from gone`,
    [targetId, type, location, Array.from(seen, String)],
  )
  return rowCount
}

/** The types whose listing at `location` this scan has: a job that is taken up again goes on after them. */
export async function doneListings(
  sql: Sql,
  lease: Lease,
  location: string,
): Promise<ReadonlyMap<string, { readonly complete: boolean; readonly count: number }>> {
  const { rows } = await sql.query<{ type: string; complete: boolean; count: number }>(
    'select type, complete, resource_count as count from listings where scan_id = $1 and location = $2',
    [lease.scanId, location],
  )
  return new Map(rows.map(({ type, ...listing }) => [type, listing]))
}
