import { CustomObjectsApi, KubeConfig, makeInformer, Watch, type KubernetesObject } from '@kubernetes/client-node'
import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '#core/clock.ts'
import { KubeClient } from '#platform/kube/client.ts'
import { events } from '#platform/kube/events.ts'
import { Informer } from '#platform/kube/informer.ts'
import { unwrap } from '#platform/kube/kube-error.ts'
import { leases } from '#platform/kube/lease.ts'
import { toMicroTime } from '#platform/kube/micro-time.ts'
import { PooledKubeConfig } from '#platform/kube/pooled-kube-config.ts'
import { collectionPath } from '#platform/kube/resource.ts'
import { watchOnce } from '#platform/kube/watch-stream.ts'
import { systemClock } from '#platform/system-clock.ts'
import { startFaultProxy } from '#test/harness/fault-proxy.ts'
import { startKubeProxy, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { useControlPlane } from '#test/harness/use.ts'
import { kubeParts, useWidgets, widget, type KubeParts, type Widget } from '#test/kube-fixture.ts'
import { createManualClock } from '#test/manual-clock.ts'

/*
 * What client-node 2.0.1 does wrong or leaves to its users, one test each, on a real API server. The numbers are those
 * under which the findings are known here; the last part shows that the stock client still behaves as they say, so that
 * an upgrade that repairs one is noticed.
 */

const cluster = useControlPlane()
const { resource } = useWidgets(cluster)
const { signal } = new AbortController()

let proxy: KubeProxy
let parts: KubeParts
let direct: KubeParts
let namespace: string
const cleanUp: (() => Promise<unknown>)[] = []
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => void unhandled.push(reason)

beforeEach(async () => {
  proxy = await startKubeProxy(cluster.access)
  parts = kubeParts(cluster.access.kubeconfig('ada', ['system:masters'], proxy.url))
  direct = kubeParts(cluster.access.adminKubeconfig)
  namespace = await cluster.access.createNamespace('regression')
  process.on('unhandledRejection', onUnhandled)
  cleanUp.push(
    () => proxy.stop(),
    () => parts.kubeConfig.close(),
    () => direct.kubeConfig.close(),
  )
})
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled.splice(0)).toEqual([])
})

const create = async (name: string) =>
  unwrap(await direct.client.create(resource, widget(resource, namespace, name), { signal }))
const resize = async (name: string, size: number) =>
  unwrap(await direct.client.mergePatch(resource, { namespace, name }, { spec: { size } }, { signal }))
const watches = () => proxy.requests().filter(({ isWatch }) => isWatch)
const watching = () => vi.waitFor(() => expect(proxy.watches()).toBe(1), { timeout: 10_000 })

function inform(options: { readonly clock?: Clock; readonly of?: KubeParts } = {}) {
  const { of = parts, clock = systemClock } = options
  const informer = new Informer<Widget>({ resource, namespace }, { ...of, clock, random: () => 0 })
  const stop = new AbortController()
  const running = informer.run(stop.signal)
  cleanUp.push(async () => {
    stop.abort()
    await running
  })
  const names = () =>
    informer.cache
      .list()
      .map(({ metadata }) => metadata.name)
      .toSorted()
  return { informer, names, running, stop: () => stop.abort() }
}

/** The real clock, whose sleeps are over at once; what was asked for is kept. */
function hastyClock() {
  const slept: number[] = []
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, until) => {
      if (ms > 0) slept.push(Math.round(ms))
      return systemClock.sleep(0, until)
    },
  }
  return { clock, slept }
}

