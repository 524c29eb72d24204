import { API_GROUP, API_VERSION, type Kind } from '#core/kinds/kind.ts'
import { ScanRequest } from '#core/kinds/scan-request.ts'
import { ScanSchedule } from '#core/kinds/scan-schedule.ts'
import { ScanTarget } from '#core/kinds/scan-target.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { kubeResource, type KubeResource } from '#platform/kube/resource.ts'

// Objects come from the API server, which an older schema may have told to accept more than today's: controllers parse
// `spec` before they read it, so it is unknown here.
type Stored<Status> = KubeObject & { readonly spec: unknown; readonly status?: Status }
export type ScanTargetObject = Stored<NonNullable<ScanTarget['status']>>
export type ScanScheduleObject = Stored<NonNullable<ScanSchedule['status']>>
export type ScanRequestObject = Stored<NonNullable<ScanRequest['status']>>

/**
 * The status as it was read, as far as today's schema knows its fields; one that does not fit it counts as none, and is
 * written anew.
 */
export function understood<Status>(kind: Kind, status: Status | undefined): Status | undefined {
  // The schema's output is the type of the kind's status.
  return kind.status.safeParse(status).data as Status | undefined
}

function served<T extends KubeObject>(kind: Kind): KubeResource<T> {
  return kubeResource<T>({
    group: API_GROUP,
    version: API_VERSION,
    plural: kind.plural,
    kind: kind.kind,
    namespaced: true,
  })
}

export const scanTargets = served<ScanTargetObject>(ScanTarget)
export const scanSchedules = served<ScanScheduleObject>(ScanSchedule)
export const scanRequests = served<ScanRequestObject>(ScanRequest)

/** Owns the status of all our kinds. */
export const FIELD_MANAGER = 'vedette-operator'
