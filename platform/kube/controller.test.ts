import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Controller, watching, type ControllerOptions, type ReconcileRequest } from '#platform/kube/controller.ts'
import { Informer } from '#platform/kube/informer.ts'
import { unwrap } from '#platform/kube/kube-error.ts'
import { keyOf, type KubeObject } from '#platform/kube/object.ts'
import { generationChanged } from '#platform/kube/predicates.ts'
import { done, failed, requeueAfter, terminal, type ReconcileResult } from '#platform/kube/reconcile-result.ts'
import { kubeResource, type KubeResource } from '#platform/kube/resource.ts'
import { systemClock } from '#platform/system-clock.ts'
import { useControlPlane } from '#test/harness/use.ts'
import { kubeParts, useWidgets, widget, type KubeParts, type Widget } from '#test/kube-fixture.ts'
import { createManualClock, type ManualClock } from '#test/manual-clock.ts'

const cluster = useControlPlane()
const { resource } = useWidgets(cluster)
const { signal } = new AbortController()

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}
const configMaps = kubeResource<ConfigMap>({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
})

let parts: KubeParts
let namespace: string
let clock: ManualClock
const cleanUp: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  parts = kubeParts(cluster.access.adminKubeconfig)
  namespace = await cluster.access.createNamespace('controller')
  clock = createManualClock()
  cleanUp.push(() => parts.kubeConfig.close())
})
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

const create = async (name: string, size = 1) =>
  unwrap(await parts.client.create(resource, widget(resource, namespace, name, { size }), { signal }))
const patch = async (name: string, change: object) =>
  unwrap(await parts.client.mergePatch(resource, { namespace, name }, change, { signal }))

type Reconcile = (request: ReconcileRequest<Widget>) => Promise<ReconcileResult>

/** A controller at work on the widgets of the test's namespace; its queue and timeouts are on the manual clock. */
async function run(reconcile: Reconcile, options: Partial<ControllerOptions<Widget>> = {}, mayWork = () => true) {
  const informers = new Map<string, unknown>()
  const watches = new AbortController()
  const running: Promise<void>[] = []
  const source = {
    informer: <T extends KubeObject>(kind: KubeResource<T>): Informer<T> => {
      const known = informers.get(kind.kind)
      if (known !== undefined) return known as Informer<T> // made below, for the same kind
      const informer = new Informer(
        { resource: kind, namespace, freeze: true },
        { ...parts, clock: systemClock, random: () => 0 },
      )
      informers.set(kind.kind, informer)
      running.push(informer.run(watches.signal))
      return informer
    },
  }
  const controller = new Controller<Widget>(
    { name: 'widget', for: resource, reconcile, ...options },
    { informers: source, clock, log: parts.log, metrics: parts.metrics, mayWork },
  )
  await controller.synced()
  const stop = new AbortController()
  const abandon = new AbortController()
  const over = controller.run({ stop: stop.signal, abandon: abandon.signal })
  cleanUp.push(async () => {
    stop.abort()
    abandon.abort()
    await over
    watches.abort()
    await Promise.all(running)
  })
  return { controller, stop, abandon, over, cache: source.informer(resource).cache }
}

const metric = (name: string, labels: Record<string, string> = {}) =>
  parts.registry.value(`controller_runtime_${name}`, { controller: 'widget', ...labels })

/** A reconcile that notes what it was called for and gives the results in turn, `done` after the last. */
function script(...results: readonly (ReconcileResult | Error)[]) {
  const calls: string[] = []
  const left = [...results]
  const reconcile: Reconcile = async ({ key, object }) => {
    calls.push(`${key.name} ${object?.spec.size ?? 'gone'}`)
    const result = left.shift() ?? done
    if (result instanceof Error) throw result
    return result
  }
  return { calls, reconcile }
}

