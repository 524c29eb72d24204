import type { LookUp } from '#core/check.ts'
import type { Listing } from '#core/evaluation.ts'
import type { Reason } from '#core/reason.ts'
import { GLOBAL, type Resource } from '#core/resource.ts'
import { joinVolatile } from '#core/schema.ts'
import { isBased, isPartialList, isUnknown } from '#core/stored.ts'
import { connectUntil, type Connection, type Pool } from '#platform/postgres/pool.ts'
import { inBatches } from './batches.ts'

/** What is stored of a target, at one moment, whatever is written meanwhile. Must be closed. */
export interface StoredSnapshot extends AsyncDisposable {
  /** One per type and place that a check may reach; a type and place without one was not collected. */
  listings(): Promise<readonly Listing[]>
  /** Resources of these types, type after type, in order of location and id. Memory: one batch. */
  stream(types: readonly string[], batch?: number): AsyncGenerator<readonly Resource[], void, void>
  /** All resources of a type, for the few that there is one of per account or region. */
  all(type: string): Promise<readonly Resource[]>
  /** Reads all of a type once and indexes it by one of its fields. Memory: the type. */
  loadLookUp(lookUp: LookUp): Promise<LookUpIndex>
  close(): Promise<void>
}

export interface LookUpIndex {
  /** As `Snapshot.find` of core. `location` is of the resource that asks; a type listed globally is found from anywhere. */
  find(
    location: string,
    value: unknown,
  ): { readonly members: readonly Resource[]; readonly incomplete: readonly Reason[] }
}

export interface SnapshotOptions {
  readonly targetId: string
  readonly scanId: string
  /**
   * Whether this scan was to list a type at a place: then only its own listing counts, and none means that it did not
   * get there. Elsewhere (outside a narrow scan's scope) the newest listing counts. Default: everything.
   */
  readonly isCollected?: (type: string, location: string) => boolean
  readonly signal: AbortSignal
}

/**
 * Opens a snapshot: one repeatable-read transaction on a connection of its own, closed when `signal` aborts. Reading is
 * one stream at a time.
 */
export async function openSnapshot(pool: Pool, options: SnapshotOptions): Promise<StoredSnapshot> {
  const connection = await connectUntil(pool, options.signal)
  const close = async (): Promise<void> => {
    // A connection that cannot even end its transaction is broken.
    await connection.query('commit').catch(() => connection.release(true))
    connection.release()
  }
  try {
    await connection.query('begin isolation level repeatable read read only')
    // Judging happens between reads, and evaluates of large accounts may wait for it; nothing waits for a reader.
    await connection.query('set local idle_in_transaction_session_timeout = 0')
    // The first read is what the snapshot is of.
    return snapshotOn(connection, options, await readListings(connection, options), close)
  } catch (error) {
    await close()
    throw error
  }
}

function snapshotOn(
  connection: Connection,
  options: SnapshotOptions,
  listings: readonly Listing[],
  close: () => Promise<void>,
): StoredSnapshot {
  const { targetId, signal } = options

  const stream = async function* (
    types: readonly string[],
    batch = 500,
  ): AsyncGenerator<readonly Resource[], void, void> {
    for (const type of types) {
      const query = { text: RESOURCES, values: [targetId, type], rows: batch }
      for await (const rows of inBatches<ResourceRow>(connection, query)) {
        yield rows.map(toResource)
        signal.throwIfAborted()
      }
    }
  }
  const all = async (type: string): Promise<readonly Resource[]> => {
    const { rows } = await connection.query<ResourceRow>(RESOURCES, [targetId, type])
    return rows.map(toResource)
  }
  const loadLookUp = async (lookUp: LookUp): Promise<LookUpIndex> => {
    const of = listings.filter(({ type }) => type === lookUp.type.type)
    return indexResources(lookUp, await all(lookUp.type.type), of)
  }
  return { listings: () => Promise.resolve(listings), stream, all, loadLookUp, close, [Symbol.asyncDispose]: close }
}

interface ResourceRow {
  readonly type: string
  readonly resource_id: string
  readonly location: string
  readonly arn: string | null
  readonly name: string
  readonly owner_id: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly data: unknown
  readonly values: Readonly<Record<string, unknown>> | null
}