describe('E1: every call opened a TLS connection of its own', () => {
  it('a hundred calls, a watch and a health check share three connections at most', async () => {
    const network = await startFaultProxy(cluster.access.url)
    cleanUp.push(() => network.stop())
    const own = kubeParts(cluster.access.kubeconfig('ada', ['system:masters'], network.through(cluster.access.url)))
    cleanUp.push(() => own.kubeConfig.close())
    const { informer } = inform({ of: own })
    await informer.synced
    for (let calls = 0; calls < 100; calls++) {
      unwrap(await own.client.list(resource, { namespace, limit: 1 }, { signal }))
    }
    unwrap(await own.client.getPath('/version', { signal }))

    expect(network.connections()).toBeLessThanOrEqual(3)
  })

  it('takes up a CA that was rotated, without a restart, and keeps the pool while it is the same', async () => {
    const caFile = join(tmpdir(), `ca-${randomBytes(4).toString('hex')}.crt`)
    await copyFile(cluster.access.caFile, caFile)
    cleanUp.push(() => rm(caFile, { force: true }))
    const client = await clientWithCa(caFile)
    const pool = await client.dispatcher()
    expect(await client.dispatcher()).toBe(pool)

    await writeFile(caFile, `${await readFile(caFile, 'utf8')}\n`)

    const rotated = await client.dispatcher()
    expect(rotated).not.toBe(pool)
    expect(await client.dispatcher()).toBe(rotated)
    unwrap(await client.kube.getPath('/version', { signal }))
  })
})

