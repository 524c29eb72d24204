interface Entry<V> {
  readonly at: number
  readonly value: V
}

/** A binary heap of values by time, the earliest on top: O(log n) to add and to take, for 10,000 timers on one sleep. */
export class DelayHeap<V> {
  readonly #entries: Entry<V>[] = []

  get size(): number {
    return this.#entries.length
  }

  /** The earliest time, `undefined` when there is nothing. */
  get nextAt(): number | undefined {
    return this.#entries[0]?.at
  }

  add(at: number, value: V): void {
    const entries = this.#entries
    let index = entries.push({ at, value }) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.#at(parent) <= at) break
      this.#swap(index, parent)
      index = parent
    }
  }

  /** Takes the earliest value if its time has come. */
  takeDue(now: number): V | undefined {
    const entries = this.#entries
    const first = entries[0]
    if (first === undefined || first.at > now) return undefined
    const last = entries.pop()
    if (last !== undefined && entries.length > 0) {
      entries[0] = last
      this.#sink()
    }
    return first.value
  }

  clear(): void {
    this.#entries.length = 0
  }

  #sink(): void {
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const smaller = this.#at(left + 1) < this.#at(left) ? left + 1 : left
      if (this.#at(smaller) >= this.#at(index)) return
      this.#swap(index, smaller)
      index = smaller
    }
  }

  #at(index: number): number {
    return this.#entries[index]?.at ?? Number.POSITIVE_INFINITY
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#entries[a], this.#entries[b]]
    if (first === undefined || second === undefined) return
    this.#entries[a] = second
    this.#entries[b] = first
  }
}
