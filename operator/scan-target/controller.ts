import type { Check } from '#core/check.ts'
import type { Clock } from '#core/clock.ts'
import { SCAN_NOW_ANNOTATION, ScanTarget, type ScanTargetSpec } from '#core/kinds/scan-target.ts'
import type { TargetFacts } from '#core/target-facts.ts'
import type { Controller, ReconcileRequest } from '#platform/kube/controller.ts'
import { isNotFound } from '#platform/kube/kube-error.ts'
import type { Manager } from '#platform/kube/manager.ts'
import { annotationsChanged, anyOf, foreignStatus, generationChanged } from '#platform/kube/predicates.ts'
import { done, failed, requeueAfter, type ReconcileResult } from '#platform/kube/reconcile-result.ts'
import type { StatusWriter } from '#platform/kube/status.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { plainText } from '#store/json.ts'
import { requestScan } from '#store/scans.ts'
import type { Trigger } from '#core/scan.ts'
import { targetUidAt } from '#store/lookups.ts'
import { readTargetStatus } from '#store/target-facts.ts'
import { adoptNamespace, deleteTarget, ensureTarget } from '#store/targets.ts'
import { waitingForDatabase } from '../database-away.ts'
import { FIELD_MANAGER, scanTargets, understood, type ScanTargetObject } from '../kinds.ts'
import { ADOPT_ANNOTATION, type Namespaces } from '../namespaces.ts'
import { AFTER_CONFLICT, statusFailed } from '../status-write.ts'
import { retryDelayMs } from './backoff.ts'
import { recordTransitions } from './events.ts'
import { explainFaults, parseTargetSpec, resolveScan } from './resolve.ts'
import { targetStatus, type Standing } from './status.ts'

export interface ScanTargetDeps {
  readonly manager: Manager
  readonly pool: Pool
  readonly clock: Clock
  readonly catalogue: readonly Check[]
  readonly namespaces: Namespaces
}

/**
 * Keeps targets in the database as their objects say, asks for scans when the spec or the annotation changes, and
 * copies the verdict back into the status. The only writer of that status.
 *
 * Nothing outside the database needs undoing, so there is no finalizer: a target that is gone is marked deleted, once a
 * read past the cache has confirmed it.
 */
export function addScanTargetController(deps: ScanTargetDeps): Controller<ScanTargetObject> {
  const { manager } = deps
  const writer = manager.statusWriter(scanTargets, FIELD_MANAGER)
  return manager.addController({
    name: 'scan-target',
    for: scanTargets,
    predicates: [anyOf(generationChanged, annotationsChanged(SCAN_NOW_ANNOTATION), foreignStatus(writer))],
    isAwaited,
    reconcile: waitingForDatabase(async (request) =>
      request.object === undefined ? forget(deps, request) : follow(deps, writer, request, request.object),
    ),
  })
}

/** Somebody changed it while no operator led, and its status does not answer that yet. */
function isAwaited(target: ScanTargetObject): boolean {
  const { metadata, status } = target
  const token = scanNowToken(target)
  return status?.observedGeneration !== metadata.generation || (token !== '' && token !== status?.lastHandledScanNow)
}

async function forget(
  { manager, pool }: ScanTargetDeps,
  { key, signal, log }: ReconcileRequest<ScanTargetObject>,
): Promise<ReconcileResult> {
  const live = await manager.client.get(scanTargets, key, { signal })
  if (live.ok) return requeueAfter(1000)
  if (!isNotFound(live.error)) return failed(live.error)
  const uid = await targetUidAt(pool, key)
  if (uid !== null) {
    await deleteTarget(pool, { uid, signal })
    log.info('target deleted')
  }
  return done
}

async function follow(
  deps: ScanTargetDeps,
  writer: StatusWriter<ScanTargetObject>,
  { signal, log }: ReconcileRequest<ScanTargetObject>,
  target: ScanTargetObject,
): Promise<ReconcileResult> {
  const before = understood(ScanTarget, writer.current(target))
  const now = deps.clock.now()
  const standing = await stand(deps, target, signal)
  if (standing instanceof Error) return failed(standing)

  const status = targetStatus(target, before, standing, now)
  if (standing.kind === 'followed' && !isDue(before, status)) return done
  const outcome = await writer.apply(target, status, signal)
  switch (outcome.type) {
    case 'failed':
      return statusFailed(deps.manager.events, target, outcome.error)
    case 'applied':
      if (standing.kind === 'followed') recordTransitions(deps.manager.events, target, before, status, standing.facts)
      log.debug({ reason: status.conditions?.[0]?.reason }, 'status written')
      return next(standing, now)
    case 'unchanged':
      return next(standing, now)
    case 'conflict':
      return AFTER_CONFLICT
    case 'gone':
      return done
    default:
      return outcome satisfies never
  }
}

