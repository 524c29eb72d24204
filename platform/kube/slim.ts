import type { KubeObject } from './object.ts'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * The object as the cache keeps it: without `metadata.managedFields` and kubectl's last-applied annotation, which no
 * controller reads and which are some 40 % of a small object's memory. `apiVersion` and `kind`, which the items of a
 * list of a built-in kind lack, are filled in, and are one string each for all objects.
 *
 * Metadata is built anew instead of deleting from it: V8 turns an object with deleted fields into a hash table.
 */
export function slim<T extends KubeObject>(object: T, apiVersion: string, kind: string): T {
  const {
    managedFields: _,
    annotations,
    ...metadata
  } = object.metadata as T['metadata'] & {
    readonly managedFields?: unknown
  }
  const kept = annotations?.[lastApplied] === undefined ? annotations : without(annotations, lastApplied)
  return {
    ...object,
    apiVersion,
    kind,
    metadata: kept === undefined ? metadata : { ...metadata, annotations: kept },
  }
}

function without(annotations: Readonly<Record<string, string>>, name: string): Record<string, string> | undefined {
  const kept = Object.entries(annotations).filter(([key]) => key !== name)
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}
