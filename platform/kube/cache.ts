import { formatKey, formatKeyOf, type KubeObject, type ObjectKey } from './object.ts'

/** Maps an object to the values under which it can be looked up; none leaves it out. */
export type IndexFunction<T> = (object: T) => readonly string[]

/** What a controller may do with a cache. Objects are shared by all readers: never change one. */
export interface CacheReader<T extends KubeObject> {
  readonly size: number
  get(key: ObjectKey): T | undefined
  /** All objects, of one namespace when given; in no order. Costs a copy of the list, not of the objects. */
  list(namespace?: string): readonly T[]
  /** The objects that an index function gave this value. Throws on an index that was not declared. */
  byIndex(index: string, value: string): readonly T[]
  keys(): Iterable<ObjectKey>
}

interface Index<T> {
  readonly valuesOf: IndexFunction<T>
  /** Keys under each value. */
  readonly keys: Map<string, Set<string>>
}

/** Objects of one kind by `namespace/name`, with named indexes. */
export class ObjectCache<T extends KubeObject> implements CacheReader<T> {
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<string, Index<T>>()
  readonly #freeze: boolean

  /** `freeze` makes a write to a cached object throw: for tests, at the cost of a walk over each object. */
  constructor(options: { readonly freeze?: boolean } = {}) {
    this.#freeze = options.freeze ?? false
  }

  get size(): number {
    return this.#objects.size
  }

  /** Declares an index, over what is cached already too. Declaring one name again replaces it. */
  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    const index: Index<T> = { valuesOf, keys: new Map() }
    this.#indexes.set(name, index)
    for (const [key, object] of this.#objects) addTo(index, key, object)
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(formatKey(key))
  }

  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return [...this.#objects.values()]
    return [...this.#objects.values()].filter((object) => object.metadata.namespace === namespace)
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name)
    if (index === undefined) {
      throw new Error(
        `no index "${name}": declare it where the informer is made (there are: ${[...this.#indexes.keys()].join(', ') || 'none'})`,
      )
    }
    const found: T[] = []
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key)
      if (object !== undefined) found.push(object)
    }
    return found
  }

  *keys(): Iterable<ObjectKey> {
    for (const object of this.#objects.values()) {
      yield { namespace: object.metadata.namespace ?? '', name: object.metadata.name }
    }
  }

  entries(): Iterable<readonly [string, T]> {
    return this.#objects.entries()
  }

  /** Stores the object and returns the one it takes the place of. */
  set(object: T): T | undefined {
    const key = formatKeyOf(object)
    const old = this.#objects.get(key)
    if (this.#freeze) deepFreeze(object)
    this.#objects.set(key, object)
    for (const index of this.#indexes.values()) {
      if (old !== undefined) removeFrom(index, key, old)
      addTo(index, key, object)
    }
    return old
  }

  delete(key: string): T | undefined {
    const old = this.#objects.get(key)
    if (old === undefined) return undefined
    this.#objects.delete(key)
    for (const index of this.#indexes.values()) removeFrom(index, key, old)
    return old
  }
}

function addTo<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const keys = index.keys.get(value)
    if (keys === undefined) index.keys.set(value, new Set([key]))
    else keys.add(key)
  }
}

function removeFrom<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const keys = index.keys.get(value)
    keys?.delete(key)
    if (keys?.size === 0) index.keys.delete(value)
  }
}

function deepFreeze(value: unknown): void {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
}
