/** One job's part of a worker: first beside the others, and alone if it asks for that. */
export interface Place {
  /**
   * Waits until nothing else is under way in this worker; until this job has left, nothing else begins then. Those that
   * ask go one at a time, in their order. False when `signal` aborted first.
   */
  alone(signal: AbortSignal): Promise<boolean>
  /** The job has ended. */
  leave(): void
}

export interface Places {
  /** A job is alone, or waits to be: nothing is to enter. */
  readonly isClosed: boolean
  enter(): Place
}

/** Lets jobs be under way beside each other, or one of them alone. */
export function createPlaces(): Places {
  let beside = 0
  let isOneAlone = false
  const waiting = new Set<() => void>()

  const next = (): void => {
    const [first] = waiting
    if (beside > 0 || isOneAlone || first === undefined) return
    waiting.delete(first)
    isOneAlone = true
    first()
  }
  const enter = (): Place => {
    let state: 'beside' | 'waiting' | 'alone' | 'left' = 'beside'
    beside++
    return {
      alone: (signal) => {
        const { promise, resolve } = Promise.withResolvers<boolean>()
        const begin = (): void => {
          state = 'alone'
          signal.removeEventListener('abort', giveUp)
          resolve(true)
        }
        const giveUp = (): void => {
          state = 'left'
          waiting.delete(begin)
          resolve(false)
        }
        state = 'waiting'
        beside--
        waiting.add(begin)
        signal.addEventListener('abort', giveUp, { once: true })
        if (signal.aborted) giveUp()
        next()
        return promise
      },
      leave: () => {
        if (state === 'beside') beside--
        if (state === 'alone') isOneAlone = false
        state = 'left'
        next()
      },
    }
  }
  return {
    enter,
    get isClosed() {
      return isOneAlone || waiting.size > 0
    },
  }
}
