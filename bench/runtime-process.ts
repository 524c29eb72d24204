import { readFileSync } from 'node:fs'
import { CustomObjectsApi, KubeConfig, makeInformer, type KubernetesObject } from '@kubernetes/client-node'
import { healthConditions, updateConditions, type Condition } from '#platform/kube/conditions.ts'
import { Informer } from '#platform/kube/informer.ts'
import { KubeClient } from '#platform/kube/client.ts'
import { Manager } from '#platform/kube/manager.ts'
import { createKubeMetrics } from '#platform/kube/metrics.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { PooledKubeConfig } from '#platform/kube/pooled-kube-config.ts'
import { done, requeueAfter } from '#platform/kube/reconcile-result.ts'
import { collectionPath, kubeResource } from '#platform/kube/resource.ts'
import { createLogger } from '#platform/log/logger.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { systemClock } from '#platform/system-clock.ts'

/*
 * One process of `bench/runtime.ts`: it watches every ScanTarget, with our informer or with client-node's, or reconciles
 * them all twice. It talks to its parent by IPC and ends with it.
 */

interface Target extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[]; readonly [field: string]: unknown }
}

const targets = kubeResource<Target>({
  group: 'vedette.dev',
  version: 'v1alpha1',
  plural: 'scantargets',
  kind: 'ScanTarget',
  namespaced: true,
})
const [mode, kubeconfig = '', objects = '0', updates = '0'] = process.argv.slice(2)
const tell = (message: object) => void process.send?.(message)
const log = createLogger({
  process: 'bench',
  level: 'warn',
  destination: { write: (line) => void process.stderr.write(line) },
})

process.on('disconnect', () => process.exit(1))

function heapBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** Measures from before the first list until `updates` changes have arrived on the watch. */
async function measureWatch(start: (onAdd: () => void, onUpdate: () => void) => Promise<{ size(): number }>) {
  const heapBefore = heapBytes()
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const synced = Promise.withResolvers<void>()
  const updated = Promise.withResolvers<void>()
  let [adds, changes] = [0, 0]
  const watched = await start(
    () => ++adds === Number(objects) && synced.resolve(),
    () => ++changes === Number(updates) && updated.resolve(),
  )
  await synced.promise
  const syncMs = performance.now() - startedAt
  tell({ type: 'synced' })
  await updated.promise
  const { user, system } = process.cpuUsage(cpuBefore)
  const heapAfter = heapBytes()
  tell({
    type: 'measured',
    cpuMs: (user + system) / 1000,
    syncMs,
    heapMb: (heapAfter - heapBefore) / 1e6,
    totalHeapMb: heapAfter / 1e6,
    objects: watched.size(),
  })
}

async function ours(): Promise<void> {
  const kubeConfig = new PooledKubeConfig()
  kubeConfig.loadFromFile(kubeconfig)
  // Without Node's own series, which client-node's informer has none of either: their sampling costs CPU by the second.
  const metrics = createKubeMetrics(createMetrics({ processMetrics: false }))
  const client = new KubeClient({ kubeConfig, clock: systemClock, metrics })
  await measureWatch(async (onAdd, onUpdate) => {
    const informer = new Informer(
      { resource: targets },
      { client, clock: systemClock, random: Math.random, log, metrics },
    )
    informer.addHandler(({ type }) => (type === 'add' ? onAdd() : onUpdate()))
    void informer.run(new AbortController().signal)
    return { size: () => informer.cache.size }
  })
}

async function stock(): Promise<void> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const api = config.makeApiClient(CustomObjectsApi)
  const { group, version, plural } = targets
  const list = () =>
    api.listClusterCustomObject({ group, version, plural }) as Promise<{ readonly items: KubernetesObject[] }> // a list
  await measureWatch(async (onAdd, onUpdate) => {
    const informer = makeInformer(config, collectionPath(targets), list)
    informer.on('add', onAdd)
    informer.on('update', onUpdate)
    // As its documentation says.
    informer.on('error', () => void setTimeout(() => void informer.start(), 1000))
    void informer.start()
    return { size: () => informer.list().length }
  })
}

/** A controller whose status is what the objects have already, over two rounds: start and full resync. */
async function resync(): Promise<void> {
  const kubeConfig = new PooledKubeConfig()
  kubeConfig.loadFromFile(kubeconfig)
  const registry = createMetrics()
  const manager = new Manager(
    { component: 'vedette.dev/bench', instance: 'bench' },
    { kubeConfig, clock: systemClock, log, metrics: createKubeMetrics(registry) },
  )
  const writer = manager.statusWriter(targets, 'vedette.dev/operator')
  const controller = manager.addController({
    name: 'bench',
    for: targets,
    reconcile: async ({ object, signal }) => {
      if (object === undefined) return done
      const { generation } = object.metadata
      const conditions = updateConditions(
        writer.current(object)?.conditions,
        healthConditions('ready', 'Succeeded', 'the account can be looked at'),
        { now: new Date(), generation },
      )
      const outcome = await writer.apply(object, { ...object.status, conditions }, signal)
      return outcome.type === 'unchanged' ? done : requeueAfter(1000)
    },
  })
  const running = manager.start()
  const reconciled = () => registry.value('controller_runtime_reconcile_total', { result: 'success' })
  const until = async (count: number) => {
    while (((await reconciled()) ?? 0) < count) await systemClock.sleep(50, AbortSignal.timeout(120_000))
  }
  await until(Number(objects))
  const startedAt = performance.now()
  controller.resync()
  await until(2 * Number(objects))
  tell({ type: 'resynced', reconciles: await reconciled(), resyncMs: performance.now() - startedAt })
  await running.stop()
}

if (readFileSync(kubeconfig).length === 0) throw new Error(`the kubeconfig ${kubeconfig} is empty`)
const modes: Readonly<Record<string, () => Promise<void>>> = { ours, stock, resync }
await modes[mode ?? '']?.()
