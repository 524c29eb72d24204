import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '#core/clock.ts'
import { Informer, type CacheEventHandler } from '#platform/kube/informer.ts'
import { unwrap } from '#platform/kube/kube-error.ts'
import { systemClock } from '#platform/system-clock.ts'
import { startKubeProxy, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { useControlPlane } from '#test/harness/use.ts'
import { kubeParts, useWidgets, widget, type KubeParts, type Widget } from '#test/kube-fixture.ts'

const cluster = useControlPlane()
const { resource } = useWidgets(cluster)
const { signal } = new AbortController()

let proxy: KubeProxy
let parts: KubeParts
/** Goes past the proxy. */
let direct: KubeParts
let namespace: string
const cleanUp: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  proxy = await startKubeProxy(cluster.access)
  parts = kubeParts(cluster.access.kubeconfig('ada', ['system:masters'], proxy.url))
  direct = kubeParts(cluster.access.adminKubeconfig)
  namespace = await cluster.access.createNamespace('reflector')
  cleanUp.push(
    () => proxy.stop(),
    () => parts.kubeConfig.close(),
    () => direct.kubeConfig.close(),
  )
})
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

const create = async (name: string, size = 1) =>
  unwrap(await direct.client.create(resource, widget(resource, namespace, name, { size }), { signal }))
const resize = async (name: string, size: number) =>
  unwrap(await direct.client.mergePatch(resource, { namespace, name }, { spec: { size } }, { signal }))
const remove = async (name: string) => unwrap(await direct.client.delete(resource, { namespace, name }, { signal }))

/** An informer at work, and what it told, in short: `add a`, `update a 1→2`, `delete a`. */
function inform(options: { readonly pageSize?: number; readonly of?: KubeParts; readonly clock?: Clock } = {}) {
  const told: string[] = []
  const informer = new Informer<Widget>(
    { resource, namespace, freeze: true, ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }) },
    { ...(options.of ?? parts), clock: options.clock ?? systemClock, random: () => 0 },
  )
  const handler: CacheEventHandler<Widget> = (event) => {
    const { name } = event.object.metadata
    told.push(
      event.type === 'update'
        ? `update ${name} ${event.old.spec.size}→${event.object.spec.size}`
        : `${event.type} ${name}${event.type === 'add' && event.initial ? ' (initial)' : ''}`,
    )
  }
  informer.addHandler(handler)
  const stop = new AbortController()
  const running = informer.run(stop.signal)
  cleanUp.push(async () => {
    stop.abort()
    await running
  })
  return { informer, told, stop: () => stop.abort(), running }
}

const watching = () => vi.waitFor(() => expect(proxy.watches()).toBe(1), { timeout: 10_000 })
const lists = () => proxy.requests().filter(({ path, isWatch }) => path.endsWith('/widgets') && !isWatch)
const watches = () => proxy.requests().filter(({ isWatch }) => isWatch)

