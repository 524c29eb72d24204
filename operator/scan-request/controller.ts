import type { Check } from '#core/check.ts'
import type { Clock } from '#core/clock.ts'
import { ScanRequest, type ScanRequestSpec } from '#core/kinds/scan-request.ts'
import { ScanTarget } from '#core/kinds/scan-target.ts'
import type { RequestFacts } from '#core/target-facts.ts'
import { findCondition } from '#platform/kube/conditions.ts'
import type { Controller, ReconcileRequest } from '#platform/kube/controller.ts'
import { watching } from '#platform/kube/controller.ts'
import { isConflict, isNotFound } from '#platform/kube/kube-error.ts'
import type { Manager } from '#platform/kube/manager.ts'
import { anyOf, foreignStatus, generationChanged, type Predicate } from '#platform/kube/predicates.ts'
import { done, failed, requeueAfter, type ReconcileResult } from '#platform/kube/reconcile-result.ts'
import type { StatusWriter } from '#platform/kube/status.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { readTargetIdentities, requestUidsAt } from '#store/lookups.ts'
import { readScanByRequest } from '#store/target-facts.ts'
import { cancelRequest, requestScan } from '#store/scans.ts'
import { waitingForDatabase } from '../database-away.ts'
import {
  FIELD_MANAGER,
  scanRequests,
  scanTargets,
  understood,
  type ScanRequestObject,
  type ScanTargetObject,
} from '../kinds.ts'
import { explainFaults, faultsOf, parseTargetSpec, resolveScan } from '../scan-target/resolve.ts'
import { AFTER_CONFLICT, statusFailed } from '../status-write.ts'
import { requestStatus, type RequestStanding } from './status.ts'

type Status = NonNullable<ScanRequestObject['status']>

export interface ScanRequestDeps {
  readonly manager: Manager
  readonly pool: Pool
  readonly clock: Clock
  readonly catalogue: readonly Check[]
}

/** Progress of a running scan is written this often at most. */
const PROGRESS_MS = 30_000

/** Turns requests into scans, cancels them, tells how they went, and deletes them when their time is over. */
export function addScanRequestController(deps: ScanRequestDeps): Controller<ScanRequestObject> {
  const { manager } = deps
  const writer = manager.statusWriter(scanRequests, FIELD_MANAGER)
  const requests = manager.informer(scanRequests, {
    target: (request) => {
      const target = targetNameOf(request)
      return target === undefined ? [] : [`${request.metadata.namespace ?? ''}/${target}`]
    },
  })
  const lastProgress = new Map<string, number>()
  return manager.addController<ScanRequestObject>({
    name: 'scan-request',
    for: scanRequests,
    predicates: [anyOf(generationChanged, foreignStatus(writer))],
    watches: [
      // A request may be there before its target, or before the target's database row.
      watching<ScanTargetObject>(
        scanTargets,
        (target) =>
          requests.cache
            .byIndex('target', `${target.metadata.namespace ?? ''}/${target.metadata.name}`)
            .map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name })),
        [anyOf(generationChanged, takenUp)],
      ),
    ],
    reconcile: waitingForDatabase(async (request) => {
      if (request.object !== undefined) return answer(deps, writer, lastProgress, request, request.object)
      return cancelDeleted(deps, request)
    }),
  })
}

/** The database knows the target from now on: its status has the ExternalId. */
const takenUp: Predicate<ScanTargetObject> = (event) =>
  event.type !== 'update' || event.object.status?.externalId !== event.old.status?.externalId

/** A request that is deleted while its scan is under way wanted the scan gone too. */
async function cancelDeleted(
  { manager, pool }: ScanRequestDeps,
  { key, signal, log }: ReconcileRequest<ScanRequestObject>,
): Promise<ReconcileResult> {
  const live = await manager.client.get(scanRequests, key, { signal })
  if (live.ok) return requeueAfter(1000)
  if (!isNotFound(live.error)) return failed(live.error)
  for (const requestUid of await requestUidsAt(pool, key)) {
    await cancelRequest(pool, { requestUid, signal })
    log.info({ requestUid }, 'request deleted: taken back')
  }
  return done
}

async function answer(
  deps: ScanRequestDeps,
  writer: StatusWriter<ScanRequestObject>,
  lastProgress: Map<string, number>,
  { signal }: ReconcileRequest<ScanRequestObject>,
  request: ScanRequestObject,
): Promise<ReconcileResult> {
  const { uid, generation } = request.metadata
  const now = deps.clock.now()
  const before = understood(ScanRequest, writer.current(request))
  const parsed = ScanRequest.spec.safeParse(request.spec)
  const ttlSeconds = parsed.data?.ttlSecondsAfterFinished
  const known = await readScanByRequest(deps.pool, uid)
  if (known === undefined && isOver(before, generation)) return expire(deps, request, before, ttlSeconds, signal)
  // Becoming owned makes a new version, which the status has to be written on: the cache does not have it yet.
  const versions = { owned: request }
  const standing = parsed.success
    ? await stand(deps, request, parsed.data, known, signal, versions)
    : ({ kind: 'refused', reason: 'InvalidSpec', message: explainFaults(ScanRequest, faultsOf(parsed.error)) } as const)
  if (standing instanceof Error) return failed(standing)

  const status = requestStatus(request, before, standing, now)
  const settled = (of: typeof status | undefined): string => JSON.stringify({ ...of, jobs: null })
  const waitMs = (lastProgress.get(uid) ?? -Infinity) + PROGRESS_MS - deps.clock.monotonicMs()
  if (before !== undefined && settled(before) === settled(status) && waitMs > 0) return requeueAfter(waitMs)

  const outcome = await writer.apply(versions.owned, status, signal)
  if (outcome.type === 'failed') return statusFailed(deps.manager.events, request, outcome.error)
  if (outcome.type === 'conflict') return AFTER_CONFLICT
  if (outcome.type === 'gone') return done
  if (outcome.type === 'applied') lastProgress.set(uid, deps.clock.monotonicMs())
  if (!isFinished(status)) return requeueAfter(standing.kind === 'waiting' ? 15_000 : PROGRESS_MS)
  lastProgress.delete(uid)
  return expire(deps, request, status, ttlSeconds, signal)
}

