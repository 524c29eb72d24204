import type { Reason } from '#core/reason.ts'
import type { Resource, ResourceType } from '#core/resource.ts'
import type { NewGap } from '#core/scan.ts'
import type { Schema } from '#core/schema.ts'
import { isBased, isPartialList, isUnknown } from '#core/stored.ts'
import type { TopGap } from '#core/target-facts.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { jsonText } from './json.ts'

/** A field of a resource that was not learnt: which operation would have fed it, and why it did not. */
export interface FieldGap {
  readonly operation: string
  readonly reason: Reason
}

/** What a resource does not know of itself, once per operation, kind of reason and denied action. Cost: one walk. */
export function gapsOf(resource: Resource, type: ResourceType): readonly FieldGap[] {
  const found = new Map<string, FieldGap>()
  const add = (operation: string, reasons: readonly Reason[]): void => {
    for (const reason of reasons) {
      // A reason names the call that failed, which may be another one than the field's own.
      const gap = { operation: 'operation' in reason ? reason.operation : operation, reason }
      const key = `${gap.operation} ${reason.kind} ${actionOf(reason)}`
      if (!found.has(key)) found.set(key, gap)
    }
  }
  const walk = (node: Schema<unknown>, value: unknown, feeds: string): void => {
    const from = node.operation ?? feeds
    if (isUnknown(value)) return add(from, value.$unknown)
    const plain = isBased(value) ? value.$value : value
    if (node.shape.kind === 'group' && typeof plain === 'object' && plain !== null) {
      for (const [name, member] of Object.entries(plain)) {
        const field = node.shape.fields[name]
        if (field !== undefined) walk(field, member, from)
      }
    }
    if (node.shape.kind === 'list') {
      if (isPartialList(plain)) add(from, plain.$incomplete)
      const members: unknown = isPartialList(plain) ? plain.$items : plain
      if (Array.isArray(members)) for (const member of members) walk(node.shape.item, member, from)
    }
  }
  walk(type.schema, resource.data, type.operation)
  return [...found.values()]
}

/** The IAM action that was denied; empty for other reasons. */
export function actionOf(reason: Reason): string {
  return reason.kind === 'denied' ? reason.action : ''
}

/** A row as it is written. */
export interface GapRow extends NewGap {
  readonly type?: string
  readonly resourceId?: string
}

/**
 * Makes `gaps` all that there is from one source (in one location, of one type, where these are given). What stays
 * keeps its `since`; what is not among them was learnt, and goes.
 */
export async function replaceGaps(
  tx: Sql,
  of: {
    readonly targetId: string
    readonly source: 'prepare' | 'job' | 'listing'
    readonly location?: string
    readonly type?: string
    readonly gaps: readonly GapRow[]
  },
): Promise<void> {
  await tx.query(
    `delete from gaps g where g.target_id = $1 and g.source = $2
       and ($3::text is null or g.location = $3) and ($4::text is null or g.type = $4)
       and not exists (
         select from unnest($5::text[], $6::text[], $7::text[], $8::text[]) as n (location, operation, kind, action)
         where (n.location, n.operation, n.kind, n.action) = (g.location, g.operation, g.kind, g.action))`,
    [
      of.targetId,
      of.source,
      of.location ?? null,
      of.type ?? null,
      of.gaps.map(({ location }) => location),
      of.gaps.map(({ operation }) => operation),
      of.gaps.map(({ reason }) => reason.kind),
      of.gaps.map(({ reason }) => actionOf(reason)),
    ],
  )
  await insertGaps(tx, { targetId: of.targetId, source: of.source, gaps: of.gaps })
}

/** Adds gaps that are not known yet. */
export async function insertGaps(
  tx: Sql,
  of: {
    readonly targetId: string
    readonly source: 'prepare' | 'job' | 'listing' | 'resource'
    readonly gaps: readonly GapRow[]
  },
): Promise<void> {
  const { gaps } = of
  if (gaps.length === 0) return
  await tx.query(
    `insert into gaps (target_id, namespace, source, service, operation, location, type, resource_id, kind, action, reason)
     select t.id, t.namespace, $2, g.* from targets t,
       unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::jsonb[]) as g
     where t.id = $1
     on conflict do nothing`,
    [
      of.targetId,
      of.source,
      gaps.map(({ service }) => service),
      gaps.map(({ operation }) => operation),
      gaps.map(({ location }) => location),
      gaps.map(({ type }) => type ?? ''),
      gaps.map(({ resourceId }) => resourceId ?? ''),
      gaps.map(({ reason }) => reason.kind),
      gaps.map(({ reason }) => actionOf(reason)),
      gaps.map(({ reason }) => jsonText(reason)),
    ],
  )
}

/** The gaps that hide most, folded over places and resources. Whole listings come before fields of resources. */
export async function topGaps(sql: Sql, targetId: string, limit = 5): Promise<readonly TopGap[]> {
  const { rows } = await sql.query<{
    operation: string
    reason: string
    action: string
    locations: string[]
    count: number
  }>(
    `select operation, kind as reason, action, count(*)::int as count,
       (array_agg(distinct location order by location))[1:8] as locations
     from gaps where target_id = $1 group by operation, kind, action
     order by bool_or(source <> 'resource') desc, count(*) desc, operation, kind, action limit $2`,
    [targetId, limit],
  )
  return rows.map(({ action, ...gap }) => (action === '' ? gap : { ...gap, action }))
}