describe('the reflector', () => {
  it('lists page by page and then watches, telling the old object with each update', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await create(name)
    const { informer, told } = inform({ pageSize: 2 })
    await informer.synced
    expect(informer.cache.size).toBe(5)
    expect(lists()).toHaveLength(3)

    await resize('a', 7)
    await remove('b')
    await create('f')
    await vi.waitFor(() => expect(told).toContain('add f'))

    expect(told.slice(0, 5).every((one) => one.endsWith('(initial)'))).toBe(true)
    expect(told.slice(5)).toEqual(['update a 1→7', 'delete b', 'add f'])
    expect(informer.cache.get({ namespace, name: 'a' })?.spec.size).toBe(7)
    expect(informer.cache.get({ namespace, name: 'b' })).toBeUndefined()
  })

  it('asks for bookmarks and for an end within 5 to 10 minutes', async () => {
    inform()
    await watching()

    expect(Object.fromEntries(watches()[0]?.query ?? [])).toMatchObject({
      allowWatchBookmarks: 'true',
      timeoutSeconds: '300',
      resourceVersion: expect.stringMatching(/^\d+$/),
    })
  })

  it('gives a handler that comes late what is cached already', async () => {
    await create('a')
    const { informer } = inform()
    await informer.synced
    const late: string[] = []

    const removeHandler = informer.addHandler((event) => late.push(`${event.type} ${event.object.metadata.name}`))
    expect(late).toEqual(['add a'])
    removeHandler()
    await create('b')
    await vi.waitFor(() => expect(informer.cache.size).toBe(2))

    expect(late).toEqual(['add a'])
  })

  it.each(['end', 'reset', 'truncate'] as const)(
    'goes on from where it was after a watch that ended (%s), without listing again and without losing anything',
    async (how) => {
      await create('a')
      const { informer, told } = inform()
      await informer.synced
      await watching()
      proxy.cutWatches(how)
      await create('b')
      await resize('a', 2)
      await vi.waitFor(() => expect(told).toContain('update a 1→2'), { timeout: 10_000 })

      expect(told).toEqual(['add a (initial)', 'add b', 'update a 1→2'])
      expect(lists()).toHaveLength(1)
    },
  )

  it.each([
    ['an event in the stream', () => proxy.cutWatches('expired')],
    [
      'an answer',
      () => {
        proxy.inject({ when: ({ isWatch }) => isWatch, answer: { status: 410 } })
        proxy.cutWatches('end')
      },
    ],
  ])('lists again after 410 as %s, keeps its cache meanwhile and tells only what changed', async (_, expire) => {
    for (const name of ['a', 'b', 'c']) await create(name)
    const { informer, told } = inform()
    await informer.synced
    await watching()
    // The list that follows does not get through before the changes are made, so they are learnt by comparing.
    proxy.inject({ when: ({ isWatch }) => !isWatch, times: Infinity, answer: { status: 500 } })
    expire()
    await vi.waitFor(() => expect(lists().length).toBeGreaterThan(1), { timeout: 10_000 })
    await remove('a')
    await resize('b', 5)
    await create('d')
    expect(informer.cache.size).toBe(3)
    proxy.clear()
    await vi.waitFor(() => expect(told).toContain('delete a'), { timeout: 20_000 })

    expect(told.slice(3).toSorted()).toEqual(['add d', 'delete a', 'update b 1→5'])
    expect(informer.cache.size).toBe(3)
  })

  it('sees that an object was deleted and made again while it was not looking', async () => {
    const first = await create('a')
    const { informer, told } = inform()
    await informer.synced
    await watching()
    proxy.inject({ when: ({ isWatch }) => isWatch, answer: { status: 410 } })
    proxy.inject({ when: ({ isWatch }) => !isWatch, answer: { status: 500 } })
    proxy.cutWatches('end')
    await remove('a')
    const second = await create('a')
    await vi.waitFor(
      () => expect(informer.cache.get({ namespace, name: 'a' })?.metadata.uid).toBe(second.metadata.uid),
      {
        timeout: 10_000,
      },
    )

    expect(first.metadata.uid).not.toBe(second.metadata.uid)
    expect(told).toEqual(['add a (initial)', 'delete a', 'add a'])
  })

  it('lists in one piece when its place in the pages has expired', async () => {
    for (const name of ['a', 'b', 'c']) await create(name)
    proxy.inject({ when: ({ query }) => query.has('continue'), answer: { status: 410 } })
    const { informer } = inform({ pageSize: 2 })
    await informer.synced

    expect(informer.cache.size).toBe(3)
    expect(lists().map(({ query }) => query.get('limit'))).toEqual(['2', '2', null])
  })

  it('shows as degraded while it may not look, and recovers by itself', async () => {
    const eve = kubeParts(cluster.access.kubeconfig('eve'))
    cleanUp.push(() => eve.kubeConfig.close())
    const { informer } = inform({ of: eve })
    const degraded = () => eve.registry.value('reflector_degraded', { name: `widgets.${resource.group}` })
    await vi.waitFor(() => expect(informer.status.degraded?.status).toBe(403), { timeout: 10_000 })
    expect([informer.status.synced, await degraded()]).toEqual([false, 1])

    const grant = ['create', 'clusterrole', namespace, '--verb=list,watch', `--resource=widgets.${resource.group}`]
    expect(await cluster.access.kubectl(grant)).toMatchObject({ code: 0 })
    const bind = ['create', 'rolebinding', 'eve', `--clusterrole=${namespace}`, '--user=eve', '-n', namespace]
    expect(await cluster.access.kubectl(bind)).toMatchObject({ code: 0 })

    await vi.waitFor(() => expect(informer.status).toEqual({ synced: true, degraded: undefined }), { timeout: 15_000 })
    expect(await degraded()).toBe(0)
    await cluster.access.kubectl(['delete', 'clusterrole', namespace])
  })

  it('loses nothing and invents nothing over a hundred ends of all kinds', async () => {
    // Pauses last a thousandth, so that a hundred ends fit into a test.
    const hasty: Clock = { ...systemClock, sleep: (ms, until) => systemClock.sleep(ms / 1000, until) }
    const { informer } = inform({ clock: hasty })
    await informer.synced
    const expected = new Map<string, number>()
    const ends = ['end', 'reset', 'truncate', 'expired'] as const
    for (let round = 0; round < 100; round++) {
      await vi.waitFor(() => expect(proxy.watches()).toBe(1), { interval: 2, timeout: 10_000 })
      proxy.cutWatches(ends[round % ends.length] ?? 'end')
      const name = `w${round % 10}`
      if (!expected.has(name)) {
        await create(name, round)
        expected.set(name, round)
      } else if (round % 7 === 0) {
        await remove(name)
        expected.delete(name)
      } else {
        await resize(name, round)
        expected.set(name, round)
      }
    }

    expect(watches().length).toBeGreaterThanOrEqual(100)
    const seen = () => new Map(informer.cache.list().map(({ metadata, spec }) => [metadata.name, spec.size]))
    await vi.waitFor(() => expect(seen()).toEqual(expected), { timeout: 20_000 })
  })
})