describe('E2: stopping an informer called the error handler, whose restart revived it', () => {
  it('a stopped informer asks for nothing more and says nothing of an error', async () => {
    const { informer, running, stop } = inform()
    await informer.synced
    await watching()
    proxy.forget()

    stop()
    await running
    await create('late')
    await systemClock.sleep(300, signal)

    expect(proxy.requests()).toEqual([])
    expect(informer.cache.size).toBe(0)
    expect(informer.status.degraded).toBeUndefined()
    expect(parts.logged.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
  })
})

describe('E3: any error but 410 killed the informer', () => {
  it.each([
    ['503', { status: 503 }],
    ['429', { status: 429, retryAfterSeconds: 1 }],
    ['500', { status: 500 }],
    ['401', { status: 401 }],
    ['403', { status: 403 }],
    ['404', { status: 404 }],
    ['a broken connection', 'reset'],
  ] as const)('%s while it connects again: it tries until it gets through', async (_, answer) => {
    const { clock } = hastyClock()
    const { informer, names } = inform({ clock })
    await informer.synced
    await watching()
    proxy.inject({ times: 12, answer })
    proxy.cutWatches('reset')
    await create('after')

    await vi.waitFor(() => expect(names()).toEqual(['after']), { timeout: 10_000 })
    await vi.waitFor(() => expect(informer.status.degraded).toBeUndefined(), { timeout: 10_000 })
  })

  it('waits longer each time, from 0.8 s to 30 s, while nothing gets through', async () => {
    const { clock, slept } = hastyClock()
    proxy.inject({ times: 8, answer: { status: 403 } })
    const { informer } = inform({ clock })
    await informer.synced

    expect(slept).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
  })
})

describe('E4: no bookmarks were asked for, and no end', () => {
  it('both are asked for', async () => {
    const { informer } = inform()
    await informer.synced
    await watching()

    expect(watches()[0]?.query.get('allowWatchBookmarks')).toBe('true')
    expect(Number(watches()[0]?.query.get('timeoutSeconds'))).toBeGreaterThanOrEqual(300)
    expect(Number(watches()[0]?.query.get('timeoutSeconds'))).toBeLessThanOrEqual(600)
  })

  it('goes on from the bookmark that the API server sends before it ends a watch', async () => {
    class Hurried extends KubeClient {
      override async watch(...[kind, query, handlers, until]: Parameters<KubeClient['watch']>) {
        return super.watch(kind, { ...query, timeoutSeconds: 5 }, handlers, until)
      }
    }
    const { informer } = inform({ of: { ...parts, client: new Hurried({ ...parts, clock: systemClock }) } })
    await informer.synced
    await watching()

    // Not in the informer's namespace: only a bookmark can tell it that the version has moved on.
    const elsewhere = widget(resource, await cluster.access.createNamespace(), 'a')
    const created = unwrap(await direct.client.create(resource, elsewhere, { signal }))
    await vi.waitFor(() => expect(watches()).toHaveLength(2), { timeout: 10_000 })

    const [first, second] = watches().map(({ query }) => Number(query.get('resourceVersion')))
    expect(first).toBeLessThan(Number(created.metadata.resourceVersion))
    expect(second).toBeGreaterThanOrEqual(Number(created.metadata.resourceVersion))
    expect(proxy.requests().filter(({ isWatch, path }) => !isWatch && path.endsWith('/widgets'))).toHaveLength(1)
  })
})

describe('E5: an exception in a handler ended the process and held the resource version back', () => {
  it('the stream, the cache and the other handlers go on', async () => {
    const { informer } = inform()
    const others: string[] = []
    informer.addHandler(() => {
      throw new Error('a defect')
    })
    informer.addHandler(({ object }) => others.push(object.metadata.name))
    await informer.synced
    await create('a')
    await create('b')
    await vi.waitFor(() => expect(others).toEqual(['a', 'b']), { timeout: 10_000 })
    await watching()
    const before = watches().length
    proxy.cutWatches('end')
    await vi.waitFor(() => expect(watches().length).toBe(before + 1), { timeout: 10_000 })
    await create('c')

    await vi.waitFor(() => expect(others).toEqual(['a', 'b', 'c']), { timeout: 10_000 })
    expect(await parts.registry.value('reflector_handler_failures_total')).toBe(3)
  })
})

describe('E6: watches that ended in order were followed by up to 30 s of blindness', () => {
  it('a watch that lived for a while is opened again at once', async () => {
    const { clock, slept } = hastyClock()
    const { informer } = inform({ clock })
    await informer.synced
    for (let round = 1; round <= 3; round++) {
      await vi.waitFor(() => expect(watches()).toHaveLength(round))
      await watching()
      await systemClock.sleep(900, signal)
      proxy.cutWatches('end')
    }
    await vi.waitFor(() => expect(watches()).toHaveLength(4))

    expect(slept).toEqual([])
  })

  it('watches that are ended as soon as they open neither loop hot nor pause for longer each time', async () => {
    const { clock, slept } = hastyClock()
    const { informer } = inform({ clock })
    await informer.synced
    for (let round = 0; round < 20; round++) {
      await vi.waitFor(() => expect(proxy.watches()).toBe(1), { interval: 2, timeout: 5000 })
      proxy.cutWatches('end')
      await vi.waitFor(() => expect(slept.length).toBeGreaterThan(round), { interval: 2, timeout: 5000 })
    }

    expect(new Set(slept)).toEqual(new Set([800]))
    expect(await parts.registry.value('reflector_short_watches_total')).toBeGreaterThanOrEqual(20)
  })
})

describe('E7: stopping during a pause or while connecting still opened a watch afterwards', () => {
  it('nothing follows a stop during a pause', async () => {
    const clock = createManualClock()
    proxy.inject({ times: Infinity, answer: { status: 403 } })
    const { running, stop } = inform({ clock })
    await vi.waitFor(() => expect(clock.sleeping).toBe(1))
    proxy.forget()

    stop()
    await running
    await clock.advance(120_000)

    expect(proxy.requests()).toEqual([])
  })

  it('a stop while the API server has not answered yet ends at once and delivers nothing later', async () => {
    proxy.inject({ when: ({ isWatch }) => isWatch, answer: 'hang' })
    const { informer, running, stop } = inform()
    await informer.synced
    await vi.waitFor(() => expect(watches()).toHaveLength(1))

    stop()
    await running
    await create('late')

    expect(informer.cache.size).toBe(0)
    expect(watches()).toHaveLength(1)
  })
})

describe('E8: server-side apply needs a content type that is not the default', () => {
  it('applies the status and owns it', async () => {
    await create('a')
    const object = { ...widget(resource, namespace, 'a'), status: { seen: 1 } }
    const applied = unwrap(
      await parts.client.apply(resource, object, { signal, fieldManager: 'vedette.dev/test', subresource: 'status' }),
    )

    expect(applied.metadata).toMatchObject({
      managedFields: expect.arrayContaining([
        expect.objectContaining({ manager: 'vedette.dev/test', operation: 'Apply', subresource: 'status' }),
      ]),
    })
  })
})

describe("E9, E15: the API server refuses a Date's three digits in the times of leases and events", () => {
  const now = new Date('2026-01-02T03:04:05.678Z')
  const lease = (name: string, renewTime: string) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace, name },
    spec: { holderIdentity: 'x', leaseDurationSeconds: 15, renewTime },
  })

  it('takes six and gives them back as text', async () => {
    const refused = await parts.client.create(leases, lease('date', now.toISOString()), { signal })
    expect(refused).toMatchObject({ ok: false, error: { status: 400 } })

    unwrap(await parts.client.create(leases, lease('micro', toMicroTime(now)), { signal }))

    const read = unwrap(await parts.client.get(leases, { namespace, name: 'micro' }, { signal }))
    expect(read.spec?.renewTime).toBe('2026-01-02T03:04:05.678000Z')
  })

  it('and so with events', async () => {
    const event = (name: string, eventTime: string) => ({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name },
      eventTime,
      reportingController: 'vedette.dev/test',
      reportingInstance: 'pod-1',
      action: 'Test',
      reason: 'Test',
      regarding: { apiVersion: 'v1', kind: 'Namespace', namespace, name: namespace, uid: 'u' },
      note: 'x',
      type: 'Normal' as const,
    })

    expect((await parts.client.create(events, event('date', now.toISOString()), { signal })).ok).toBe(false)
    expect((await parts.client.create(events, event('micro', toMicroTime(now)), { signal })).ok).toBe(true)
  })
})