describe('a controller', () => {
  it('is called for every object there is, for each change, and for what is gone', async () => {
    await create('a', 1)
    const { calls, reconcile } = script()
    await run(reconcile)
    await vi.waitFor(() => expect(calls).toEqual(['a 1']))

    await patch('a', { spec: { size: 2 } })
    await vi.waitFor(() => expect(calls).toEqual(['a 1', 'a 2']))
    unwrap(await parts.client.delete(resource, { namespace, name: 'a' }, { signal }))
    await vi.waitFor(() => expect(calls).toEqual(['a 1', 'a 2', 'a gone']))

    expect(await metric('reconcile_total', { result: 'success' })).toBe(3)
  })

  it('is not called for changes that its predicates leave out', async () => {
    const { calls, reconcile } = script()
    const { cache } = await run(reconcile, { predicates: [generationChanged] })
    await create('a')
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    await patch('a', { metadata: { labels: { x: 'y' } } })
    await vi.waitFor(() => expect(cache.get({ namespace, name: 'a' })?.metadata.labels).toEqual({ x: 'y' }))
    await clock.advance(0)

    expect(calls).toHaveLength(1)
  })

  it('is called for the objects that a change of another kind concerns, those it concerned before too', async () => {
    await create('a')
    await create('b')
    const { calls, reconcile } = script()
    const target = (object: ConfigMap) =>
      object.data?.['target'] === undefined ? [] : [{ namespace, name: object.data['target'] }]
    await run(reconcile, { watches: [watching(configMaps, target)] })
    await vi.waitFor(() => expect(calls.toSorted()).toEqual(['a 1', 'b 1']))
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'c' } }
    const created = unwrap(await parts.client.create(configMaps, { ...configMap, data: { target: 'a' } }, { signal }))
    await vi.waitFor(() => expect(calls).toHaveLength(3))
    expect(calls[2]).toBe('a 1')

    await parts.client.mergePatch(configMaps, keyOf(created), { data: { target: 'b' } }, { signal })

    await vi.waitFor(() => expect(calls.slice(3).toSorted()).toEqual(['a 1', 'b 1']))
  })

  it('is called when something outside asks, and not before it runs', async () => {
    await create('a')
    const { calls, reconcile } = script()
    const { controller, stop, over } = await run(reconcile)
    await vi.waitFor(() => expect(calls).toHaveLength(1))

    controller.enqueue({ namespace, name: 'a' })
    await vi.waitFor(() => expect(calls).toHaveLength(2))
    controller.enqueueAfter({ namespace, name: 'a' }, 5000)
    await clock.advance(4999)
    expect(calls).toHaveLength(2)
    await clock.advance(1)
    await vi.waitFor(() => expect(calls).toHaveLength(3))

    stop.abort()
    await over
    controller.enqueue({ namespace, name: 'a' })
    await clock.advance(1000)
    expect(calls).toHaveLength(3)
  })

  it('retries an error with growing delays and starts over after a success', async () => {
    const error = failed(new Error('no'))
    await create('a')
    const { calls, reconcile } = script(error, error, error, done, error)
    const { controller } = await run(reconcile, { retry: { baseMs: 1000, maxMs: 900_000 } })
    await vi.waitFor(() => expect(calls).toHaveLength(1))

    await clock.advance(999)
    expect(calls).toHaveLength(1)
    await clock.advance(1)
    expect(calls).toHaveLength(2)
    await clock.advance(2000)
    expect(calls).toHaveLength(3)
    await clock.advance(4000)
    expect(calls).toHaveLength(4)
    await clock.advance(1_000_000)
    expect(calls).toHaveLength(4)
    controller.enqueue({ namespace, name: 'a' })
    await clock.advance(1000)
    expect(calls).toHaveLength(6)

    expect([await metric('reconcile_errors_total'), await metric('reconcile_total', { result: 'error' })]).toEqual([
      4, 4,
    ])
    expect(await parts.registry.value('workqueue_retries_total')).toBe(4)
  })

  it('comes back when it was asked to, once', async () => {
    await create('a')
    const { calls, reconcile } = script(requeueAfter(60_000))
    await run(reconcile)
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    await clock.advance(59_999)
    expect(calls).toHaveLength(1)
    await clock.advance(10_000_000)

    expect(calls).toHaveLength(2)
    expect(await metric('reconcile_total', { result: 'requeue_after' })).toBe(1)
  })

  it('does not repeat what only a change of the object can help, until it changes', async () => {
    await create('a', 1)
    const { calls, reconcile } = script(terminal(new Error('no such thing')))
    await run(reconcile)
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    await clock.advance(10_000_000)
    expect(calls).toHaveLength(1)
    expect([await metric('terminal_reconcile_errors_total'), await metric('reconcile_errors_total')]).toEqual([1, 1])

    await patch('a', { spec: { size: 2 } })
    await vi.waitFor(() => expect(calls).toHaveLength(2))
  })

  it('survives an exception, counts it as a panic, and tries again', async () => {
    await create('a')
    const { calls, reconcile } = script(new TypeError('a defect'))
    await run(reconcile)
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    await clock.advance(5)
    await vi.waitFor(() => expect(calls).toHaveLength(2))

    expect([await metric('reconcile_panics_total'), await metric('reconcile_errors_total')]).toEqual([1, 1])
    expect(parts.logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'reconcile threw',
        controller: 'widget',
        namespace,
        name: 'a',
        reconcileID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        error: expect.objectContaining({ type: 'TypeError', message: 'a defect' }),
      }),
    )
  })

  it('aborts a reconcile that takes too long, which counts as a timeout and an error', async () => {
    await create('a')
    const reasons: string[] = []
    await run(
      async ({ signal: own }) => {
        await new Promise((_, reject) => {
          own.addEventListener('abort', () => reject(own.reason as Error), { once: true }) // an Error: see the controller
        }).catch((error: Error) => {
          reasons.push(error.message)
          throw error
        })
        return done
      },
      { reconcileTimeoutMs: 30_000 },
    )
    await vi.waitFor(async () => expect(await metric('active_workers')).toBe(1))
    await clock.advance(30_000)
    await vi.waitFor(async () => expect(await metric('reconcile_timeouts_total')).toBe(1))

    expect(reasons).toEqual(['reconcile took longer than 30000 ms'])
    expect([await metric('reconcile_panics_total'), await metric('reconcile_errors_total')]).toEqual([0, 1])
  })

  it('is stuck when a reconcile ignores its timeout', async () => {
    await create('a')
    const { promise, resolve } = Promise.withResolvers<ReconcileResult>()
    const { controller } = await run(() => promise, { reconcileTimeoutMs: 30_000 })
    await vi.waitFor(async () => expect(await metric('active_workers')).toBe(1))
    await clock.advance(89_000)
    expect(controller.stuck()).toBeUndefined()
    await clock.advance(2000)

    expect(controller.stuck()).toBe('a reconcile of widget has ignored its timeout of 30000 ms for 91 s')
    resolve(done)
    await vi.waitFor(() => expect(controller.stuck()).toBeUndefined())
  })

  it('works on many objects at once, but never on one twice', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `w${index}`)
    for (const name of names) await create(name)
    const active = new Map<string, number>()
    let most = 0
    let overlap = false
    const { controller } = await run(
      async ({ key }) => {
        const same = (active.get(key.name) ?? 0) + 1
        active.set(key.name, same)
        overlap ||= same > 1
        most = Math.max(
          most,
          [...active.values()].reduce((sum, one) => sum + one, 0),
        )
        await systemClock.sleep(1, signal)
        active.set(key.name, same - 1)
        return done
      },
      { maxConcurrentReconciles: 3 },
    )
    for (let round = 0; round < 200; round++) {
      controller.enqueue({ namespace, name: names[(round * 7) % names.length] ?? '' })
      if (round % 10 === 0) await systemClock.sleep(1, signal)
    }
    await vi.waitFor(async () => expect(await parts.registry.value('workqueue_depth', { priority: 'normal' })).toBe(0))

    expect({ most, overlap }).toEqual({ most: 3, overlap: false })
    expect(await metric('max_concurrent_reconciles')).toBe(3)
  })

  it('puts an edit before the rest of the first list', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await create(name)
    const started = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const order: string[] = []
    const { cache } = await run(
      async ({ key }) => {
        order.push(key.name)
        started.resolve()
        await go.promise
        return done
      },
      { maxConcurrentReconciles: 1 },
    )
    await started.promise
    await patch('d', { spec: { size: 9 } })
    await vi.waitFor(() => expect(cache.get({ namespace, name: 'd' })?.spec.size).toBe(9))
    go.resolve()
    await vi.waitFor(() => expect(order).toHaveLength(4))

    expect(order[1]).toBe('d')
  })

  it('begins a first list with the objects that somebody waits for', async () => {
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) await create(name, index)
    const { calls, reconcile } = script()
    await run(reconcile, { maxConcurrentReconciles: 1, isAwaited: ({ spec }) => spec.size >= 2 })
    await vi.waitFor(() => expect(calls).toHaveLength(4))

    expect(calls).toEqual(['c 2', 'd 3', 'a 0', 'b 1'])
  })

  it('lets a reconcile finish when it is stopped, and starts no other', async () => {
    await create('a')
    await create('b')
    const started = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const finished: string[] = []
    const { stop, over } = await run(
      async ({ key }) => {
        started.resolve()
        await go.promise
        finished.push(key.name)
        return done
      },
      { maxConcurrentReconciles: 1 },
    )
    await started.promise
    stop.abort()
    await clock.advance(0)
    expect(finished).toEqual([])
    go.resolve()
    await over

    expect(finished).toHaveLength(1)
  })

  it('starts nothing when the lease is no longer certain', async () => {
    await create('a')
    let leads = false
    const { calls, reconcile } = script()
    const { controller } = await run(reconcile, {}, () => leads)
    await clock.advance(1000)
    expect(calls).toEqual([])

    leads = true
    controller.enqueue({ namespace, name: 'a' })
    await vi.waitFor(() => expect(calls).toHaveLength(1))
  })

  it('reconciles every object at a resync', async () => {
    for (const name of ['a', 'b', 'c']) await create(name)
    const { calls, reconcile } = script()
    const { controller } = await run(reconcile)
    await vi.waitFor(() => expect(calls).toHaveLength(3))

    expect(controller.resync()).toBe(3)
    await vi.waitFor(() => expect(calls).toHaveLength(6))
  })

  it('has every series at 0 before anything happens', async () => {
    await run(script().reconcile)
    const { body } = await parts.registry.render()

    for (const series of [
      ...['success', 'error', 'requeue', 'requeue_after'].map(
        (result) => `reconcile_total{controller="widget",result="${result}"} 0`,
      ),
      ...[
        'reconcile_errors_total',
        'terminal_reconcile_errors_total',
        'reconcile_panics_total',
        'reconcile_timeouts_total',
        'active_workers',
        'reconcile_time_seconds_count',
      ].map((name) => `${name}{controller="widget"} 0`),
      'max_concurrent_reconciles{controller="widget"} 4',
    ]) {
      expect(body).toContain(`controller_runtime_${series}`)
    }
  })
})