/** Brings the database up to the object and says where the target stands. */
async function stand(deps: ScanTargetDeps, target: ScanTargetObject, signal: AbortSignal): Promise<Standing | Error> {
  const parsed = parseTargetSpec(target.spec)
  if (!parsed.ok) return { kind: 'stalled', reason: parsed.reason, message: explainFaults(ScanTarget, parsed.faults) }
  const { spec } = parsed
  const { namespace = '', name, uid } = target.metadata
  const live = await deps.namespaces.of(target, signal)
  if (live instanceof Error) return live
  const { partition, accountId } = spec
  const identity = { namespace, namespaceUid: live.uid, name, uid, partition, accountId, signal }
  let ensured = await ensureTarget(deps.pool, identity)
  if (ensured.kind === 'namespace-recreated' && live.adopts) {
    await adoptNamespace(deps.pool, identity)
    tellAdopted(deps, target)
    ensured = await ensureTarget(deps.pool, identity)
  }
  if (ensured.kind === 'duplicate') {
    return {
      kind: 'stalled',
      reason: 'DuplicateAccount',
      message: `ScanTarget ${ensured.holder.name} in this namespace watches account ${accountId} already: delete one of the two`,
    }
  }
  if (ensured.kind === 'namespace-recreated') {
    deps.namespaces.awaitAdoption(namespace, live)
    await forgetPredecessor(deps, target, signal)
    return {
      kind: 'stalled',
      reason: 'NamespaceRecreated',
      message: `Namespace ${namespace} was deleted and created again: ExternalId and findings belong to the one before. If this one is to have them, an administrator says: kubectl annotate namespace ${namespace} ${ADOPT_ANNOTATION}=${live.uid} --overwrite`,
    }
  }
  const { targetId, externalId } = ensured
  const resolved = resolveScan(spec, { catalogue: deps.catalogue, externalId })
  if (!resolved.ok) return { kind: 'stalled', reason: resolved.reason, message: resolved.faults.join('\n'), externalId }

  const generation = target.metadata.generation ?? 0
  const facts = await readFacts(deps.pool, targetId, generation)
  const trigger = wantedScan(target, spec, facts, deps.clock.now())
  if (trigger === null) return { kind: 'followed', externalId, facts, suspended: spec.suspend }
  await requestScan(deps.pool, { targetId, generation, spec: resolved.spec, trigger, signal })
  return {
    kind: 'followed',
    externalId,
    facts: await readFacts(deps.pool, targetId, generation),
    suspended: spec.suspend,
  }
}

/** Its name is taken by an object that may not follow it: whoever lived under it is gone. */
async function forgetPredecessor(
  { pool }: ScanTargetDeps,
  target: ScanTargetObject,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = '', name, uid } = target.metadata
  const living = await targetUidAt(pool, { namespace, name })
  if (living !== null && living !== uid) await deleteTarget(pool, { uid: living, signal })
}

function tellAdopted({ manager }: ScanTargetDeps, target: ScanTargetObject): void {
  const note = `Namespace ${target.metadata.namespace} has the ExternalId and the findings of the one before it, as an administrator wants`
  manager.events.record({ regarding: target, type: 'Normal', reason: 'NamespaceAdopted', action: 'Adopt', note })
}

async function readFacts(pool: Pool, targetId: string, generation: number): Promise<TargetFacts> {
  const facts = await readTargetStatus(pool, { targetId, generation })
  if (facts === undefined) throw new Error(`the target ${targetId} is gone from the database`)
  return facts
}

/** The scan that the object asks for and the database does not know of yet. */
function wantedScan(target: ScanTargetObject, spec: ScanTargetSpec, facts: TargetFacts, now: Date): Trigger | null {
  const generation = target.metadata.generation ?? 0
  const token = scanNowToken(target)
  if (token !== '' && token !== facts.handledScanNow) return { kind: 'annotation', token }
  if (spec.suspend) return null
  if (facts.requestedGeneration === null || facts.requestedGeneration < generation) return { kind: 'spec', generation }
  if (retryAt(facts) <= now.getTime()) return { kind: 'spec', generation, attempt: facts.refusal?.failures ?? 0 }
  return null
}

/** As the database keeps it, and no longer than the status that acknowledges it may be. Empty: no scan is asked for. */
function scanNowToken({ metadata }: ScanTargetObject): string {
  return plainText((metadata.annotations?.[SCAN_NOW_ANNOTATION] ?? '').slice(0, 256))
}

/** When a role that was refused is tried again; never, while a scan is under way or nothing was refused. */
function retryAt({ refusal, activeScan }: TargetFacts): number {
  if (refusal === null || activeScan !== null) return Infinity
  const { failures, firstAt, lastAt } = refusal
  return lastAt.getTime() + retryDelayMs(failures, lastAt.getTime() - firstAt.getTime())
}

function next(standing: Standing, now: Date): ReconcileResult {
  if (standing.kind !== 'followed' || standing.suspended) return done
  const at = retryAt(standing.facts)
  return at === Infinity ? done : requeueAfter(Math.max(1000, at - now.getTime()))
}

type Status = NonNullable<ScanTargetObject['status']>

/**
 * Whether a changed status is worth a write now. A scan costs two: its start and its end. What moves in between (jobs,
 * an identity that was proven) is told at its end, unless it answers something that a person did meanwhile.
 */
function isDue(before: Status | undefined, after: Status): boolean {
  if (after.activeScan === undefined || before?.activeScan?.id !== after.activeScan.id) return true
  const answers = ({ observedGeneration, lastHandledScanNow, externalId }: Status): string =>
    JSON.stringify([observedGeneration, lastHandledScanNow, externalId])
  return answers(before) !== answers(after)
}