const RESOURCES = `
  select r.type, r.resource_id, r.location, r.arn, r.name, r.owner_id, r.tags, r.data, v."values"
  from resources r left join resource_volatile v on v.resource = r.id
  where r.target_id = $1 and r.type = $2 and r.gone_at is null
  order by r.location, r.resource_id`

function toResource(row: ResourceRow): Resource {
  return {
    type: row.type,
    id: row.resource_id,
    arn: row.arn,
    name: row.name,
    location: row.location,
    ...(row.owner_id === null ? {} : { ownerId: row.owner_id }),
    tags: row.tags,
    // The stored JSON is the resource; what an older version stored is read field by field through the schema.
    data: (row.values === null ? row.data : joinVolatile(row.data, row.values)) as Resource['data'],
  }
}

async function readListings(connection: Connection, options: SnapshotOptions): Promise<readonly Listing[]> {
  const { targetId, scanId, isCollected = () => true } = options
  const { rows } = await connection.query<Listing & { own: boolean }>(
    `select distinct on (type, location, own) type, location, complete, reasons, observed_at as "observedAt",
       scan_id = $2 as own
     from listings where target_id = $1 order by type, location, own, created_at desc`,
    [targetId, scanId],
  )
  const own = new Set(rows.filter((row) => row.own).map(({ type, location }) => `${type} ${location}`))
  return rows
    .filter((row) => row.own || (!own.has(`${row.type} ${row.location}`) && !isCollected(row.type, row.location)))
    .map(({ own: _own, ...listing }) => listing)
}

function indexResources(
  { type, key }: LookUp,
  resources: readonly Resource[],
  listings: readonly Listing[],
): LookUpIndex {
  const placeOf = (location: string): string => (type.listed === 'global' ? GLOBAL : location)
  const places = new Map<string, Place>()
  const placeAt = (name: string): Place => {
    let place = places.get(name)
    if (place === undefined) places.set(name, (place = { all: [], byValue: new Map(), incomplete: [] }))
    return place
  }
  for (const resource of resources) {
    const place = placeAt(placeOf(resource.location))
    place.all.push(resource)
    if (key === null) continue
    const { values, reasons } = valuesAt(resource.data, key)
    for (const value of values) {
      const same = place.byValue.get(value)
      if (same === undefined) place.byValue.set(value, [resource])
      else same.push(resource)
    }
    // It may hold the value that is looked for: nobody knows.
    place.incomplete.push(...reasons)
  }
  const listed = new Map(listings.map((listing) => [listing.location, listing]))
  return {
    find: (location, value) => {
      const name = placeOf(location)
      const place = places.get(name)
      const listing = listed.get(name)
      const unlisted: readonly Reason[] =
        listing === undefined ? [{ kind: 'not_collected' }] : listing.complete ? [] : listing.reasons
      return {
        members: (key === null ? place?.all : place?.byValue.get(value)) ?? [],
        incomplete: [...unlisted, ...(place?.incomplete ?? [])],
      }
    },
  }
}

interface Place {
  readonly all: Resource[]
  readonly byValue: Map<unknown, Resource[]>
  readonly incomplete: Reason[]
}

const NOT_COLLECTED: readonly Reason[] = [{ kind: 'not_collected' }]

/** The values that a field holds (several in a list), and why others may be missing. */
function valuesAt(
  data: unknown,
  key: string,
): { readonly values: readonly unknown[]; readonly reasons: readonly Reason[] } {
  if (isUnknown(data)) return { values: [], reasons: data.$unknown }
  const stored: unknown = (data as Readonly<Record<string, unknown>> | null)?.[key]
  if (stored === undefined) return { values: [], reasons: NOT_COLLECTED }
  if (isUnknown(stored)) return { values: [], reasons: stored.$unknown }
  const value = isBased(stored) ? stored.$value : stored
  const members: unknown = isPartialList(value) ? value.$items : value
  if (!Array.isArray(members)) return { values: [members], reasons: [] }
  const plain = members.filter((member) => !isUnknown(member)).map((m: unknown) => (isBased(m) ? m.$value : m))
  const reasons = [
    ...(isPartialList(value) ? value.$incomplete : []),
    ...members.flatMap((member: unknown) => (isUnknown(member) ? member.$unknown : [])),
  ]
  return { values: plain, reasons }
}
