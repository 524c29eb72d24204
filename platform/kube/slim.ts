import type { KubeObject } from './object.ts'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * The object as the cache keeps it: without `metadata.managedFields` and kubectl's last-applied annotation, which no
 * controller reads and which are some 40 % of a small object's memory. `apiVersion` and `kind`, which the items of a
 * list of a built-in kind lack, are filled in, and are one string each for all objects.
 *
 * It changes the object it is given, which has just been parsed and which nobody else has seen, and returns it: a copy of
 * each would cost more than all the rest. Metadata alone is built anew, since V8 turns an object with deleted fields
 * into a hash table.
 */
export function slim<T extends KubeObject>(received: T, apiVersion: string, kind: string): T {
  const from = received.metadata as Readonly<Record<string, unknown>> & T['metadata'] // its own fields, by name
  const metadata: Record<string, unknown> = {}
  for (const field in from) if (field !== 'managedFields') metadata[field] = from[field]
  const { annotations } = received.metadata
  if (annotations?.[lastApplied] !== undefined) {
    const kept = Object.entries(annotations).filter(([name]) => name !== lastApplied)
    if (kept.length > 0) metadata['annotations'] = Object.fromEntries(kept)
    else delete metadata['annotations']
  }
  return Object.assign(received, { apiVersion, kind, metadata })
}
