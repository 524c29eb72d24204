import type { Check } from '#core/check.ts'
import type { Clock } from '#core/clock.ts'
import type { Logger } from '#platform/log/logger.ts'
import type { Controller } from '#platform/kube/controller.ts'
import type { Manager } from '#platform/kube/manager.ts'
import { keyOf, type KubeObject, type ObjectKey } from '#platform/kube/object.ts'
import type { Priority } from '#platform/kube/workqueue.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { readUnderWay } from '#store/lookups.ts'
import { listTargets } from '#store/targets.ts'
import { scanTargets } from './kinds.ts'
import { Namespaces } from './namespaces.ts'
import { followDatabase } from './notifications.ts'
import { addScanRequestController } from './scan-request/controller.ts'
import { addScanScheduleController } from './scan-schedule/controller.ts'
import { addScanTargetController } from './scan-target/controller.ts'

export interface ControllersDeps {
  readonly manager: Manager
  readonly pool: Pool
  readonly databaseUrl: string
  readonly clock: Clock
  readonly log: Logger
  readonly catalogue: readonly Check[]
}

/** Every controller, and what wakes them from the database's side. */
export function addControllers(deps: ControllersDeps): void {
  const { manager, pool, clock, log } = deps
  const namespaces = new Namespaces({
    client: manager.client,
    clock,
    targetsIn: (namespace) =>
      manager
        .informer(scanTargets)
        .cache.list(namespace)
        .map(({ metadata }) => metadata.uid),
    onChanged: (namespace) => {
      for (const target of manager.informer(scanTargets).cache.list(namespace)) targets.enqueue(keyOf(target))
    },
  })
  const targets = addScanTargetController({ ...deps, namespaces })
  const requests = addScanRequestController(deps)
  const schedules = addScanScheduleController(deps)
  const byKind: Readonly<
    Record<string, Controller<KubeObject> | { enqueue(key: ObjectKey, priority: Priority): void }>
  > = {
    ScanTarget: targets,
    ScanRequest: requests,
    ScanSchedule: schedules,
  }
  // After what people change: a scheduled time may begin thousands of scans at once, each of which is a status to write.
  const notify = ({ kind, namespace, name }: { kind: string; namespace: string; name: string }): void =>
    byKind[kind]?.enqueue({ namespace, name }, 'low')

  manager.addTask({ name: 'namespaces', runs: 'leader', run: (signal) => namespaces.run(signal) })
  manager.addTask({
    name: 'database notifications',
    runs: 'leader',
    run: async (signal) =>
      followDatabase(
        {
          connectionString: deps.databaseUrl,
          clock,
          log,
          notify,
          connected: () => {
            for (const controller of [targets, requests, schedules]) controller.retryFailed()
          },
          resync: async () => {
            for (const underWay of await readUnderWay(pool)) notify(underWay)
            // Objects that were deleted while no operator watched; the reconcile confirms it with a read past the cache.
            const { cache } = manager.informer(scanTargets)
            for (const target of await listTargets(pool)) if (cache.get(target) === undefined) targets.enqueue(target)
          },
        },
        signal,
      ),
  })
}
