import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from './object.ts'
import type { CacheEvent } from './reflector.ts'

/** Whether a change is worth a reconcile. Adds and deletes always are; predicates tell updates apart. */
export type Predicate<T extends KubeObject> = (event: CacheEvent<T>) => boolean

type Update<T> = Extract<CacheEvent<T>, { readonly type: 'update' }>

const onUpdate =
  <T extends KubeObject>(changed: (event: Update<T>) => boolean): Predicate<T> =>
  (event) =>
    event.type !== 'update' || changed(event)

/** The spec changed: the API server counts `metadata.generation` up for that and for nothing else of a custom resource. */
export const generationChanged: Predicate<KubeObject> = onUpdate(
  ({ object, old }) => object.metadata.generation !== old.metadata.generation,
)

/** One of these annotations was set, changed or removed. */
export function annotationsChanged(...names: readonly string[]): Predicate<KubeObject> {
  return onUpdate(({ object, old }) =>
    names.some((name) => object.metadata.annotations?.[name] !== old.metadata.annotations?.[name]),
  )
}

export const labelsChanged: Predicate<KubeObject> = onUpdate(
  ({ object, old }) => !isDeepStrictEqual(object.metadata.labels ?? {}, old.metadata.labels ?? {}),
)

/** Somebody asked for the object to be deleted while a finalizer keeps it. */
export const deletionRequested: Predicate<KubeObject> = onUpdate(
  ({ object, old }) => object.metadata.deletionTimestamp !== old.metadata.deletionTimestamp,
)

/** At least one of them says yes. */
export function anyOf<T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> {
  return (event) => predicates.some((predicate) => predicate(event))
}

/**
 * The status is not what this process wrote: somebody else, such as a former leader that woke up late, has overwritten
 * it. Our own writes come back through the watch too and are told apart by `isOurs`, so they cause no second reconcile.
 */
export function foreignStatus<T extends KubeObject>(writer: { isOurs(object: T): boolean }): Predicate<T> {
  return onUpdate(({ object }) => !writer.isOurs(object))
}
