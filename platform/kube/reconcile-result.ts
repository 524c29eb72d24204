/**
 * What a reconcile found, and so when it wants to be called again. It returns this; it does not throw to be retried and
 * it does not sleep.
 *
 * - `done`: the world is as it should be; again at the next change.
 * - `requeueAfter`: nothing is wrong, look again after this long.
 * - `error`: something failed that may go well the next time; again with growing delays.
 * - `terminal`: trying again cannot help; only a change of the object can. Counted, not repeated.
 */
export type ReconcileResult =
  | { readonly type: 'done' }
  | { readonly type: 'requeueAfter'; readonly ms: number }
  | { readonly type: 'error'; readonly error: Error }
  | { readonly type: 'terminal'; readonly error: Error }

export const done: ReconcileResult = { type: 'done' }
export const requeueAfter = (ms: number): ReconcileResult => ({ type: 'requeueAfter', ms })
export const failed = (error: Error): ReconcileResult => ({ type: 'error', error })
export const terminal = (error: Error): ReconcileResult => ({ type: 'terminal', error })
