import type { EventRecorder } from '#platform/kube/events.ts'
import { isInvalid, type KubeError } from '#platform/kube/kube-error.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { failed, requeueAfter, terminal, type ReconcileResult } from '#platform/kube/reconcile-result.ts'

/** The newer object is on its way through the watch; but what changed it may be nothing that leads to a reconcile. */
export const AFTER_CONFLICT: ReconcileResult = requeueAfter(1000)

/**
 * What follows a status that could not be written: another try. Unless the API server refuses it because the object as a
 * whole breaks the schema: then no condition can say so, an Event does, and only a change of the object helps.
 */
export function statusFailed(
  events: Pick<EventRecorder, 'record'>,
  object: KubeObject,
  error: KubeError,
): ReconcileResult {
  if (!isInvalid(error)) return failed(error)
  const faults = error.causes.map(({ field, message }) => `${field}: ${message}`)
  events.record({
    regarding: object,
    type: 'Warning',
    reason: 'StatusRefused',
    action: 'WriteStatus',
    note: `The API server refuses the status, because the object breaks the schema: correct it, or delete the object and create it anew. ${faults.length > 0 ? faults.join('; ') : error.message}`,
  })
  return terminal(error)
}
