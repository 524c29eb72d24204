import { isDeepStrictEqual } from 'node:util'
import type { Kind } from '#core/kinds/kind.ts'
import type { ObjectKey } from '#platform/kube/object.ts'
import type { Cluster } from './cluster.ts'

/** The longest wait that a timer takes. */
const MOST_WAIT_MS = 2 ** 31 - 1
/** What a status may be, as the README promises. */
const MOST_STATUS_BYTES = 4096

/** The conditions of a status, as far as they are looked at. */
export interface SeenStatus {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[]
  readonly [field: string]: unknown
}

/**
 * One reconcile, to which nothing was wrong but the object: it ends in a result that is no error, and whatever status it
 * wrote is one of today's schema and small. Returns the newest status.
 */
export async function reconciled(cluster: Cluster, kind: Kind, key: ObjectKey): Promise<SeenStatus | undefined> {
  const result = await cluster.reconcile(kind.kind, key)
  if (result.type === 'error' || result.type === 'terminal') throw result.error
  if (result.type === 'requeueAfter' && !(result.ms >= 0 && result.ms <= MOST_WAIT_MS))
    throw new Error(`it wants to be called again in ${result.ms} ms`)
  const status = cluster.statuses(kind.kind, key).at(-1)
  if (status === undefined) return undefined
  const parsed = kind.status.safeParse(status)
  if (!parsed.success) throw new Error(`a status was written that the schema refuses: ${parsed.error.message}`)
  const bytes = Buffer.byteLength(JSON.stringify(status))
  if (bytes > MOST_STATUS_BYTES) throw new Error(`a status of ${bytes} bytes was written`)
  return parsed.data as SeenStatus // the schema of every kind has these
}

/** Another reconcile of the same object, with nothing changed: it writes nothing, or a cluster would never be idle. */
export async function reconciledAgain(cluster: Cluster, kind: Kind, key: ObjectKey): Promise<void> {
  const before = cluster.statuses(kind.kind, key)
  await reconciled(cluster, kind, key)
  const after = cluster.statuses(kind.kind, key)
  if (!isDeepStrictEqual(after, before))
    throw new Error(`a second reconcile wrote ${JSON.stringify(after.at(-1))} after ${JSON.stringify(before.at(-1))}`)
}

export function reasonOf(status: SeenStatus | undefined, type: string): string | undefined {
  return status?.conditions?.find((condition) => condition.type === type)?.reason
}
