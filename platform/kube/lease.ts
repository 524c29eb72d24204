import { toMicroTime } from './micro-time.ts'
import type { KubeObject } from './object.ts'
import { kubeResource } from './resource.ts'

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ (read 2026-11). Times are MicroTime. */
export interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  readonly acquireTime?: string
  readonly renewTime?: string
  readonly leaseTransitions?: number
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec
}

export const leases = kubeResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
})

/** The spec that says "held by `identity` from now on", given what it says at present. */
export function heldSpec(
  current: LeaseSpec | undefined,
  held: { readonly identity: string; readonly durationMs: number; readonly now: Date },
): LeaseSpec {
  const now = toMicroTime(held.now)
  const isOurs = current?.holderIdentity === held.identity
  return {
    holderIdentity: held.identity,
    leaseDurationSeconds: Math.ceil(held.durationMs / 1000),
    acquireTime: isOurs ? (current.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: (current?.leaseTransitions ?? 0) + (current === undefined || isOurs ? 0 : 1),
  }
}

/** The spec that says "free, take it": no holder, and a duration that is over at once. */
export function releasedSpec(current: LeaseSpec, now: Date): LeaseSpec {
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: toMicroTime(now),
    renewTime: toMicroTime(now),
    leaseTransitions: current.leaseTransitions ?? 0,
  }
}
