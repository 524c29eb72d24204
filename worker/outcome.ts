/**
 * How the work on a job ended, as its handler says it. That a lease was lost or the worker is stopping is no outcome of
 * the work: the loop knows that from its signals.
 */
export type Outcome =
  | { readonly kind: 'finished' }
  /** Nobody is to try again: the job is failed. `reason` is a condition's reason, `message` is for people. */
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }
  /** AWS cannot be asked now. Tried again later; costs no attempt. */
  | { readonly kind: 'delayed'; readonly seconds: number; readonly reason: string }
  /** The lease is somebody else's by now: nothing may be written any more. */
  | { readonly kind: 'lost' }

export const FINISHED: Outcome = { kind: 'finished' }
export const LOST: Outcome = { kind: 'lost' }