const isFinished = (status: Status | undefined): boolean =>
  findCondition(status?.conditions, 'Finished')?.status === 'True'

/**
 * What was told to be finished is not begun anew: not when retention has removed its scan, and not when what it was
 * refused for is no longer so. Only an edit of a request that never came to a scan is looked at.
 */
function isOver(status: Status | undefined, generation: number | undefined): boolean {
  return isFinished(status) && (status?.scanId !== undefined || status?.observedGeneration === generation)
}

async function stand(
  deps: ScanRequestDeps,
  request: ScanRequestObject,
  spec: ScanRequestSpec,
  known: RequestFacts | undefined,
  signal: AbortSignal,
  versions: { owned: ScanRequestObject },
): Promise<RequestStanding | Error> {
  const { namespace = '', name, uid } = request.metadata
  if (known !== undefined) {
    if (!spec.cancel || known.finishedAt !== null) return { kind: 'scan', facts: known }
    await cancelRequest(deps.pool, { requestUid: uid, signal })
    return { kind: 'scan', facts: (await readScanByRequest(deps.pool, uid)) ?? known }
  }
  if (spec.cancel) return { kind: 'refused', reason: 'Cancelled', message: 'Cancelled before the scan was started.' }

  const { targetName, scope } = spec.request
  const target = deps.manager.informer(scanTargets).cache.get({ namespace, name: targetName })
  if (target === undefined) {
    return {
      kind: 'waiting',
      reason: 'TargetNotFound',
      message: `There is no ScanTarget "${targetName}" in namespace ${namespace}; the scan starts when there is one.`,
    }
  }
  const targetSpec = parseTargetSpec(target.spec)
  if (!targetSpec.ok) {
    const faults = explainFaults(ScanTarget, targetSpec.faults)
    return { kind: 'refused', reason: 'InvalidTarget', message: `ScanTarget "${targetName}" cannot be read. ${faults}` }
  }
  const identity = (await readTargetIdentities(deps.pool, [target.metadata.uid])).get(target.metadata.uid)
  if (identity === undefined) {
    return {
      kind: 'waiting',
      reason: 'TargetNotReady',
      message: `ScanTarget "${targetName}" has not been taken up yet, or is stalled: see its conditions.`,
    }
  }
  const resolved = resolveScan(targetSpec.spec, { catalogue: deps.catalogue, externalId: identity.externalId, scope })
  if (!resolved.ok) return { kind: 'refused', reason: resolved.reason, message: resolved.faults.join('\n') }
  const owned = await own(deps, request, target, signal)
  if (owned instanceof Error) return owned
  versions.owned = owned
  await requestScan(deps.pool, {
    targetId: identity.targetId,
    generation: target.metadata.generation ?? 0,
    spec: resolved.spec,
    trigger: { kind: 'request', requestUid: uid, requestName: name },
    signal,
  })
  const facts = await readScanByRequest(deps.pool, uid)
  return facts === undefined ? new Error('the scan that was just asked for is not there') : { kind: 'scan', facts }
}

/** Deleting a target deletes its requests: the API server's garbage collector does it. */
async function own(
  { manager }: ScanRequestDeps,
  request: ScanRequestObject,
  target: ScanTargetObject,
  signal: AbortSignal,
): Promise<Error | ScanRequestObject> {
  if (request.metadata.ownerReferences?.some(({ uid }) => uid === target.metadata.uid) === true) return request
  const { namespace, name, uid } = request.metadata
  const owner = {
    apiVersion: target.apiVersion,
    kind: target.kind,
    name: target.metadata.name,
    uid: target.metadata.uid,
  }
  const applied = await manager.client.apply(
    scanRequests,
    {
      apiVersion: request.apiVersion,
      kind: request.kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, ownerReferences: [owner] },
    },
    { signal, fieldManager: `${FIELD_MANAGER}-owner` },
  )
  return applied.ok ? applied.value : applied.error
}

/** Deletes a finished request whose time is over, or says when it will be. */
async function expire(
  { manager, clock }: ScanRequestDeps,
  request: ScanRequestObject,
  status: Status | undefined,
  ttlSeconds: number | undefined,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const finishedAt = status?.completionTime ?? findCondition(status?.conditions, 'Finished')?.lastTransitionTime
  if (ttlSeconds === undefined || finishedAt === undefined) return done
  const leftMs = Date.parse(finishedAt) + ttlSeconds * 1000 - clock.now().getTime()
  // Timers take 2^31 - 1 ms at most; a day is soon enough to look again.
  if (leftMs > 0) return requeueAfter(Math.min(leftMs, 86_400_000))
  const { namespace = '', name, uid } = request.metadata
  const deleted = await manager.client.delete(scanRequests, { namespace, name }, { signal, uid })
  return deleted.ok || isNotFound(deleted.error) || isConflict(deleted.error) ? done : failed(deleted.error)
}

function targetNameOf(request: ScanRequestObject): string | undefined {
  const parsed = ScanRequest.spec.safeParse(request.spec)
  return parsed.success ? parsed.data.request.targetName : undefined
}
