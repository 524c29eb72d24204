import type { Writable } from 'node:stream'

/** Where text goes. */
export interface Output {
  /** Resolves when the text is on its way, so that a slow reader slows the writer. A reader who has gone is no failure. */
  write(text: string): Promise<void>
  readonly isTerminal: boolean
  /** Of the terminal; null where there is none. */
  readonly columns: number | null
}

/**
 * Writes to a stream whose reader may leave at any moment (`vedette … | head`): from then on text is dropped, and the
 * exit code stays what was found. Any other failure to write is thrown.
 */
export function outputTo(stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }): Output {
  let isGone = false
  let broken: Error | undefined
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ECONNRESET') isGone = true
    else broken = error
  })
  return {
    write: async (text) => {
      if (broken !== undefined) throw broken
      if (isGone || text === '') return
      await new Promise<void>((resolve) => {
        // The callback comes with every end of a write; failures have gone to the listener above by then.
        stream.write(text, () => resolve())
      })
      if (broken !== undefined) throw broken
    },
    isTerminal: stream.isTTY === true,
    columns: stream.isTTY === true ? (stream.columns ?? null) : null,
  }
}