describe('E11: the body of an error was text that nobody had parsed, and nothing was retried', () => {
  it('reason, causes and Retry-After are read from every kind of answer', async () => {
    const client = new KubeClient({ ...parts, clock: systemClock })
    proxy.inject({ answer: { status: 429, retryAfterSeconds: 40 } })
    const busy = await client.get(resource, { namespace, name: 'a' }, { signal })
    expect(busy).toMatchObject({ ok: false, error: { status: 429, reason: 'TooManyRequests', retryAfterMs: 40_000 } })

    const invalid = await client.create(resource, widget(resource, namespace, 'x', { size: -1 }), { signal })
    expect(invalid).toMatchObject({
      ok: false,
      error: { status: 422, reason: 'Invalid', causes: [{ field: 'spec.size' }] },
    })
  })
})

describe('E12: a call to a server that hangs was pending for five minutes', () => {
  it('ends after its timeout, and says how long that was', async () => {
    proxy.inject({ answer: 'hang' })
    const started = performance.now()
    const answer = await parts.client.get(resource, { namespace, name: 'a' }, { signal, timeoutMs: 300 })

    expect(answer).toMatchObject({
      ok: false,
      error: { status: 0, reason: 'Timeout', message: expect.stringContaining('no answer within 300 ms') },
    })
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('a watch on a connection that is dead without saying so ends as silent', async () => {
    const network = await startFaultProxy(cluster.access.url)
    cleanUp.push(() => network.stop())
    const own = kubeParts(cluster.access.kubeconfig('ada', ['system:masters'], network.through(cluster.access.url)))
    cleanUp.push(() => own.kubeConfig.close())
    const opened = Promise.withResolvers<void>()
    const ended = watchOnce({
      watch: new Watch(own.kubeConfig),
      path: collectionPath(resource, namespace),
      query: {},
      handlers: { onOpen: () => opened.resolve(), onEvent: () => undefined },
      signal,
      maxSilenceMs: 500,
    })
    await opened.promise
    network.freeze()

    expect(await ended).toEqual({ type: 'silent' })
  })
})

describe('E14: credentials that could not be read while connecting again ended the process', () => {
  it('shows as degraded, tries again and recovers', async () => {
    const caFile = join(tmpdir(), `ca-${randomBytes(4).toString('hex')}.crt`)
    await copyFile(cluster.access.caFile, caFile)
    cleanUp.push(() => rm(caFile, { force: true }))
    const client = await clientWithCa(caFile)
    const { clock } = hastyClock()
    const { informer, names } = inform({ of: { ...parts, client: client.kube }, clock })
    await informer.synced
    await watching()

    await rename(caFile, `${caFile}.away`)
    proxy.cutWatches('end')
    await vi.waitFor(() => expect(informer.status.degraded?.message).toMatch(/ENOENT/), { timeout: 10_000 })
    const read = await client.kube.get(resource, { namespace, name: 'a' }, { signal })
    expect(read).toMatchObject({ ok: false, error: { reason: 'Unauthenticated' } })
    await rename(`${caFile}.away`, caFile)
    await create('after')

    await vi.waitFor(() => expect(names()).toEqual(['after']), { timeout: 10_000 })
  })
})

describe('E16: half of the cache was managed fields', () => {
  it('the server sends them, the cache has none', async () => {
    const sent = await create('a')
    expect(Reflect.get(sent.metadata, 'managedFields')).toBeDefined()
    const { informer } = inform()
    await informer.synced
    await resize('a', 2)
    await vi.waitFor(() => expect(informer.cache.get({ namespace, name: 'a' })?.spec.size).toBe(2))

    expect(Object.keys(informer.cache.get({ namespace, name: 'a' })?.metadata ?? {})).not.toContain('managedFields')
  })
})

describe('client-node 2.0.1 as it comes', () => {
  const stock = (url: string) => {
    const config = new KubeConfig()
    config.loadFromFile(cluster.access.kubeconfig('ada', ['system:masters'], url))
    const api = config.makeApiClient(CustomObjectsApi)
    const list = () =>
      api.listNamespacedCustomObject({
        group: resource.group,
        version: 'v1',
        namespace,
        plural: 'widgets',
      }) as Promise<{
        // A list, as the API server answers it.
        readonly items: KubernetesObject[]
      }>
    return { config, list, informer: () => makeInformer(config, collectionPath(resource, namespace), list) }
  }

  it('E1: opens a connection per call', async () => {
    const network = await startFaultProxy(cluster.access.url)
    cleanUp.push(() => network.stop())
    const { list } = stock(network.through(cluster.access.url))
    for (let calls = 0; calls < 20; calls++) await list()

    expect(network.connections()).toBeGreaterThan(15)
  })

  it('E2: tells its error handler that it was stopped', async () => {
    const informer = stock(proxy.url).informer()
    const errors: unknown[] = []
    informer.on('error', (error) => errors.push(error))
    await informer.start()
    await watching()
    await informer.stop()

    await vi.waitFor(() => expect(errors).toEqual([expect.objectContaining({ name: 'AbortError' })]))
  })

  it('E3: is dead after a 503', async () => {
    const informer = stock(proxy.url).informer()
    const errors: unknown[] = []
    informer.on('error', (error) => errors.push(error))
    await informer.start()
    await watching()
    proxy.inject({ answer: { status: 503 } })
    proxy.cutWatches('end')
    await vi.waitFor(() => expect(errors).toHaveLength(1), { timeout: 10_000 })
    proxy.forget()
    await systemClock.sleep(1500, signal)

    expect(proxy.requests()).toEqual([])
    await informer.stop()
  })
})

/** A client whose kubeconfig names this CA file, and a look at the connections it uses. */
async function clientWithCa(caFile: string) {
  const path = cluster.access.kubeconfig('ada', ['system:masters'], proxy.url)
  const kubeConfig = new PooledKubeConfig()
  kubeConfig.loadFromString((await readFile(path, 'utf8')).replace(cluster.access.caFile, caFile))
  cleanUp.push(() => kubeConfig.close())
  const { RequestContext, HttpMethod } = await import('@kubernetes/client-node')
  return {
    kube: new KubeClient({ ...parts, kubeConfig, clock: systemClock }),
    dispatcher: async () => {
      const context = new RequestContext(proxy.url, HttpMethod.GET)
      await kubeConfig.applySecurityAuthentication(context)
      return context.getDispatcher()
    },
  }
}
